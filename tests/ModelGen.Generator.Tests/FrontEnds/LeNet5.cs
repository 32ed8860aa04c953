namespace ModelGen.Generator.Tests.FrontEnds;

internal static class LeNet5
{
    public const string Source = """
        using ModelGen;

        namespace Zoo;

        [Network, Input(1, 28, 28)]
        [Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
        [Conv2d(16, 5), Tanh, AvgPool2d(2)]
        [Flatten, Linear(120), Tanh, Linear(84), Tanh, Linear(10)]
        [Trainable(BatchSize = 16, LabelSmoothing = 0.1)]
        public sealed partial class LeNet5;
        """;
}
