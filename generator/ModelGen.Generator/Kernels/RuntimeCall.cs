using System.Globalization;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Kernels;

/// <summary>A call of a method of the runtime library, as kernels make them.</summary>
/// <param name="Method">The class and the method.</param>
/// <param name="Arguments">What it is given, in the method's order.</param>
internal sealed record RuntimeCall(string Method, EquatableArray<CallArgument> Arguments)
{
    /// <summary>What stands before the call, an assignment for instance; null for nothing.</summary>
    public CallArgument? Before { get; init; }

    public static RuntimeCall Of(string method, params CallArgument[] arguments) => new(method, new(arguments));

    /// <summary>The call as C# text, without the semicolon.</summary>
    public string Write(CallSite site) => $"{Before?.Write(site)}{Method}({string.Join(", ", Arguments.Select(a => a.Write(site)))})";
}

/// <summary>Where a call stands: C# texts for what its arguments name.</summary>
/// <param name="Operands">The kernel's operands, without <c>ref</c>.</param>
/// <param name="Samples">How many samples the call is for.</param>
/// <param name="EarlierSamples">How many other threads have before them.</param>
/// <param name="Range">The units that the call is for.</param>
/// <param name="Units">How many units there are.</param>
/// <param name="DoesAll">Whether the call is for all of them.</param>
internal sealed record CallSite(
    IReadOnlyList<string> Operands, string Samples, string EarlierSamples, UnitRange Range, int Units, bool DoesAll);

/// <summary>
/// An argument of a <see cref="RuntimeCall"/>: C# text, in which operands, samples and units stand for what the place of the call says.
/// </summary>
internal sealed record CallArgument
{
    private readonly EquatableArray<Part> _parts;

    private CallArgument(params Part[] parts) => _parts = new(parts);

    private enum Kind
    {
        Text,
        Reference,
        Value,
        Samples,
        EarlierSamples,
        UnitCount,
        UnitRange,
        ThreadPart,
        OnlyUnits,
    }

    /// <summary>The number of samples.</summary>
    public static CallArgument Samples { get; } = new(new Part(Kind.Samples));

    /// <summary>How many samples other threads have before them.</summary>
    public static CallArgument EarlierSamples { get; } = new(new Part(Kind.EarlierSamples));

    /// <summary>How many units are wanted.</summary>
    public static CallArgument UnitCount { get; } = new(new Part(Kind.UnitCount));

    /// <summary>The first unit that is wanted and the one after the last: two arguments.</summary>
    public static CallArgument UnitRange { get; } = new(new Part(Kind.UnitRange));

    /// <summary>The part and the number of parts, for methods that divide their units themselves: two arguments.</summary>
    public static CallArgument ThreadPart { get; } = new(new Part(Kind.ThreadPart));

    /// <summary>Behind an image's layout, what restricts it to the planes that are wanted.</summary>
    public static CallArgument OnlyUnits { get; } = new(new Part(Kind.OnlyUnits));

    public static implicit operator CallArgument(int value) => new(new Part(Kind.Text, value.ToString(CultureInfo.InvariantCulture)));

    public static implicit operator CallArgument(long value) => new(new Part(Kind.Text, value.ToString(CultureInfo.InvariantCulture)));

    public static implicit operator CallArgument(string text) => new(new Part(Kind.Text, text));

    /// <summary>A reference to an operand.</summary>
    public static CallArgument Operand(int position) => new(new Part(Kind.Reference, "", position));

    /// <summary>A reference to an operand at the first unit that is wanted.</summary>
    /// <param name="unitLength">Floats from one unit to the next.</param>
    public static CallArgument Operand(int position, int unitLength) => new(new Part(Kind.Reference, "", position, unitLength));

    /// <summary>References to the first operands.</summary>
    public static CallArgument[] Operands(int count) => [.. Enumerable.Range(0, count).Select(i => Operand(i))];

    /// <summary>An operand itself, to read or to assign to.</summary>
    public static CallArgument Value(int position) => new(new Part(Kind.Value, "", position));

    /// <summary>One behind the other, as one text.</summary>
    public static CallArgument Joined(params CallArgument[] some) => new([.. some.SelectMany(a => a._parts)]);

    /// <summary>The reference some floats further on.</summary>
    public CallArgument At(int floats) => floats == 0 ? this : Joined("ref Unsafe.Add(", this, FormattableString.Invariant($", {floats})"));

    public string Write(CallSite site) => string.Concat(_parts.Select(p => p.Write(site)));

    private readonly record struct Part(Kind Kind, string Text = "", int Operand = 0, int UnitLength = 0)
    {
        public string Write(CallSite site) => Kind switch
        {
            Kind.Reference when UnitLength == 0 || site.DoesAll => "ref " + site.Operands[Operand],
            Kind.Reference => FormattableString.Invariant(
                $"ref Unsafe.Add(ref {site.Operands[Operand]}, {site.Range.First} * {UnitLength})"),
            Kind.Value => site.Operands[Operand],
            Kind.Samples => site.Samples,
            Kind.EarlierSamples => site.EarlierSamples,
            Kind.UnitCount => site.DoesAll ? site.Units.ToString(CultureInfo.InvariantCulture) : $"{site.Range.End} - {site.Range.First}",
            Kind.UnitRange => site.DoesAll ? FormattableString.Invariant($"0, {site.Units}") : $"{site.Range.First}, {site.Range.End}",
            Kind.ThreadPart => site.DoesAll ? "0, 1" : "part, parts",
            Kind.OnlyUnits => site.DoesAll ? "" : $".Only({site.Range.First}, {site.Range.End})",
            _ => Text,
        };
    }
}
