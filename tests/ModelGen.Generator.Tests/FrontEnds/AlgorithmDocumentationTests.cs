using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>The public enum says which convolutions an algorithm is for; the compiler decides it by its table of forms.</summary>
public class AlgorithmDocumentationTests
{
    [Theory]
    [InlineData("Winograd2")]
    [InlineData("Winograd4")]
    public void TheKernelsAndStridesOfAnAlgorithmAreThoseOfItsForms(string word)
    {
        string file = File.ReadAllText(Path.Combine(GeneratedFilesTests.Root(), "src/ModelGen/Declaration/ConvAlgorithm.cs"));
        int end = file.IndexOf($"\n    {word},", StringComparison.Ordinal);
        string summary = file[file.LastIndexOf("<summary>", end, StringComparison.Ordinal)..end];
        IEnumerable<string> kernels = ConvolutionAlgorithms.FormsOf(word.ToLowerInvariant()).GroupBy(f => f.Taps)
            .Select(g => $"a {g.Key}×{g.Key} kernel with stride {string.Join(" or ", g.Select(f => f.Stride).Order())}");
        Assert.Contains($"Needs {string.Join(", or ", kernels)}", summary);
    }
}
