using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Diagnostics;

/// <summary>
/// Every diagnostic with its title and severity; messages come from the checks, which know the numbers. docs/diagnostics has a page for
/// each, with cause, example and remedy.
/// </summary>
internal static class DiagnosticCatalog
{
    private static readonly Dictionary<string, DiagnosticDescriptor> ById = new[]
    {
        Error(ProblemIds.NotPartial, "A network's class and the types around it must be partial"),
        Error(ProblemIds.NoInput, "A network needs an [Input]"),
        Error(ProblemIds.UnknownFrom, "A layer reads a layer that does not exist before it"),
        Warning(ProblemIds.UnusedLayer, "A layer's result is never read"),
        Error(ProblemIds.InvalidArgument, "An argument has a value that it cannot have"),
        Error(ProblemIds.DuplicateName, "Two layers have one name"),
        Error(ProblemIds.SeveralDeclarations, "A network's layers stand on several declarations of its class"),
        Error(ProblemIds.UnsupportedClass, "A network cannot be this kind of class"),
        Error(ProblemIds.NoLayers, "A network needs at least one layer"),
        Warning(ProblemIds.NotANetwork, "A class has layers but no [Network]"),
        Error(ProblemIds.LanguageVersion, "The project's version of C# is too old"),
        Error(ProblemIds.NotKnownYet, "A network uses what the C# compiler does not know"),
        Error(ProblemIds.KernelTooLarge, "A kernel is larger than its padded input"),
        Error(ProblemIds.NeedsFeatures, "A layer needs one dimension per sample"),
        Error(ProblemIds.Groups, "Channels cannot be split into groups"),
        Error(ProblemIds.ShapesDiffer, "Inputs of one layer have different shapes"),
        Error(ProblemIds.NeedsImage, "A layer needs channels, height and width"),
        Warning(ProblemIds.UnreadInput, "A window never reaches the last rows or columns"),
        Error(ProblemIds.InputCount, "A layer has the wrong number of inputs"),
        Error(ProblemIds.TooLarge, "A tensor is too large"),
        Error(ProblemIds.PaddingTooLarge, "A padding is too large for its window or image"),
        Error(ProblemIds.LossShape, "The result does not fit the loss"),
        Error(ProblemIds.Algorithm, "A convolution cannot be computed by the algorithm asked for"),
        Error(ProblemIds.NotUnderstood, "A definition contains C# that is not understood"),
        Error(ProblemIds.NoSource, "A definition calls code that is not in this project"),
        Error(ProblemIds.RunsAway, "A definition does not end"),
        Error(ProblemIds.Fails, "A definition fails"),
        Error(ProblemIds.InvalidDefine, "Define does not say what the network takes or returns"),
        Error(ProblemIds.TwoForms, "A network is both written as attributes and defined"),
        Error(ProblemIds.InvalidJson, "A network file is not JSON"),
        Error(ProblemIds.UnknownKey, "A key of a network file means nothing there"),
        Error(ProblemIds.WrongValue, "A value of a network file is missing or of the wrong kind"),
        Error(ProblemIds.UnknownOperator, "There is no such layer"),
        Error(ProblemIds.UnknownBlock, "There is no such block"),
        Error(ProblemIds.Expression, "An expression has no value"),
        Error(ProblemIds.Runaway, "A network file does not come to an end"),
        Error(ProblemIds.InvalidName, "A name cannot be used"),
        Error(ProblemIds.DuplicateClass, "Two networks are one class"),
        Error(ProblemIds.Internal, "ModelGen failed"),
    }.ToDictionary(d => d.Id, StringComparer.Ordinal);

    public static IEnumerable<DiagnosticDescriptor> All => ById.Values;

    public static DiagnosticDescriptor Get(string id) => ById[id];

    /// <summary>True where the network can be compiled all the same.</summary>
    public static bool IsWarning(string id) => ById[id].DefaultSeverity == DiagnosticSeverity.Warning;

    // A wrong network fails the build whatever is switched off: no pragma, no NoWarn and no editorconfig reaches what is not configurable.
    private static DiagnosticDescriptor Error(string id, string title) =>
        Describe(id, title, DiagnosticSeverity.Error, WellKnownDiagnosticTags.NotConfigurable);

    private static DiagnosticDescriptor Warning(string id, string title) => Describe(id, title, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Describe(string id, string title, DiagnosticSeverity severity, params string[] tags) =>
        new(id, title, "{0}", "ModelGen", severity, isEnabledByDefault: true, description: $"See docs/diagnostics/{id}.md.",
            customTags: tags);
}
