using FsCheck;
using FsCheck.Fluent;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Machine;

namespace ModelGen.Generator.Tests.Kernels;

/// <summary>How loops are cut into tiles.</summary>
public class TileTests
{
    [Fact]
    public void StretchesCoverExactlyInAtMostTwoSizes()
    {
        for (int total = 1; total <= 100; total++)
        {
            for (int largest = 1; largest <= 40; largest++)
            {
                IReadOnlyList<Stretch> cut = Stretch.Cut(total, largest);
                Assert.InRange(cut.Count, 1, 2);
                Assert.All(cut, s => Assert.True(s.Count > 0 && s.Size > 0 && s.Size <= largest, $"{total} by {largest}: {s}"));
                Assert.Equal(0, cut[0].Start);
                Assert.Equal(total, cut[^1].End);
                Assert.All(cut.Zip(cut.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
                // As few pieces as can be, as even as can be.
                Assert.Equal((total + largest - 1) / largest, cut.Sum(s => s.Count));
                Assert.True(cut.Max(s => s.Size) - cut.Min(s => s.Size) <= 1);
            }
        }
    }

    [Fact]
    public void TilesFitTheRegisters() => Prop.ForAll(Gen.Choose(1, 300).Two().ToArbitrary(), size =>
    {
        (int outer, int vectors) = size;
        foreach (InstructionSet set in InstructionSet.All)
        {
            RegisterTile any = RegisterTile.Choose(set, outer, vectors, _ => true);
            RegisterTile even = RegisterTile.Choose(set, outer, vectors * 2, q => q % 2 == 0);
            foreach (RegisterTile tile in new[] { any, even })
            {
                // Accumulators, one register for each vector of weights and one for what is broadcast.
                Assert.True(tile.Outer * tile.Vectors + tile.Vectors + 1 <= set.Registers, $"{set.Name}: {outer} × {vectors}: {tile}");
                Assert.InRange(tile.Outer, 1, outer);
            }
            Assert.InRange(any.Vectors, 1, vectors);
            Assert.Equal(0, even.Vectors % 2);
        }
    }).QuickCheckThrowOnFailure();

    // Networks that share a tile call it the same, whatever tiles they have beside it.
    [Fact]
    public void TilesHaveTheSameNamesInAnyOrder()
    {
        ITileMethod[] tiles = [.. AllTiles()];
        var forward = new TileMethods();
        var backward = new TileMethods();
        string[] names = [.. tiles.Select(forward.MethodOf)];
        Assert.Equal(names.Reverse(), tiles.Reverse().Select(backward.MethodOf));
        Assert.Equal(tiles.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, n => Assert.True(n.All(c => c == '_' || char.IsAsciiLetterOrDigit(c)), n));
    }

    private static IEnumerable<ITileMethod> AllTiles()
    {
        int[] few = [1, 2, 12];
        foreach ((int a, int b) in few.SelectMany(a => few.Select(b => (a, b))))
        {
            foreach (bool flag in new[] { false, true })
            {
                yield return new BFloat16Tile(a, b, flag);
                foreach ((int step, int to) in new[] { (0, 0), (1, 16), (16, 16), (32, 16), (16, 32) }.Where(s => a > 1))
                {
                    yield return new ChannelTile(a, b, step, to, flag);
                    yield return new ChannelTile(a, b, step, to, flag, Parts: 2);
                    foreach (int shared in few)
                    {
                        yield return new ChannelRow(a, [default, new(b, shared), default], step, to, flag);
                        yield return new ChannelRow(a, [default, default, new(b, shared)], step, to, flag);
                    }
                }
            }
            yield return new ChannelTile(1, a, 0, 0, Parts: b).Simplified();
            yield return new OuterTile(a, b);
            foreach (int c in few)
            {
                yield return new ProductTile(a, b, c);
                int columns = (a - 1) * c + b + 1;
                foreach (RowPiece piece in new RowPiece[]
                {
                    new(a, b, c, 1, 0, columns - 1), new(a, b, c, 1, 0, columns - 2), new(a, b, c, 1, 1, columns - 2),
                    new(a, b, c, 2, 0, (a - 1) * c + (b - 1) * 2 + 1),
                })
                {
                    yield return new DepthwiseTile(piece);
                    yield return new PoolTile(IsMax: true, piece, new(new int[a]));
                    yield return new PoolTile(IsMax: false, piece, new([.. Enumerable.Repeat(b, a)]));
                    yield return new PoolTile(IsMax: false, piece, new([.. Enumerable.Repeat(b + 1, a)]));
                }
            }
        }
    }

    // Enough accumulators to keep a core with two multiply-add units busy, wherever there is enough to do.
    [Fact]
    public void LargeLoopsHideLatency() => Assert.All(InstructionSet.All, set =>
    {
        RegisterTile tile = RegisterTile.Choose(set, 56, 8, _ => true);
        Assert.True(tile.Outer * tile.Vectors >= 8, $"{set.Name}: {tile}");
    });
}
