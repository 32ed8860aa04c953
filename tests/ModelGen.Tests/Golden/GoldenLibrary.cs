using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Golden;

/// <summary>All golden cases, compiled once, and the one way to run a case, in this process and in others.</summary>
internal static class GoldenLibrary
{
    private static readonly Lazy<byte[]> LazyImage = new(() => GeneratedLibrary.CompileToImage(
    [
        .. OperatorCases.Ids.Select(id => OperatorCases.Build(id).Select(c => c.Function).ToArray()),
        .. NetworkCases.Names.Select(n => NetworkCases.Of(n).Functions),
        .. RandomNetworks.Ids.Select(RandomNetworks.Functions),
        .. DepthwiseCases.Ids.Select(DepthwiseCases.Functions),
        .. WideWindowCases.Ids.Select(WideWindowCases.Functions),
        .. SpecialValues.Ids.Select(id => new[] { SpecialValues.Build(id).Function }),
        .. WinogradCases.Ids.Select(id => new[] { WinogradCases.Build(id).Function }),
        .. BFloat16Cases.Ids.Select(id => new[] { BFloat16Cases.Build(id).Function }),
    ]));

    private static readonly Lazy<GeneratedLibrary> LazyLibrary = new(() => new GeneratedLibrary(System.Reflection.Assembly.Load(Image)));

    public static byte[] Image => LazyImage.Value;

    public static GeneratedLibrary Library => LazyLibrary.Value;

    /// <summary>Every case's id, those of networks included.</summary>
    public static IEnumerable<string> AllIds =>
        OperatorCases.Ids.Concat(NetworkCases.Names).Concat(OptimizerCases.Ids).Concat(RandomNetworks.Ids).Concat(SpecialValues.Ids)
        .Concat(DepthwiseCases.Ids).Concat(WinogradCases.Ids).Concat(BFloat16Cases.Ids).Concat(WideWindowCases.Ids);

    /// <summary>What is wrong with a case; nothing if all is well.</summary>
    public static IReadOnlyList<string> Failures(string id, GeneratedLibrary library) =>
    [
        .. NetworkCases.Names.Contains(id) ? NetworkCases.Of(id).Failures(library)
            : RandomNetworks.IsId(id) ? RandomNetworks.Failures(id, library)
            : WinogradCases.IsId(id) ? WinogradCases.Build(id).Failures(library)
            : BFloat16Cases.IsId(id) ? BFloat16Cases.Build(id).Failures(library)
            : WideWindowCases.IsId(id) ? WideWindowCases.Failures(id, library)
            : DepthwiseCases.IsId(id) ? DepthwiseCases.Failures(id, library)
            : SpecialValues.Ids.Contains(id) ? SpecialValues.Build(id).Failures(library)
            : OptimizerCases.Ids.Contains(id) ? OptimizerCases.Failures(id)
            : OperatorCases.Build(id).SelectMany(c => c.Failures(library).Select(f => $"{c.Function.Name}: {f}")),
    ];
}
