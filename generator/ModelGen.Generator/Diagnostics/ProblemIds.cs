namespace ModelGen.Generator.Diagnostics;

/// <summary>Ids of everything that can be wrong with a network; docs/diagnostics has a page for each.</summary>
internal static class ProblemIds
{
    public const string NotPartial = "MG0001";
    public const string NoInput = "MG0002";
    public const string UnknownFrom = "MG0003";
    public const string UnusedLayer = "MG0004";
    public const string InvalidArgument = "MG0005";
    public const string DuplicateName = "MG0006";
    public const string SeveralDeclarations = "MG0007";
    public const string UnsupportedClass = "MG0008";
    public const string NoLayers = "MG0009";
    public const string NotANetwork = "MG0010";
    public const string LanguageVersion = "MG0011";
    public const string NotKnownYet = "MG0012";
    public const string KernelTooLarge = "MG0101";
    public const string NeedsFeatures = "MG0102";
    public const string Groups = "MG0103";
    public const string ShapesDiffer = "MG0104";
    public const string NeedsImage = "MG0105";
    public const string UnreadInput = "MG0106";
    public const string InputCount = "MG0107";
    public const string TooLarge = "MG0108";
    public const string PaddingTooLarge = "MG0109";
    public const string LossShape = "MG0110";
    public const string Algorithm = "MG0111";
    public const string NotUnderstood = "MG0201";
    public const string NoSource = "MG0202";
    public const string RunsAway = "MG0203";
    public const string Fails = "MG0204";
    public const string InvalidDefine = "MG0205";
    public const string TwoForms = "MG0206";
    public const string InvalidJson = "MG0301";
    public const string UnknownKey = "MG0302";
    public const string WrongValue = "MG0303";
    public const string UnknownOperator = "MG0304";
    public const string UnknownBlock = "MG0305";
    public const string Expression = "MG0306";
    public const string Runaway = "MG0307";
    public const string InvalidName = "MG0308";
    public const string DuplicateClass = "MG0309";
    public const string Internal = "MG9999";
}
