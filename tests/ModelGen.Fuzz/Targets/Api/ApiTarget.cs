namespace ModelGen.Fuzz.Targets.Api;

/// <summary>
/// Calls of a network and its trainer, right ones and wrong ones by turns: every right one gives what it gives where there was no wrong
/// one, bit for bit, and every wrong one is an exception that is documented.
/// </summary>
internal sealed class ApiTarget : FuzzTarget
{
    private const int MostCalls = 24;

    private ApiFiles? _files;

    public override string Name => "api";

    public override string Description => "calls of a network and its trainer: wrong ones throw what is documented, and change nothing";

    // Tens of calls, some on more threads than there may be processors for.
    public override TimeSpan TimeLimit => TimeSpan.FromSeconds(60);

    // Trainers, and checkpoints in memory.
    public override long? AllocationLimit => null;

    public override int TestShare => 30;

    public override void Start() => _files = new ApiFiles();

    public override byte[] Make(Random random)
    {
        byte[] calls = new byte[1 + 3 * random.Next(1, MostCalls)];
        random.NextBytes(calls);
        return calls;
    }

    public override FuzzOutcome Check(byte[] input)
    {
        if (input.Length == 0)
            return FuzzOutcome.Accepted;
        var session = new ApiSession(_files!, input[0] % 2 == 0 ? ApiTrainer.Careful : ApiTrainer.Quick);
        for (int i = 1; i + 2 < input.Length; i += 3)
            session.Call(input[i], input[i + 1], input[i + 2]);
        session.Finish();
        return session.Refused > 0 ? FuzzOutcome.Refused : FuzzOutcome.Accepted;
    }
}
