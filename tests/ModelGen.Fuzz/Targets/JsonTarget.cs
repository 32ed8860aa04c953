using System.Text;
using ModelGen.Fuzz.Networks;
using ModelGen.Generator.FrontEnds.Json;

namespace ModelGen.Fuzz.Targets;

/// <summary>Networks in JSON, right and spoiled: code, or errors.</summary>
internal sealed class JsonTarget : FuzzTarget
{
    public override string Name => "json";

    public override string Description => "networks in JSON, right and spoiled: code, or clear errors";

    public override byte[] Make(Random random) => Encoding.UTF8.GetBytes(JsonWriter.Write(random));

    public override FuzzOutcome Check(byte[] input)
    {
        JsonNetwork network = JsonFrontEnd.Build(Encoding.UTF8.GetString(input), "Root");
        return Outcome.Check(network.Model, network.Problems.Select(p => p.Problem), isRefused: () => false, TimeLimit);
    }
}
