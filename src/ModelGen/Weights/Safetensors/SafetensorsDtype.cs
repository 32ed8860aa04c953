using System.Text;

namespace ModelGen.Safetensors;

/// <summary>Element types of the safetensors format, spelled as in its headers.</summary>
/// <remarks>
/// All are recognised in a header; F32, F16 and BF16 can be read as float. Source: the <c>Dtype</c> of the reference implementation.
/// </remarks>
#pragma warning disable CA1720 // The names are the format's.
public enum SafetensorsDtype
{
    /// <summary>Boolean, 1 byte.</summary>
    BOOL,
    /// <summary>4-bit float of the OCP microscaling formats, two to a byte.</summary>
    F4,
    /// <summary>6-bit float, 2 exponent and 3 mantissa bits, four to three bytes.</summary>
    F6_E2M3,
    /// <summary>6-bit float, 3 exponent and 2 mantissa bits, four to three bytes.</summary>
    F6_E3M2,
    /// <summary>Unsigned 8-bit integer.</summary>
    U8,
    /// <summary>Signed 8-bit integer.</summary>
    I8,
    /// <summary>8-bit float, 5 exponent and 2 mantissa bits.</summary>
    F8_E5M2,
    /// <summary>8-bit float, 4 exponent and 3 mantissa bits.</summary>
    F8_E4M3,
    /// <summary>8-bit power of two, the scales of the OCP microscaling formats.</summary>
    F8_E8M0,
    /// <summary>Signed 16-bit integer.</summary>
    I16,
    /// <summary>Unsigned 16-bit integer.</summary>
    U16,
    /// <summary>IEEE 754 half precision.</summary>
    F16,
    /// <summary>The upper half of a single-precision float.</summary>
    BF16,
    /// <summary>Signed 32-bit integer.</summary>
    I32,
    /// <summary>Unsigned 32-bit integer.</summary>
    U32,
    /// <summary>IEEE 754 single precision.</summary>
    F32,
    /// <summary>Complex, two single-precision floats.</summary>
    C64,
    /// <summary>IEEE 754 double precision.</summary>
    F64,
    /// <summary>Signed 64-bit integer.</summary>
    I64,
    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}
#pragma warning restore CA1720

/// <summary>Name and size of each dtype, as one table.</summary>
internal static class SafetensorsDtypes
{
    // In the order of the enum. Sizes are in bits because the small floats are packed.
    static readonly (string Name, int Bits)[] s_table =
    [
        ("BOOL", 8), ("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("U8", 8), ("I8", 8), ("F8_E5M2", 8), ("F8_E4M3", 8), ("F8_E8M0", 8),
        ("I16", 16), ("U16", 16), ("F16", 16), ("BF16", 16), ("I32", 32), ("U32", 32), ("F32", 32),
        ("C64", 64), ("F64", 64), ("I64", 64), ("U64", 64),
    ];

    public static string Name(this SafetensorsDtype dtype) => s_table[(int)dtype].Name;

    public static int BitsPerElement(this SafetensorsDtype dtype) => s_table[(int)dtype].Bits;

    public static bool IsReadableAsFloat(this SafetensorsDtype dtype) =>
        dtype is SafetensorsDtype.F32 or SafetensorsDtype.F16 or SafetensorsDtype.BF16;

    public static bool TryParse(string name, out SafetensorsDtype dtype)
    {
        int index = Array.FindIndex(s_table, row => row.Name == name);
        dtype = index < 0 ? default : (SafetensorsDtype)index;
        return index >= 0;
    }

    /// <summary>All names, for the message that refuses another one.</summary>
    public static string AllNames()
    {
        var text = new StringBuilder();
        foreach (var (name, _) in s_table) text.Append(text.Length == 0 ? "" : ", ").Append(name);
        return text.ToString();
    }
}
