using System.Globalization;
using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition.Library;

/// <summary>The text of an enum's value, as Enum.ToString makes it: a member's name, several of flags, or the number.</summary>
internal static class EnumText
{
    /// <summary>The text; null where several members have the value and .NET does not say whose name it is.</summary>
    /// <exception cref="FormatException">There is no such format.</exception>
    public static string? Of(EnumValue value, string? format)
    {
        switch (format)
        {
            case null or "" or "G" or "g":
                bool isFlags = value.Type.GetAttributes()
                    .Any(a => a.AttributeClass is { Name: "FlagsAttribute", ContainingNamespace.Name: "System" });
                return isFlags ? Flags(value) : Single(value);
            case "F" or "f":
                return Flags(value);
            case "D" or "d":
                return Arithmetic.Text(value.Number);
            case "X" or "x":
                return Hexadecimal(value.Number);
            default:
                throw new FormatException();
        }
    }

    /// <summary>The value's bits, as many as its type has.</summary>
    public static ulong Bits(EnumValue value) => BitsOf(value.Number);

    private static ulong BitsOf(object number) => number switch
    {
        ulong a => a,
        sbyte a => unchecked((byte)a),
        short a => unchecked((ushort)a),
        int a => unchecked((uint)a),
        _ => unchecked((ulong)Convert.ToInt64(number, CultureInfo.InvariantCulture)),
    };

    private static string? Single(EnumValue value)
    {
        string[] names = [.. Members(value).Where(m => m.Bits == Bits(value)).Select(m => m.Name)];
        return names.Length switch
        {
            0 => Arithmetic.Text(value.Number),
            1 => names[0],
            _ => null,
        };
    }

    // From the largest member downwards, each that is in what is left.
    private static string? Flags(EnumValue value)
    {
        (string Name, ulong Bits)[] members = [.. Members(value).OrderBy(m => m.Bits)];
        ulong left = Bits(value);
        if (members.GroupBy(m => m.Bits).Any(g => g.Count() > 1 && (g.Key == left || (g.Key & left) == g.Key)))
            return null;
        if (left == 0)
            return members.Length > 0 && members[0].Bits == 0 ? members[0].Name : "0";
        var names = new List<string>();
        for (int i = members.Length - 1; i >= 0 && members[i].Bits != 0; i--)
        {
            if ((left & members[i].Bits) != members[i].Bits)
                continue;
            left -= members[i].Bits;
            names.Insert(0, members[i].Name);
        }
        return left == 0 ? string.Join(", ", names) : Arithmetic.Text(value.Number);
    }

    private static IEnumerable<(string Name, ulong Bits)> Members(EnumValue value) =>
        value.Type.GetMembers().OfType<IFieldSymbol>().Where(f => f is { HasConstantValue: true, ConstantValue: not null })
            .Select(f => (f.Name, BitsOf(f.ConstantValue!)));

    // Always as many digits as the type has.
    private static string Hexadecimal(object number) => number switch
    {
        byte or sbyte => BitsOf(number).ToString("X2", CultureInfo.InvariantCulture),
        short or ushort => BitsOf(number).ToString("X4", CultureInfo.InvariantCulture),
        long or ulong => BitsOf(number).ToString("X16", CultureInfo.InvariantCulture),
        _ => BitsOf(number).ToString("X8", CultureInfo.InvariantCulture),
    };
}
