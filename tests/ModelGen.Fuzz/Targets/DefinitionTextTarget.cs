using System.Text;
using ModelGen.Fuzz.Networks;

namespace ModelGen.Fuzz.Targets;

/// <summary>Definitions that take time and memory without end, with extreme numbers and changed text: code, or errors, soon.</summary>
internal sealed class DefinitionTextTarget : FuzzTarget
{
    public override string Name => "definition-text";

    public override string Description =>
        "definitions that take time and memory without end, extreme numbers and changed text: code, or clear errors";

    // What is held counts (below): each step of an interpreter allocates.
    public override long? AllocationLimit => null;

    public override int TestShare => 20;

    public override void Start() =>
        Sources.Check("using ModelGen; [Network] partial class Net { static Tensor Define([Shape(1, 2, 2)] Tensor x) => x.Relu(); }",
            TimeSpan.FromMinutes(1));

    public override byte[] Make(Random random) => Encoding.UTF8.GetBytes(DefinitionTexts.Write(random));

    public override FuzzOutcome Check(byte[] input) =>
        HeldMemory.Check(64L << 20, () => Sources.Check(Encoding.UTF8.GetString(input), TimeLimit));
}
