using ModelGen;

// Types that are called as what generated code uses: in the namespace of a network, around it, and everywhere.
internal static class Math;

internal static class Vector;

internal static class MemoryMarshal;

internal static class Unsafe;

namespace Company
{
    internal static class ModelGen;

    internal static class System;

    internal static class Span;

    namespace Names
    {
        internal static class Vector512;

        internal static class Array;

        internal static class Console
        {
            public static void Say(string text) => global::System.Console.WriteLine(text);
        }

        [Network, Input(1, 12, 12)]
        [Conv2d(8, 3, Padding = 1), BatchNorm2d, Relu, MaxPool2d(2)]
        [Flatten, Linear(3), Softmax]
        internal sealed partial class Plain;

        [Network, Input(1, 12, 12)]
        [Conv2d(16, 3, Padding = 1), Relu, AvgPool2d(2)]
        [Flatten, Dropout(P = 0.5f), Linear(3)]
        [Trainable(BatchSize = 2, Optimizer = Optimizer.AdamW)]
        internal sealed partial class Trained;
    }
}
