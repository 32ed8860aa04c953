using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;

namespace ModelGen.Tests.Claims;

/// <summary>
/// Holds a kernel against what it and its operator say of it: which floats it writes and which it reads, found by running it on memory of
/// different patterns, in parts, in place and sample by sample.
/// </summary>
internal sealed class KernelProbe
{
    private const uint Huge = 0x7149F2CA; // 1e30

    private readonly KernelRun _run;
    private readonly KernelCase _case;
    private readonly KernelClaims _claims;
    private readonly List<string> _problems = [];
    private readonly int _result;
    private readonly Places? _places;
    private readonly Dictionary<(uint Nothing, uint Result), uint[][]> _inputs = [];

    private KernelProbe(KernelRun run)
    {
        (_run, _case, _claims, _result) = (run, run.Case, run.Case.Claims, run.Case.Result);
        _places = _result < 0 ? null : Places.In(_case.Operands[_result]);
    }

    /// <summary>What the kernel does against its claims; empty where all of them hold.</summary>
    public static IReadOnlyList<string> Problems(KernelRun run)
    {
        var probe = new KernelProbe(run);
        probe.Check();
        return probe._problems;
    }

    private int Batch => _case.Batch;

    private Call All => new(0, Batch);

    private void Check()
    {
        uint[][] before = Inputs(OperandMemory.Pattern, OperandMemory.Pattern);
        Outcome expected = Run(new(Side.End, before), All);
        Expect(expected.Problem is null, $"{expected.Problem}");
        CheckInputs(before, expected);
        if (_case.ClearsHalo)
            Expect(Enumerable.Range(0, before[0].Length).All(i => _places!.Of[i % _places.Of.Length] == Place.Halo
                || before[0][i] == expected.Bits[0][i]), $"writes more than the halo");
        CheckSame("at another place", expected, Run(new(Side.Start, before), All));
        CheckSame("where gaps and lanes hold other values", expected, Run(new(Side.End, Inputs(Huge, OperandMemory.Pattern)), All));
        if (_result >= 0)
        {
            Outcome again = Run(new(Side.End, Inputs(OperandMemory.Pattern, OperandMemory.OtherPattern)), All);
            CheckSame("on other memory", expected, again);
            CheckResult(expected, again);
            if (_claims.Mutated.Count == 0)
                CheckSame("the second time", expected, Run(new(Side.End, before), All, All));
            CheckFewerSamples();
        }
        CheckInPlace(expected);
        CheckUnits(before, expected);
        if (_claims.TreatsSamplesAlone && Batch > 1)
            CheckSamples(expected);
    }

    // What operands hold; results a pattern, and what only clears a halo the same there.
    private uint[][] Inputs(uint nothing, uint result)
    {
        if (!_inputs.TryGetValue((nothing, result), out uint[][]? known))
        {
            known = [.. _case.Operands.Select((o, i) => i != _result ? Filled(o) : _case.ClearsHalo ? HaloFilled(o, Filled(o))
                : [.. Enumerable.Repeat(result, o.Length(Batch))])];
            _inputs.Add((nothing, result), known);
        }
        return [.. known.Select(bits => (uint[])bits.Clone())];

        uint[] Filled(Operand operand) => OperandMemory.Fill(operand, Batch, _case.Classes, seed: 1 + FirstOf(operand.Value), nothing);
    }

    private int FirstOf(int value) => Enumerable.Range(0, _case.Operands.Count).First(i => _case.Operands[i].Value == value);

    private static uint[] HaloFilled(Operand operand, uint[] bits)
    {
        Place[] places = Places.In(operand).Of;
        return [.. bits.Select((b, i) => places[i % places.Length] == Place.Halo ? OperandMemory.Pattern : b)];
    }

    private Outcome Run(Setting setting, params Call[] calls) => _run.Run(setting, calls);

    private void Expect(bool holds, FormattableString problem)
    {
        if (!holds)
            _problems.Add(FormattableString.Invariant(problem));
    }

    // Nothing but the result and what the operator says is written.
    private void CheckInputs(uint[][] before, Outcome after)
    {
        for (int i = 0; i < before.Length; i++)
        {
            if (i != _result && !_claims.Mutated.Contains(i))
                Expect(before[i].AsSpan().SequenceEqual(after.Bits[i]), $"writes its input {i}");
        }
    }

    // The same elements, in the result and in what is written beside it.
    private void CheckSame(string how, Outcome expected, Outcome actual)
    {
        Expect(actual.Problem is null, $"{how}: {actual.Problem}");
        foreach (int i in _claims.Mutated.Append(_result).Where(i => i >= 0))
            ExpectElements(how, i, expected.Bits[i], actual.Bits[i]);
    }

