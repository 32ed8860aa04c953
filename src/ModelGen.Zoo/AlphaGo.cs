namespace ModelGen.Zoo;

/// <summary>
/// AlphaGo's policy network (Silver et al. 2016, Mastering the game of Go with deep neural networks and tree search, methods): the
/// probability of each move.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class AlphaGo
{
    /// <remarks>The board is 48 planes of 19×19. The match version has 192 filters; 128, 256 and 384 were tried.</remarks>
    public static Tensor Policy(Tensor board, int filters = 192)
    {
        Tensor x = board.Conv2d(filters, 5, padding: 2, name: "conv1").Relu();
        for (int i = 2; i <= 12; i++)
            x = x.Conv2d(filters, 3, padding: 1, name: $"conv{i}").Relu();
        return x.Conv2d(1, 1, bias: false, name: "conv13").PositionBias(name: "position").Flatten().Softmax();
    }
}
