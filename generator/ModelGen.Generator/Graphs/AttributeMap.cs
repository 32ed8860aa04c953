using System.Globalization;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Graphs;

/// <summary>
/// The named constants of a node, in ordinal order of their names. A value is an integer list (one integer being a list of one), a real
/// number or a word; truth is the integer 1 or 0. Missing names read as the operator's default, which the builder has filled in.
/// </summary>
internal readonly record struct AttributeMap(EquatableArray<KeyValuePair<string, AttributeValue>> Entries)
{
    public static AttributeMap Empty => new([]);

    public static AttributeMap Of(params (string Name, AttributeValue Value)[] entries) =>
        new(entries.OrderBy(e => e.Name, StringComparer.Ordinal)
                   .Select(e => new KeyValuePair<string, AttributeValue>(e.Name, e.Value)).ToEquatableArray());

    public bool TryGet(string name, out AttributeValue value)
    {
        foreach (KeyValuePair<string, AttributeValue> entry in Entries)
        {
            if (entry.Key == name)
            {
                value = entry.Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    public AttributeValue this[string name] =>
        TryGet(name, out AttributeValue value) ? value : throw new KeyNotFoundException($"node has no attribute '{name}'");

    public int Int(string name) => this[name].Int;

    public int Int(string name, int fallback) => TryGet(name, out AttributeValue value) ? value.Int : fallback;

    public bool Flag(string name) => TryGet(name, out AttributeValue value) && value.Int != 0;

    public float Float(string name) => (float)this[name].Number;

    public EquatableArray<int> Ints(string name) => this[name].Ints;

    public string Word(string name, string fallback) => TryGet(name, out AttributeValue value) ? value.Word : fallback;

    public AttributeMap With(string name, AttributeValue value) =>
        Of([.. Entries.Where(e => e.Key != name).Select(e => (e.Key, e.Value)), (name, value)]);

    public AttributeMap Without(string name) => new(Entries.Where(e => e.Key != name).ToEquatableArray());

    public override string ToString() =>
        Entries.Count == 0 ? "" : "{" + string.Join(", ", Entries.Select(e => $"{e.Key}={e.Value}")) + "}";
}

/// <summary>One attribute value; see <see cref="AttributeMap"/>.</summary>
internal readonly record struct AttributeValue
{
    private readonly double? _number;
    private readonly string? _word;

    private AttributeValue(EquatableArray<int> ints, double? number, string? word) => (Ints, _number, _word) = (ints, number, word);

    public EquatableArray<int> Ints { get; }

    public int Int => Ints.Count == 1 ? Ints[0] : throw new InvalidOperationException($"'{this}' is not one integer");

    public double Number => _number ?? Int;

    public string Word => _word ?? throw new InvalidOperationException($"'{this}' is not a word");

    public bool IsWord => _word is not null;

    /// <summary>Whether it is a list of integers, perhaps of one or of none.</summary>
    public bool IsIntegers => _word is null && _number is null;

    public static implicit operator AttributeValue(int value) => new([value], null, null);

    public static implicit operator AttributeValue(bool value) => new([value ? 1 : 0], null, null);

    public static implicit operator AttributeValue(int[] value) => new(new EquatableArray<int>(value), null, null);

    public static implicit operator AttributeValue(EquatableArray<int> value) => new(value, null, null);

    public static implicit operator AttributeValue(double value) => new([], value, null);

    public static implicit operator AttributeValue(float value) => new([], Shortest(value), null);

    public static implicit operator AttributeValue(string value) => new([], null, value);

    /// <summary>
    /// Integers as <c>2</c> or <c>[2,2]</c>, reals with a point or exponent (<c>0.1</c>, <c>1.0</c>, <c>1E-05</c>), words bare.
    /// </summary>
    public override string ToString()
    {
        if (_word is not null)
            return _word;
        if (_number is double number)
        {
            string text = number.ToString("R", CultureInfo.InvariantCulture);
            return text.IndexOfAny(['.', 'E', 'N', 'I']) >= 0 ? text : text + ".0";
        }
        return Ints.Count == 1 ? Ints[0].ToString(CultureInfo.InvariantCulture) : "[" + string.Join(",", Ints) + "]";
    }

    // 0.1f is written 0.1, not 0.10000000149011612: the float's own shortest text, read back as a double.
    private static double Shortest(float value) =>
        double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
