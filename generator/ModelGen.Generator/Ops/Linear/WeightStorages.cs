using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Ops;

/// <summary>
/// What users say of how inference stores the weights of a fully connected layer; nodes have the attribute where it is not
/// <see cref="Auto"/>.
/// </summary>
internal static class WeightStorages
{
    public const string Attribute = "weightStorage";

    public const string Auto = "auto";
    public const string Float32 = "float32";
    public const string BFloat16 = "bfloat16";

    public static EquatableArray<string> Words => [Auto, Float32, BFloat16];
}