    private void ExpectElements(string how, int operand, uint[] expected, uint[] actual)
    {
        Place[] places = Places.In(_case.Operands[operand]).Of;
        int wrong = 0, place = 0;
        for (; wrong < expected.Length && (expected[wrong] == actual[wrong] || places[place] != Place.Element); wrong++)
            place = place + 1 == places.Length ? 0 : place + 1;
        Expect(wrong == expected.Length,
            $"{how}: operand {operand} has {Text(actual, wrong)} instead of {Text(expected, wrong)} at {wrong}");
    }

    private static string Text(uint[] bits, int at) => at >= bits.Length ? "" : $"{BitConverter.UInt32BitsToSingle(bits[at])}";

    // Every element is written, and around them what the kernel says.
    private void CheckResult(Outcome one, Outcome other)
    {
        (uint[] a, uint[] b) = (one.Bits[_result], other.Bits[_result]);
        for (int i = 0; i < a.Length; i++)
        {
            Place place = _places!.Of[i % _places.Of.Length];
            bool isKept = a[i] == OperandMemory.Pattern && b[i] == OperandMemory.OtherPattern;
            bool isZero = (a[i] & 0x7FFFFFFF) == 0 && (b[i] & 0x7FFFFFFF) == 0;
            bool holds = place switch
            {
                Place.Element => _case.ClearsHalo || IsBFloat16 || (!isKept && float.IsFinite(BitConverter.UInt32BitsToSingle(a[i]))),
                Place.Halo =>
                    _claims.Halo switch { HaloEffect.Keeps => isKept, HaloEffect.MapsZeros or HaloEffect.Clears => isZero, _ => true },
                Place.Gap => _claims.Halo != HaloEffect.Keeps || isKept,
                _ => true,
            };
            if (!holds)
            {
                Expect(false, $"says of the halo '{_claims.Halo}' and leaves {Text(a, i)} at {i}, a place of the kind {place}");
                return;
            }
        }
    }

    private bool IsBFloat16 => _case.Operands[_result].Layout.Kind == LayoutKind.BFloat16;

