using System.Text;

namespace ModelGen.Generator.Language.Definition.Library;

/// <summary>
/// Turns a member as one writes it in C#, <c>Enumerable.Zip&lt;T, U&gt;(IEnumerable&lt;T&gt;, IEnumerable&lt;U&gt;)</c>, into the
/// documentation id by which the compiler knows it. Without parentheses it is a property; without a name behind the type, a constructor.
/// </summary>
internal sealed class Signature
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["bool"] = "System.Boolean", ["byte"] = "System.Byte", ["sbyte"] = "System.SByte", ["short"] = "System.Int16",
        ["ushort"] = "System.UInt16",
        ["int"] = "System.Int32", ["uint"] = "System.UInt32", ["long"] = "System.Int64", ["ulong"] = "System.UInt64",
        ["float"] = "System.Single",
        ["double"] = "System.Double", ["char"] = "System.Char", ["string"] = "System.String", ["object"] = "System.Object",
        ["List"] = "System.Collections.Generic.List", ["IEnumerable"] = "System.Collections.Generic.IEnumerable",
        ["IList"] = "System.Collections.Generic.IList",
        ["ICollection"] = "System.Collections.Generic.ICollection",
        ["IReadOnlyCollection"] = "System.Collections.Generic.IReadOnlyCollection",
        ["IReadOnlyList"] = "System.Collections.Generic.IReadOnlyList", ["KeyValuePair"] = "System.Collections.Generic.KeyValuePair",
        ["Enumerable"] = "System.Linq.Enumerable", ["IOrderedEnumerable"] = "System.Linq.IOrderedEnumerable",
        ["BitOperations"] = "System.Numerics.BitOperations",
        ["Tensor"] = "ModelGen.Tensor", ["Pair"] = "ModelGen.Pair", ["Border"] = "ModelGen.Border",
    };

    private readonly string _text;
    private readonly List<string> _typeParameters = [];
    private readonly List<string> _methodParameters = [];
    private int _at;

    private Signature(string text) => _text = text;

    /// <summary>The documentation id.</summary>
    public static string IdOf(string text) => new Signature(text).Id();

    private string Id()
    {
        string container = FullName(Word());
        ReadParameters(_typeParameters);
        if (_typeParameters.Count > 0)
            container += "`" + _typeParameters.Count;
        string member = "#ctor";
        if (Take('.'))
        {
            member = Word();
            ReadParameters(_methodParameters);
        }
        if (!Take('('))
            return $"P:{container}.{member}";
        var id = new StringBuilder($"M:{container}.{member}");
        if (_methodParameters.Count > 0)
            id.Append("``").Append(_methodParameters.Count);
        if (Take(')'))
            return id.ToString();
        string separator = "(";
        do
        {
            id.Append(separator).Append(Type());
            separator = ",";
        }
        while (Take(','));
        return id.Append(')').ToString();
    }

    private string Type()
    {
        string type;
        if (Take('('))
        {
            type = "System.ValueTuple" + Arguments(')');
        }
        else
        {
            string word = Word();
            (int ofType, int ofMethod) = (_typeParameters.IndexOf(word), _methodParameters.IndexOf(word));
            type = ofMethod >= 0 ? "``" + ofMethod : ofType >= 0 ? "`" + ofType : FullName(word);
            if (Take('<'))
                type += Arguments('>');
        }
        while (true)
        {
            if (Take('['))
            {
                Take(']');
                type += "[]";
            }
            else if (Take('?'))
            {
                type = $"System.Nullable{{{type}}}";
            }
            else
            {
                return type;
            }
        }
    }

    private string Arguments(char end)
    {
        var arguments = new List<string>();
        do
        {
            arguments.Add(Type());
        }
        while (Take(','));
        Take(end);
        return "{" + string.Join(",", arguments) + "}";
    }

    private void ReadParameters(List<string> names)
    {
        if (!Take('<'))
            return;
        do
        {
            names.Add(Word());
        }
        while (Take(','));
        Take('>');
    }

    private string Word()
    {
        while (_text[_at] == ' ')
            _at++;
        int start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_'))
            _at++;
        return _text.Substring(start, _at - start);
    }

    private bool Take(char c)
    {
        while (_at < _text.Length && _text[_at] == ' ')
            _at++;
        if (_at >= _text.Length || _text[_at] != c)
            return false;
        _at++;
        return true;
    }

    private static string FullName(string name) => Names.TryGetValue(name, out string? full) ? full : "System." + name;
}
