using ModelGen.Generator.Kernels;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Tests.Kernels;

/// <summary>
/// What generic code asks, where instruction sets do different things: what they are capable of, which is more than how long their vectors
/// are.
/// </summary>
public class InstructionSetTests
{
    private static readonly InstructionSet Wide = InstructionSet.All[0];
    private static readonly InstructionSet Arm = new(
        "NEON", "Arm", Width: 4, Registers: 32, FusesMultiplyAdd: true, BroadcastsElement: true,
        "Simd128", "AdvSimd.Arm64.IsSupported");
    private static readonly InstructionSet Least = InstructionSet.All[^1];

    [Fact]
    public void VectorsOfOneWidthAreToldApartByTheirRegisters() => Check([Wide, Arm, Least], set => set.Name, """
        if (S.Width >= 16)
        {
            AVX-512
        }
        else if (S.Registers >= 32)
        {
            NEON
        }
        else
        {
            128 bits
        }

        """);

    [Fact]
    public void WhatIsTheSameTextIsWrittenOnce()
    {
        Check([Wide, Arm, Least], _ => "all", "all\n");
        Check([Wide, Arm, Least], set => $"{set.Registers} registers", """
            if (S.Registers >= 32)
            {
                32 registers
            }
            else
            {
                16 registers
            }

            """);
        Check([Wide, Arm, Least], set => $"width {set.Width}", """
            if (S.Width >= 16)
            {
                width 16
            }
            else
            {
                width 4
            }

            """);
    }

    // Nothing that the first two have and the last has not.
    [Fact]
    public void NeighboursThatShareNoCapabilityHaveTheirOwnBranches() => Check(
        [InstructionSet.All[1], Arm, Least], set => set == Least ? "least" : "more", """
        if (S.Width >= 8)
        {
            more
        }
        else if (S.Registers >= 32)
        {
            more
        }
        else
        {
            least
        }

        """);

    [Fact]
    public void WhatCodeCannotTellApartMustBeTheSame()
    {
        InstructionSet twin = Least with { Name = "twin" };
        Check([twin, Least], _ => "same", "same\n");
        var e = Assert.Throws<InvalidOperationException>(() => Write([twin, Least], set => set.Name));
        Assert.Equal("generic code cannot tell twin from 128 bits", e.Message);
    }

    [Fact]
    public void EveryRowCanBeToldFromThoseBehindIt() =>
        Assert.All(InstructionSet.All.SkipLast(1), (set, i) =>
            Assert.NotNull(InstructionSet.Capability([set], [.. InstructionSet.All.Skip(i + 1)])));

    private static void Check(InstructionSet[] sets, Func<InstructionSet, string> text, string expected) =>
        Assert.Equal(expected, Write(sets, text));

    private static string Write(InstructionSet[] sets, Func<InstructionSet, string> text)
    {
        var writer = new CodeWriter();
        VectorCode.ByInstructionSet(writer, sets, (part, set) => part.Line(text(set)));
        return writer.ToString();
    }
}
