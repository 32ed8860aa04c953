using System.Globalization;
using System.Text;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// Values as messages show them: of what is large the beginning, since arrays may hold millions of items, and themselves.
/// </summary>
internal static class Shown
{
    private const int LongestText = 80;
    private const int MostItems = 8;
    private const int Deepest = 3;

    /// <summary>The text of a value, of at most some 100 characters.</summary>
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value, depth: 0);
        return Cut(text.ToString());
    }

    /// <summary>The beginning of a text that is too long for a message.</summary>
    public static string Cut(string text) => text.Length <= LongestText ? text : text.Substring(0, LongestText - 1) + "…";

    private static void Append(StringBuilder text, object? value, int depth)
    {
        // Nothing behind this is shown.
        if (text.Length > LongestText)
            return;
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string characters:
                text.Append('"').Append(Cut(characters)).Append('"');
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case ItemsValue or TupleValue when depth >= Deepest:
            case ItemsValue { Items.Count: > MostItems } or SequenceValue:
                text.Append(value is TupleValue ? "(…)" : "[…]");
                break;
            case ItemsValue items:
                Append(text, '[', items.Items, ']', depth);
                break;
            case TupleValue tuple:
                Append(text, '(', tuple.Items, ')', depth);
                break;
            case FunctionValue:
                text.Append("lambda");
                break;
            case RecordValue record:
                text.Append(record.Type.Name);
                break;
            case SizesValue sizes:
                text.Append('(').Append(string.Join(", ", sizes.Numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)))).Append(')');
                break;
            default:
                text.Append(Arithmetic.Text(value));
                break;
        }
    }

    private static void Append(StringBuilder text, char open, IEnumerable<object?> items, char close, int depth)
    {
        text.Append(open);
        string separator = "";
        foreach (object? item in items)
        {
            text.Append(separator);
            Append(text, item, depth + 1);
            separator = ", ";
        }
        text.Append(close);
    }
}
