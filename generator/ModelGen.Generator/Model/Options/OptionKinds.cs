using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Model;

/// <summary>Yes or no; no unless said.</summary>
internal sealed class FlagOption(string name, string documentation) : Option<bool>(name, documentation)
{
    public override AttributeValue? Default => false;

    protected override bool Of(AttributeValue? value) => value!.Value.Int != 0;

    protected override AttributeValue? ValueOf(bool value) => value;
}

/// <summary>An integer of a range, or one of a few.</summary>
/// <param name="least">The smallest.</param>
/// <param name="most">The largest; without one there is no end.</param>
internal sealed class IntegerOption(string name, int fallback, int least, int most, string documentation) : Option<int>(name, documentation)
{
    public IntegerOption(string name, int fallback, int least, string documentation)
        : this(name, fallback, least, int.MaxValue, documentation)
    {
    }

    public int Least => least;

    public int Most => most;

    public override AttributeValue? Default => fallback;

    public override string Requirement => most == int.MaxValue ? $"at least {Text(least)}"
        : most == least + 1 ? $"{Text(least)} or {Text(most)}" : $"from {Text(least)} to {Text(most)}";

    public override bool Allows(AttributeValue value) => value.Int >= least && value.Int <= most;

    protected override int Of(AttributeValue? value) => value!.Value.Int;

    protected override AttributeValue? ValueOf(int value) => value;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A number of single precision.</summary>
internal sealed class NumberOption(string name, float fallback, NumberRange range, string documentation) : Option<float>(
    name, documentation)
{
    public NumberRange Range => range;

    public override AttributeValue? Default => fallback;

    public override string Requirement => range.ToString();

    public override bool Allows(AttributeValue value) => range.Has(value.Number);

    protected override float Of(AttributeValue? value) => (float)value!.Value.Number;

    protected override AttributeValue? ValueOf(float value) => value;
}

/// <summary>A number of single precision that need not be said, which is something else than any number.</summary>
internal sealed class OptionalNumberOption(string name, NumberRange range, string documentation) : Option<float?>(name, documentation)
{
    public NumberRange Range => range;

    public override AttributeValue? Default => null;

    public override string Requirement => range.ToString();

    public override bool Allows(AttributeValue value) => range.Has(value.Number);

    protected override float? Of(AttributeValue? value) => value is AttributeValue given ? (float)given.Number : null;

    protected override AttributeValue? ValueOf(float? value) => value is float given ? given : (AttributeValue?)null;
}

/// <summary>A member of the enum of the option's name; the first unless said.</summary>
/// <param name="words">The words in files, in the members' order, whatever their letters' case.</param>
internal sealed class WordOption(string name, EquatableArray<string> words, string documentation) : Option<string>(name, documentation)
{
    public EquatableArray<string> Words => words;

    public override AttributeValue? Default => words[0];

    public override string Requirement => $"one of {string.Join(", ", words)}";

    /// <summary>The word of a member of the enum, which may be any number that is cast to it; else the number.</summary>
    public AttributeValue WordOf(int member) => member >= 0 && member < words.Count ? (AttributeValue)words[member] : member;

    public int IndexOf(string word) => words.TakeWhile(w => w != word).Count();

    public override bool Allows(AttributeValue value) => value.IsWord && words.Contains(value.Word);

    protected override string Of(AttributeValue? value) => value is { IsWord: true } word && Allows(word) ? word.Word : words[0];

    protected override AttributeValue? ValueOf(string value) => value;

    protected override string Got(AttributeValue value) => value.IsWord ? base.Got(value) : $"number {AttributeText.Number(value)}";
}

/// <summary>Any text; none unless said.</summary>
internal sealed class TextOption(string name, string documentation) : Option<string>(name, documentation)
{
    public override AttributeValue? Default => "";

    protected override string Of(AttributeValue? value) => value!.Value.Word;

    protected override AttributeValue? ValueOf(string value) => value;
}

/// <summary>Which numbers of single precision there can be: all that are finite, and within the bounds that are given.</summary>
internal readonly record struct NumberRange(double? AtLeast = null, double? Above = null, double? Below = null)
{
    public static NumberRange Finite => default;

    public bool Has(double number) =>
        !float.IsNaN((float)number) && !float.IsInfinity((float)number) && !(number < AtLeast) && !(number <= Above) && !(number >= Below);

    /// <summary>As messages have it.</summary>
    public override string ToString() => (AtLeast, Above, Below) switch
    {
        (double least, null, double below) => FormattableString.Invariant($"at least {least} and less than {below}"),
        (double least, null, null) => FormattableString.Invariant($"a finite number of at least {least}"),
        (null, double above, null) => FormattableString.Invariant($"a finite number above {above}"),
        (null, null, null) => "a finite number",
        _ => throw new InvalidOperationException("there are no words for such a range"),
    };
}

/// <summary>Values as people read them.</summary>
internal static class AttributeText
{
    /// <summary>A number of any kind, without the point that values of nodes have.</summary>
    public static string Number(AttributeValue value) => value.Number.ToString("R", CultureInfo.InvariantCulture);
}
