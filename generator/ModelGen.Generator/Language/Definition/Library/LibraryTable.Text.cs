using System.Text;
using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition.Library;

internal static partial class LibraryTable
{
    private const int Ordinal = 4;
    private const int OrdinalIgnoreCase = 5;

    private static void AddText()
    {
        On("ToString", (string s) => s);
        On("Trim", (string s) => s.Trim());
        On("TrimStart", (string s) => s.TrimStart());
        On("TrimEnd", (string s) => s.TrimEnd());
        On("Trim", (string s, char c) => s.Trim(c));
        On("TrimStart", (string s, char c) => s.TrimStart(c));
        On("TrimEnd", (string s, char c) => s.TrimEnd(c));
        Add("string.ToUpperInvariant()", c => Ascii(c, 0).ToUpperInvariant());
        Add("string.ToLowerInvariant()", c => Ascii(c, 0).ToLowerInvariant());
        Add("string.ToUpper()", c => Ascii(c, 0).ToUpperInvariant());
        Add("string.ToLower()", c => Ascii(c, 0).ToLowerInvariant());
        Add("string.StartsWith(string)", c => Ascii(c, 0).StartsWith(Ascii(c, 1), StringComparison.Ordinal));
        Add("string.EndsWith(string)", c => Ascii(c, 0).EndsWith(Ascii(c, 1), StringComparison.Ordinal));
        Add("string.IndexOf(string)", c =>
        {
            Searched(c);
            return Ascii(c, 0).IndexOf(Ascii(c, 1), StringComparison.Ordinal);
        });
        Add("string.StartsWith(string, StringComparison)", c => c.Text(0).StartsWith(c.Text(1), Comparison(c, 2)));
        Add("string.EndsWith(string, StringComparison)", c => c.Text(0).EndsWith(c.Text(1), Comparison(c, 2)));
        Add("string.IndexOf(string, StringComparison)", c => Searched(c).IndexOf(c.Text(1), Comparison(c, 2)));
        Add("string.Contains(string, StringComparison)", c => Searched(c).IndexOf(c.Text(1), Comparison(c, 2)) >= 0);
        On("StartsWith", (string s, char c) => s.Length > 0 && s[0] == c);
        On("EndsWith", (string s, char c) => s.Length > 0 && s[s.Length - 1] == c);
        Add("string.Contains(string)", c => Searched(c).Contains(c.Text(1)));
        On("Contains", (string s, char c) => s.IndexOf(c) >= 0);
        On("IndexOf", (string s, char c) => s.IndexOf(c));
        On("IndexOf", (string s, char c, int start) => s.IndexOf(c, start));
        On("LastIndexOf", (string s, char c) => s.LastIndexOf(c));
        Add("string.Replace(string, string)", c => Replace(c, c.Text(0), c.Text(1), c[2] as string));
        Add("string.Replace(string, string, StringComparison)", c => Comparison(c, 3) == StringComparison.Ordinal
            ? Replace(c, c.Text(0), c.Text(1), c[2] as string)
            : throw c.Refuse("string.Replace is understood with StringComparison.Ordinal"));
        On("Replace", (string s, char a, char b) => s.Replace(a, b));
        On("Substring", (string s, int start) => s.Substring(start));
        On("Substring", (string s, int start, int length) => s.Substring(start, length));
        On("Remove", (string s, int start) => s.Remove(start));
        On("Remove", (string s, int start, int length) => s.Remove(start, length));
        Add("string.Insert(int, string)", c => Charged(c, c.Text(0).Length + (long)c.Text(2).Length).Insert(c.Int(1), c.Text(2)));
        Add("string.PadLeft(int)", c => Charged(c, c.Int(1)).PadLeft(c.Int(1)));
        Add("string.PadRight(int)", c => Charged(c, c.Int(1)).PadRight(c.Int(1)));
        Add("string.PadLeft(int, char)", c => Charged(c, c.Int(1)).PadLeft(c.Int(1), c.Get<char>(2)));
        Add("string.PadRight(int, char)", c => Charged(c, c.Int(1)).PadRight(c.Int(1), c.Get<char>(2)));
        Add("string.Split(char, StringSplitOptions)", c => Split(c, c.Get<char>(1), c.Get<EnumValue>(2)));
        Add("string.Split(char[])", c => c[1] is ItemsValue { Items: { Count: 1 } only }
            ? Split(c, (char)only[0]!, null) : throw c.Refuse("string.Split is understood for one character"));
        Add("string.ToCharArray()", c => new ArrayValue([.. c.Items(0)], c.Special(SpecialType.System_Char)));
        Add("string.Length", c => c.Text(0).Length);
        Add("string(char, int)", c =>
        {
            c.ChargeText(c.Int(1));
            return new string(c.Get<char>(0), c.Int(1));
        });
        Add("string(char[])", c => new string([.. c.Items(0).Select(l => (char)l!)]));
        Add("MemoryExtensions.AsSpan(string)", c => Letters(c, c[0] as string ?? ""));
        Add("MemoryExtensions.AsSpan(string, int)", c => Letters(c, (c[0] as string ?? "").Substring(c.Int(1))));
        Add("MemoryExtensions.AsSpan(string, int, int)", c => Letters(c, (c[0] as string ?? "").Substring(c.Int(1), c.Int(2))));
        Add("string.IsNullOrEmpty(string)", c => string.IsNullOrEmpty(c[0] as string));
        Add("string.IsNullOrWhiteSpace(string)", c => string.IsNullOrWhiteSpace(c[0] as string));
        Add("string.Equals(string)", c => c.Text(0) == c[1] as string);
        Add("string.Equals(string, string)", c => c[0] as string == c[1] as string);
        Add("string.Equals(string, StringComparison)", c => string.Equals(c.Text(0), c[1] as string, Comparison(c, 2)));
        Add("string.Equals(string, string, StringComparison)", c => string.Equals(c[0] as string, c[1] as string, Comparison(c, 2)));
        foreach (string separator in new[] { "string", "char" })
        {
            foreach (string values in new[] { "string[]", "object[]", "IEnumerable<string>", "ReadOnlySpan<string>",
                "ReadOnlySpan<object>" })
            {
                if ((separator, values) is not ("char", "IEnumerable<string>"))
                    Add($"string.Join({separator}, {values})", Join);
            }
            Add($"string.Join<T>({separator}, IEnumerable<T>)", Join);
        }
        foreach (string values in new[] { "string[]", "object[]", "IEnumerable<string>", "ReadOnlySpan<string>", "ReadOnlySpan<object>" })
            Add($"string.Concat({values})", c => Concat(c, c.Items(0)));
        Add("string.Concat<T>(IEnumerable<T>)", c => Concat(c, c.Items(0)));
        foreach (string values in new[] { "object", "object, object", "object, object, object", "string, string", "string, string, string",
            "string, string, string, string" })
            Add($"string.Concat({values})", c => Concat(c, Enumerable.Range(0, c.Count).Select(i => c[i])));
    }

