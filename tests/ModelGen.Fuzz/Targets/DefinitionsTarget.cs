using System.Text;
using System.Text.RegularExpressions;
using ModelGen.Fuzz.Definitions;

namespace ModelGen.Fuzz.Targets;

/// <summary>Small C# programs, each run as such and interpreted as a definition: the same values, or refused.</summary>
internal sealed partial class DefinitionsTarget : FuzzTarget
{
    private readonly Dictionary<string, int> _refusals = [];
    private int _throwing;
    private int _parts;
    private int _invalid;

    public override string Name => "definitions";

    public override string Description => "programs, run as C# and interpreted as definitions: the same values, or refused";

    // The compiler's own work is most of it.
    public override long? AllocationLimit => null;

    // A program is compiled a dozen times where much of it is refused, and more often where it is made small.
    public override TimeSpan TimeLimit => TimeSpan.FromSeconds(60);

    // Programs are compared in the tests of the generator.
    public override int TestShare => 0;

    public override string Summary =>
        $"  {_throwing} of the accepted threw in both, {_parts} after parts that were refused; {_invalid} were no C#; parts refused, in "
            + "how many programs:\n"
        + string.Join("\n", _refusals.OrderByDescending(r => r.Value).Select(r => $"  {r.Value,6} {r.Key}"));

    public override void Start() =>
        new DifferentialProgram("// C# 12\nclass P { public static System.Collections.Generic.List<object> Run() => []; }").Compare();

    public override byte[] Make(Random random) => Encoding.UTF8.GetBytes(DefinitionWriter.Write(random));

    public override FuzzOutcome Check(byte[] input)
    {
        Examination examination = Differential.Examine(Encoding.UTF8.GetString(input));
        foreach (string kind in examination.Refusals.Select(r => Varying().Replace(r, "#")).Distinct())
            _refusals[kind] = _refusals.GetValueOrDefault(kind) + 1;
        switch (examination.Last.Verdict)
        {
            case Verdict.Different:
                string smaller = Differential.Shrink(examination.Text, TimeSpan.FromSeconds(10));
                throw new FuzzException($"{new DifferentialProgram(smaller).Compare().Message}\n{smaller}",
                    Encoding.UTF8.GetBytes(smaller));
            case Verdict.NotCSharp:
                _invalid++;
                return FuzzOutcome.Refused;
            case Verdict.Refused:
                return FuzzOutcome.Refused;
            default:
                _throwing += examination.Last.Message.Length > 0 ? 1 : 0;
                _parts += examination.Refusals.Count > 0 ? 1 : 0;
                return FuzzOutcome.Accepted;
        }
    }

    [GeneratedRegex("'[^']*'|\\([0-9,]+\\)|-?[0-9]+(\\.[0-9]+)?")]
    private static partial Regex Varying();
}
