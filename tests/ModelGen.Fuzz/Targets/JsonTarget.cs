using System.Text;
using ModelGen.Fuzz.Networks;
using ModelGen.Generator.Language.Json;

namespace ModelGen.Fuzz.Targets;

/// <summary>Networks in JSON, right and spoiled: code, or errors.</summary>
internal sealed class JsonTarget : FuzzTarget
{
    public override string Name => "json";

    public override string Description => "networks in JSON, right and spoiled: code, or clear errors";

    // What is held counts: each of some ten passes over a network of 32,768 layers makes it anew.
    public override long? AllocationLimit => null;

    public override byte[] Make(Random random) => Encoding.UTF8.GetBytes(JsonWriter.Write(random));

    public override FuzzOutcome Check(byte[] input) => HeldMemory.Check(64L << 20, () => CheckNetwork(input));

    private FuzzOutcome CheckNetwork(byte[] input)
    {
        JsonNetwork network = JsonFrontEnd.Build(Encoding.UTF8.GetString(input), "Root");
        return Outcome.Check(network.Model, network.Problems.Select(p => p.Problem), isRefused: () => false, TimeLimit);
    }
}