    private static object Join(LibraryCall c)
    {
        string separator = c.TextOf(c[0]);
        return Concat(c, c.Items(1).SelectMany((item, i) => i == 0 ? new[] { item } : [separator, item]));
    }

    private static string Concat(LibraryCall c, IEnumerable<object?> parts)
    {
        var text = new StringBuilder();
        foreach (object? part in parts)
        {
            string more = c.TextOf(part);
            c.ChargeText(text.Length + (long)more.Length, more.Length);
            text.Append(more);
        }
        return text.ToString();
    }

    private static SpanValue Letters(LibraryCall c, string text)
    {
        c.Charge(text.Length);
        return new SpanValue(new ArraySegment<object?>([.. text.Select(l => (object?)l)]), c.Special(SpecialType.System_Char));
    }

    // In the worst case, many letters a, each place is compared as far as the other text goes.
    private static string Searched(LibraryCall c)
    {
        c.Charge((c[1] is string part ? (long)part.Length : 0) * c.Text(0).Length / (64 * Budget.CharactersOfStep));
        return c.Text(0);
    }

    private static string Replace(LibraryCall c, string text, string old, string? with)
    {
        Searched(c);
        if (old.Length > 0 && with?.Length > old.Length)
            c.ChargeText(text.Length / old.Length * (long)with.Length + text.Length);
        return text.Replace(old, with);
    }

    private static string Charged(LibraryCall c, long length)
    {
        c.ChargeText(length);
        return c.Text(0);
    }

    private static ArrayValue Split(LibraryCall c, char separator, EnumValue? options)
    {
        StringSplitOptions how = (int?)options?.Number switch
        {
            null or 0 => StringSplitOptions.None,
            1 => StringSplitOptions.RemoveEmptyEntries,
            _ => throw c.Refuse("string.Split is understood with StringSplitOptions.None and RemoveEmptyEntries"),
        };
        c.Charge(c.Text(0).Length);
        return new ArrayValue([.. c.Text(0).Split([separator], how)], c.Special(SpecialType.System_String));
    }

    // Cultures and runtimes differ in other letters.
    private static string Ascii(LibraryCall c, int index)
    {
        string text = c.Text(index);
        c.Charge(text.Length);
        return text.All(l => l is >= ' ' and < (char)127)
            ? text
            : throw c.Refuse("what a culture makes of letters beyond ASCII is not understood in a definition; give "
                + "StringComparison.Ordinal, or write the text");
    }

    private static StringComparison Comparison(LibraryCall c, int index) => (int)c.Get<EnumValue>(index).Number switch
    {
        Ordinal => StringComparison.Ordinal,
        OrdinalIgnoreCase when Ascii(c, 0) is not null && Ascii(c, 1) is not null => StringComparison.OrdinalIgnoreCase,
        _ => throw c.Refuse("text is compared by StringComparison.Ordinal in a definition"),
    };
}
