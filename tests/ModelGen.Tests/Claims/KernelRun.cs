namespace ModelGen.Tests.Claims;

/// <summary>Which samples and units a call is of.</summary>
/// <param name="First">Samples before its own.</param>
/// <param name="Part">Which of <paramref name="Parts"/>; the whole kernel where there is one.</param>
internal readonly record struct Call(int First, int Samples, int Part = 0, int Parts = 1)
{
    /// <summary>The samples of all calls together; its own where it says nothing else.</summary>
    public int All { get; init; } = Samples;

    /// <summary>Whether the method of parts is called even for a single one.</summary>
    public bool OfUnits { get; init; }
}

/// <summary>What a kernel is run on.</summary>
/// <param name="Side">Against which guards its operands lie.</param>
/// <param name="Inputs">The bits of each operand; those of the result are what lies there before.</param>
/// <param name="InPlaceOf">The position of the input in whose memory the result lies; -1 for memory of its own.</param>
internal sealed record Setting(Side Side, uint[][] Inputs, int InPlaceOf = -1);

/// <summary>What memory holds after some calls.</summary>
/// <param name="Bits">Of each operand.</param>
/// <param name="Problem">What is wrong with it already; null for nothing.</param>
internal sealed record Outcome(uint[][] Bits, string? Problem);

/// <summary>Runs the compiled methods of a case on memory between guards.</summary>
internal sealed class KernelRun(KernelCase kernelCase, KernelMethod whole, KernelMethod? part)
{
    public KernelCase Case => kernelCase;

    /// <summary>Runs the calls one after another, in memory of their own.</summary>
    public Outcome Run(Setting setting, params Call[] calls)
    {
        IReadOnlyList<Operand> operands = kernelCase.Operands;
        var memory = new OperandMemory[operands.Count];
        try
        {
            for (int i = 0; i < memory.Length; i++)
            {
                int same = Enumerable.Range(0, i).FirstOrDefault(j => operands[j].Value == operands[i].Value, -1);
                if (i == kernelCase.Result && setting.InPlaceOf >= 0)
                    same = setting.InPlaceOf;
                memory[i] = same >= 0 ? memory[same]
                    : new OperandMemory(operands[i].Length(kernelCase.Batch), operands[i].IsExact, kernelCase.Claims.Overrun, setting.Side);
                if (same < 0)
                    setting.Inputs[i].CopyTo(memory[i].Bits);
            }
            foreach (Call call in calls)
                Invoke(call, memory, setting.Side);
            string? problem = Enumerable.Range(0, memory.Length).Where(i => memory[i].IsWrittenAround())
                .Select(i => $"writes around operand {i}").FirstOrDefault();
            return new Outcome([.. memory.Select(m => m.Bits.ToArray())], problem);
        }
        finally
        {
            foreach (OperandMemory used in memory.Where(m => m is not null).Distinct())
                used.Dispose();
        }
    }

    private void Invoke(Call call, OperandMemory[] memory, Side side)
    {
        bool isPart = call.Parts > 1 || call.OfUnits;
        int length = (isPart ? kernelCase.Kernel with { IsDivided = true } : kernelCase.Kernel).Scratch;
        using var scratch = new OperandMemory(length, isExact: false, overrun: 0, side);
        nint[] at = [.. memory.Select((m, i) => m.Address
            + (kernelCase.Operands[i].Type.PerSample ? (nint)call.First * kernelCase.Operands[i].Layout.Length * sizeof(float) : 0))];
        (isPart ? part! : whole)(at, scratch.Address, call.All, call.Samples, call.First, call.Part, call.Parts);
        if (scratch.IsWrittenAround())
            throw new InvalidOperationException($"{kernelCase}: writes around its own memory of {length} floats");
    }
}
