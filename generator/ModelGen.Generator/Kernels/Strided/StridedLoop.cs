using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>A loop over one dimension of several operands.</summary>
/// <param name="Size">How often it runs.</param>
/// <param name="Strides">Floats from one round to the next in each operand; 0 where an operand stays where it is.</param>
internal readonly record struct StridedLoop(int Size, EquatableArray<int> Strides)
{
    public static StridedLoop Of(int size, params int[] strides) => new(size, new(strides));

    /// <summary>The same work in fewer loops: without those that run once, and neighbours that go on where the other ends as one.</summary>
    public static IReadOnlyList<StridedLoop> Simplify(IEnumerable<StridedLoop> loops)
    {
        var simple = new List<StridedLoop>();
        foreach (StridedLoop loop in loops.Where(l => l.Size != 1))
        {
            if (simple.Count > 0 && simple[simple.Count - 1] is var outer
                && outer.Strides.SequenceEqual(loop.Strides.Select(s => s * loop.Size)))
                simple[simple.Count - 1] = new StridedLoop(outer.Size * loop.Size, loop.Strides);
            else
                simple.Add(loop);
        }
        return simple;
    }

    /// <summary>
    /// What loops go over, for the reader of the generated code: sizes, each with the strides of the operands and, behind the arrow, of the
    /// result, which is the last.
    /// </summary>
    public static string Describe(IEnumerable<StridedLoop> loops) => string.Join(" × ", loops.Select(l => FormattableString.Invariant(
        $"{l.Size} ({string.Join(", ", l.Strides.Take(l.Strides.Count - 1))} → {l.Strides[l.Strides.Count - 1]})")));

    /// <summary>
    /// Writes nested loops. The body is given, for each operand, where it is then: C# text of a number of floats.
    /// </summary>
    /// <param name="starts">What is added for each operand, as C# text and factor.</param>
    /// <param name="units">Units of which the kernel takes a range, the rounds of the first loop; 1 for none.</param>
    public static void Write(CodeWriter w, IReadOnlyList<StridedLoop> loops, IReadOnlyList<(long Constant, (string, long)[] Terms)> starts,
        int units, Action<string[]> body)
    {
        var scopes = new Stack<IDisposable>();
        string[] indices = new string[loops.Count];
        for (int i = 0; i < loops.Count; i++)
        {
            if (i == 0 && units > 1)
            {
                scopes.Push(w.Block("for (int i0 = firstUnit; i0 < endUnit; i0++)"));
                indices[0] = "i0";
                continue;
            }
            scopes.Push(w.For(FormattableString.Invariant($"i{i}"), 0, loops[i].Size, out indices[i]));
        }
        body([.. starts.Select((start, operand) => Index.Sum(
            start.Constant, [.. start.Terms, .. loops.Select((loop, i) => (indices[i], (long)loop.Strides[operand]))]))]);
        while (scopes.Count > 0)
            scopes.Pop().Dispose();
    }
}

/// <summary>An operand of kernels over strides: where its first element lies, and how far apart samples are.</summary>
/// <param name="Origin">Floats before the first element.</param>
/// <param name="SampleStride">Floats from one sample to the next; 0 for what is the same for all.</param>
internal readonly record struct StridedOperand(int Origin, int SampleStride)
{
    public static StridedOperand Of(Layout layout, bool perSample) => new(layout.Origin, perSample ? layout.Length : 0);

    /// <summary>Where the first element of sample <c>n</c> lies.</summary>
    public (long Constant, (string, long)[] Terms) Start => (Origin, SampleStride == 0 ? [] : [("n", SampleStride)]);
}
