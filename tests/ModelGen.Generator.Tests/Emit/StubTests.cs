using Microsoft.CodeAnalysis;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>Code that uses a network must compile just as well while the network is broken.</summary>
public sealed class StubTests
{
    private const string Layers = "[ModelGen.Network, ModelGen.Input(1, 8, 8)] [ModelGen.Flatten, ModelGen.Linear(3)]";

    [Theory]
    [InlineData("")]
    [InlineData("[ModelGen.Trainable(BatchSize = 4)]")]
    public void HasTheWholePublicSurface(string trainable)
    {
        IEnumerable<string> good = Surface($"{trainable} {Layers} public sealed partial class Net;");
        IEnumerable<string> broken = Surface($"{trainable} {Layers.Replace("Linear(3)", "Linear(-3)", StringComparison.Ordinal)} public sealed partial class Net;");

        Assert.NotEmpty(good);
        Assert.Equal(good, broken);
    }

    private static List<string> Surface(string source)
    {
        Compile.Driver().RunGeneratorsAndUpdateCompilation(Compile.Create(source), out Compilation compilation, out _);
        INamedTypeSymbol network = compilation.GetTypeByMetadataName("Net")!;
        return [.. new[] { network }.Concat(network.GetTypeMembers())
            .SelectMany(t => t.GetMembers().Append(t))
            .Where(m => m.DeclaredAccessibility == Accessibility.Public)
            .Select(m => m is INamedTypeSymbol type ? $"{type} : {type.BaseType}" : m.ToDisplayString())
            .Order(StringComparer.Ordinal)];
    }
}
