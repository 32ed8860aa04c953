using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Discovery;
using ModelGen.Generator.Language;
using ModelGen.Generator.Model;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>
/// The list of what generated classes declare is what they declare, and what the author declares besides is in the way of nothing, or said
/// to be.
/// </summary>
public class GeneratedMembersTests
{
    public static TheoryData<string> Networks =>
    [
        "[Network, Input(4), Linear(3)] partial class Net;",
        "[Network(Batch = 4, Profile = true), Trainable(AccumulateGradients = true, ClipGradients = true), Input(4), Linear(3)] partial "
            + "class Net;",
        "[Network, Trainable(Loss = Loss.MeanSquaredError, Optimizer = Optimizer.Adam), Input(4), Linear(3)] partial class Net;",
        "[Network(Profile = true), Trainable(AuxiliaryWeight = 0)] partial class Net { static (Tensor output, Tensor other) "
            + "Define([Shape(4)] Tensor left, [Shape(4)] Tensor right) => ((left + right).Linear(3), left.Relu()); }",
        "[Network, Trainable, Input(3, 32, 32), Conv2d(64, 3), BatchNorm2d, Relu, Conv2d(64, 3), BatchNorm2d, Flatten, Linear(3)] partial "
            + "class Net;",
    ];

    // The generated members of a compiled network, taken for an author's own, must all be found to be in the way.
    [Theory]
    [MemberData(nameof(Networks))]
    public void TheListIsWhole(string source)
    {
        INamedTypeSymbol network = NetworkOf(source, out GeneratedMembers members);
        string[] taken = [.. MembersInTheWay.Of(network, members).Select(k => k.Split('(')[0])];
        IEnumerable<ISymbol> generated = new[] { network }.Concat(network.GetTypeMembers())
            .SelectMany(t => t.GetMembers())
                .Where(m => !m.IsImplicitlyDeclared && m is not INamedTypeSymbol && m is not IMethodSymbol { AssociatedSymbol: not null }
                && m is not IMethodSymbol { MethodKind: MethodKind.ExplicitInterfaceImplementation }
                && !m.Name.Contains('.', StringComparison.Ordinal) | m.Name == ".ctor"
                && m.Name != DefinitionName);
        foreach (ISymbol member in generated)
        {
            string key = (SymbolEqualityComparer.Default.Equals(member.ContainingType, network) ? "" : member.ContainingType.Name + ".")
                + member.Name;
            Assert.True(taken.Contains(key),
                $"{key} is generated, but not in GeneratedMembers: code of the author's that has it, too, would be an error in generated "
                    + "code");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void StubsHaveThePublicMembers(string source)
    {
        INamedTypeSymbol network = NetworkOf(source, out _);
        INamedTypeSymbol stub = NetworkOf(source.Replace("Linear(3)", "Linear(-3)", StringComparison.Ordinal), out _);
        Assert.Equal(SurfaceOf(network), SurfaceOf(stub));
    }

    [Theory]
    [InlineData("", "int _modelGenArena;",
        "Net has a member '_modelGenArena', but names that begin with _modelGen are for generated members; rename it")]
    [InlineData("", "void _modelGenAnything() { }",
        "Net has a member '_modelGenAnything', but names that begin with _modelGen are for generated members; rename it")]
    [InlineData("", "Net(Weights weights, System.Memory<float> arena) { }",
        "Net has a member 'Net(Weights, System.Memory<float>)', which the generated part declares too; rename it")]
    [InlineData("", "public static Weights LoadWeights(string a, WeightLoadOptions b) => null!;",
        "Net has a member 'LoadWeights', which the generated part declares too; rename it")]
    [InlineData("", "public static int LoadWeights(string a, string b, int c) => 1;",
        "Net has a member 'LoadWeights', which the generated part declares too; rename it")]
    [InlineData("", "public static int LoadWeights(string a, ref string b, int c) => 1;", null)]
    [InlineData("", "public static int LoadWeights<T>(string a, string b, int c) => 1;", null)]
    [InlineData("", "int Forward;", "Net has a member 'Forward', which the generated part declares too; rename it")]
    [InlineData("", "int @new;", null)]
    [InlineData("", "partial class Weights { int Packed; }",
        "Net has a member 'Weights.Packed', which the generated part declares too; rename it")]
    [InlineData("", "partial class Weights { int Own; }", null)]
    [InlineData("", "class Trainer;", null)]
    [InlineData(", Trainable", "class Trainer;", "Net has a member 'Trainer', which the generated part declares too; rename it")]
    [InlineData(", Trainable", "partial class Trainer { int Step; }",
        "Net has a member 'Trainer.Step', which the generated part declares too; rename it")]
    [InlineData(", Trainable", "partial class Trainer { public void Step(float[] x) { } }", null)]
    public async Task MembersInTheWayAreNamed(string attributes, string member, string? message)
    {
        Report report = await Compile.Run(
            $"using ModelGen; [Network{attributes}, Input(4), Linear(3)] public partial class Net {{ {member} }} class User {{ "
                + "Net.Weights? W; }");
        Assert.Equal(message is null ? [] : [message], report.Findings.Select(f => f.Message));
    }

    // A network of two inputs has no Forward of two spans.
    [Fact]
    public async Task OverloadsThatAreFreeMayBeUsed()
    {
        Report report = await Compile.Run("""
            using System; using ModelGen;
            [Network] public partial class Net
            {
                static Tensor Define([Shape(4)] Tensor left, [Shape(4)] Tensor right) => left + right;
                public void Forward(ReadOnlySpan<float> both, Span<float> sum) => Forward(both[..4], both[4..], sum);
            }
            """);
        Assert.Empty(report.Findings);
    }

    private const string DefinitionName = "Define";

    private static INamedTypeSymbol NetworkOf(string source, out GeneratedMembers members)
    {
        CSharpCompilation compilation = Compile.Create("using ModelGen; " + source);
        NetworkDeclaration declaration =
            NetworkReader.Read(compilation, compilation.GetTypeByMetadataName("Net")!, CancellationToken.None).Declaration;
        members = GeneratedMembers.Of("Net", declaration.Surface, declaration.Members);
        Compile.Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
        Assert.DoesNotContain(output.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error);
        return output.GetTypeByMetadataName("Net")!;
    }

    private static IEnumerable<string> SurfaceOf(INamedTypeSymbol network) =>
        new[] { network }.Concat(network.GetTypeMembers())
            .SelectMany(t => t.GetMembers().Append(t))
            .Where(m => m.DeclaredAccessibility == Accessibility.Public)
            .Select(m => m is INamedTypeSymbol type ? $"{type} : {type.BaseType} {string.Join(' ', type.Interfaces)}" : m.ToDisplayString())
            .Order(StringComparer.Ordinal);
}
