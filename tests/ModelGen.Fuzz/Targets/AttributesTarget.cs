using System.Text;
using ModelGen.Fuzz.Networks;

namespace ModelGen.Fuzz.Targets;

/// <summary>Networks written as attributes, right and spoiled: code, or errors.</summary>
internal sealed class AttributesTarget : FuzzTarget
{
    public override string Name => "attributes";

    public override string Description => "networks as attributes, with extreme numbers, odd names and changed text: code, or clear errors";

    public override void Start() =>
        Sources.Check("using ModelGen; [Network, Input(1, 2, 2), Flatten, Linear(2)] partial class Net;", TimeSpan.FromMinutes(1));

    public override byte[] Make(Random random) => Encoding.UTF8.GetBytes(AttributesWriter.Write(random));

    public override FuzzOutcome Check(byte[] input) => Sources.Check(Encoding.UTF8.GetString(input), TimeLimit);
}