    // Of samples that a call is not of, nothing is read and nothing written.
    private void CheckFewerSamples()
    {
        Operand result = _case.Operands[_result];
        if (Batch == 1 || !result.Type.PerSample)
            return;
        uint[][] inputs = Inputs(OperandMemory.Pattern, OperandMemory.Pattern);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (_case.Operands[i].Type is { PerSample: true, Element: ElementType.F32 })
                Array.Fill(inputs[i], OperandMemory.Pattern, _case.Operands[i].Layout.Length,
                    inputs[i].Length - _case.Operands[i].Layout.Length);
        }
        Outcome alone = Run(new(Side.End, inputs), new Call(0, 1));
        Expect(alone.Problem is null, $"of one sample: {alone.Problem}");
        Expect(!alone.Bits[_result].AsSpan(result.Layout.Length).ContainsAnyExcept(OperandMemory.Pattern), $"of one sample, writes others");
    }

    // Over an input whose halo is zero.
    private void CheckInPlace(Outcome expected)
    {
        foreach (int input in _claims.InPlace)
        {
            uint[][] before = Inputs(OperandMemory.Pattern, OperandMemory.Pattern);
            foreach (Call[] calls in Divisions().Prepend([All]))
            {
                Outcome over = Run(new(Side.End, before, InPlaceOf: input), calls);
                string how = $"over input {input} in {calls.Length} calls";
                Expect(over.Problem is null, $"{how}: {over.Problem}");
                ExpectElements(how, _result, expected.Bits[_result], over.Bits[_result]);
                bool leavesZeros = _claims.Halo.LeavesZeros(inPlace: true);
                Expect(!leavesZeros || Enumerable.Range(0, over.Bits[_result].Length)
                    .All(i => _places!.Of[i % _places.Of.Length] != Place.Halo || (over.Bits[_result][i] & 0x7FFFFFFF) == 0),
                    $"{how}: says of the halo '{_claims.Halo}' and leaves other than zeros");
                for (int i = 0; i < before.Length; i++)
                {
                    if (i != _result && _case.Operands[i].Value != _case.Operands[input].Value)
                        Expect(before[i].AsSpan().SequenceEqual(over.Bits[i]), $"{how}: writes its input {i}");
                }
            }
        }
    }

    // Orders of parts: the last one first, and any.
    private IEnumerable<Call[]> Divisions()
    {
        if (_claims.Units <= 1)
            yield break;
        foreach (int parts in new[] { 2, 3, 5, 7 })
        {
            yield return [.. Enumerable.Range(0, parts).Reverse().Select(p => Part(p, parts))];
            if (parts < 7)
                continue;
            Call[] shuffled = [.. Enumerable.Range(0, parts).Select(p => Part(p, parts))];
            new Random(parts).Shuffle(shuffled);
            yield return shuffled;
        }
    }

    private Call Part(int part, int parts) => All with { Part = part, Parts = parts, OfUnits = true };

    private void CheckUnits(uint[][] before, Outcome expected)
    {
        foreach (Call[] calls in Divisions().Append([Part(0, 1)]).Where(_ => _claims.Units > 1))
            CheckSame($"in {calls.Length} parts", expected, Run(new(Side.End, before), calls));
        if (_claims.Units > 1 && _result >= 0)
        {
            CheckWrittenOnce(Math.Min(_claims.Units, 7));
            if (_claims.Units <= 20)
                CheckWrittenOnce(_claims.Units);
        }
    }

    // No two parts write one float, and where units are rows they write theirs and read no others.
    private void CheckWrittenOnce(int parts)
    {
        uint[] before = Inputs(OperandMemory.Pattern, OperandMemory.Pattern)[_result];
        int[] writer = [.. Enumerable.Repeat(-1, _case.Operands[_result].Length(Batch))];
        for (int part = 0; part < parts; part++)
        {
            Outcome one = Run(new(Side.End, Inputs(OperandMemory.Pattern, OperandMemory.Pattern)), Part(part, parts));
            Outcome other = Run(new(Side.End, Inputs(OperandMemory.Pattern, OperandMemory.OtherPattern)), Part(part, parts));
            (int first, int end) = (part * _claims.Units / parts * _claims.RowsOfUnit,
                (part + 1) * _claims.Units / parts * _claims.RowsOfUnit);
            for (int i = 0; i < writer.Length; i++)
            {
                bool isKept = _case.ClearsHalo ? one.Bits[_result][i] == before[i]
                    : one.Bits[_result][i] == OperandMemory.Pattern && other.Bits[_result][i] == OperandMemory.OtherPattern;
                if (isKept)
                    continue;
                int row = _places!.Rows[i % _places.Rows.Length];
                if (writer[i] >= 0 || (_claims.RowsOfUnit > 0 && (row < first || row >= end)))
                {
                    Expect(false,
                        $"part {part} of {parts}, rows {first} to {end}, writes at {i}, in row {row}, where part {writer[i]} wrote");
                    return;
                }
                writer[i] = part;
            }
            if (_claims.RowsOfUnit > 0 && _claims.ReadsOwnRows)
                CheckOwnRows(one, Part(part, parts), first, end);
        }
    }

    private void CheckOwnRows(Outcome expected, Call call, int first, int end)
    {
        uint[][] inputs = Inputs(OperandMemory.Pattern, OperandMemory.Pattern);
        for (int i = 0; i < inputs.Length; i++)
        {
            Operand operand = _case.Operands[i];
            // Images of as many rows, whose rows another step may have written.
            if (i == _result || !operand.Layout.IsImage || operand.Layout.Height != _case.Operands[_result].Layout.Height)
                continue;
            int[] rows = Places.In(operand).Rows;
            for (int at = 0; at < inputs[i].Length; at++)
            {
                int row = rows[at % rows.Length];
                inputs[i][at] = row >= 0 && (row < first || row >= end) ? OperandMemory.Pattern : inputs[i][at];
            }
        }
        ExpectElements($"part {call.Part} of {call.Parts}, where all rows but {first} to {end} hold NaN,", _result, expected.Bits[_result],
            Run(new(Side.End, inputs), call).Bits[_result]);
    }

    // Each sample by itself, amid others that hold NaN.
    private void CheckSamples(Outcome expected)
    {
        foreach ((int first, int samples) in new[] { (0, 1), (1, 1), (Batch - 1, 1), (1, Batch - 1) })
        {
            uint[][] inputs = Inputs(OperandMemory.Pattern, OperandMemory.Pattern);
            for (int i = 0; i < inputs.Length; i++)
            {
                int length = _case.Operands[i].Layout.Length;
                for (int at = 0; _case.Operands[i].Type is { PerSample: true, Element: ElementType.F32 } && at < inputs[i].Length; at++)
                    inputs[i][at] = at / length < first || at / length >= first + samples ? OperandMemory.Pattern : inputs[i][at];
            }
            Outcome own = Run(new(Side.End, inputs), new Call(first, samples) { All = Batch });
            Expect(own.Problem is null, $"of samples {first} to {first + samples}: {own.Problem}");
            int stride = _case.Operands[_result].Layout.Length;
            ExpectElements($"of samples {first} to {first + samples}", _result,
                expected.Bits[_result][(first * stride)..((first + samples) * stride)],
                own.Bits[_result][(first * stride)..((first + samples) * stride)]);
            Expect(!own.Bits[_result].AsSpan(0, first * stride).ContainsAnyExcept(OperandMemory.Pattern),
                $"of samples {first} to {first + samples}, writes samples before");
        }
    }
}
