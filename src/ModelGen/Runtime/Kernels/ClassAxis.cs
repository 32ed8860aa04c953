using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>What is done along an axis of classes to one row of them, or to a vector of neighbouring positions at once.</summary>
internal interface IClassFunction<S, V>
    where S : struct, ISimd<V> where V : struct
{
    /// <summary>The classes lie one behind the other.</summary>
    void AlongClasses(ref float a, ref float b, ref float result, nint classes);

    /// <summary>
    /// The first <paramref name="count"/> lanes of a vector are positions side by side, and the classes lie <paramref name="classStride"/>
    /// apart.
    /// </summary>
    void AcrossPositions(ref float a, ref float b, ref float result, nint count, int classes, nint classStride);
}

/// <summary>
/// Where the classes of tensors lie, over which softmax and its like sum: element (s, o, c, i) at s·sampleStride + o·outerStride +
/// c·classStride + i, so that the positions <c>inner</c> are contiguous.
/// </summary>
internal readonly record struct ClassAxis(
    int Samples, nint SampleStride, int Outer, nint OuterStride, int Classes, nint ClassStride, int Inner)
{
    /// <summary>Runs a function at every position. It may write its result over what it reads.</summary>
    public void Run<S, V, F>(ref float a, ref float b, ref float result, F function)
        where S : struct, ISimd<V> where V : struct where F : struct, IClassFunction<S, V>
    {
        for (int s = 0; s < Samples; s++)
        {
            for (int o = 0; o < Outer; o++)
            {
                nint start = s * SampleStride + o * OuterStride;
                if (ClassStride == 1 && Inner == 1)
                {
                    function.AlongClasses(
                        ref Unsafe.Add(ref a, start), ref Unsafe.Add(ref b, start), ref Unsafe.Add(ref result, start), Classes);
                    continue;
                }
                for (nint i = start; i < start + Inner; i += S.Width)
                {
                    nint count = Math.Min(S.Width, start + Inner - i);
                    function.AcrossPositions(
                        ref Unsafe.Add(ref a, i), ref Unsafe.Add(ref b, i), ref Unsafe.Add(ref result, i), count, Classes, ClassStride);
                }
            }
        }
    }

    /// <summary>A whole vector, or the first <paramref name="count"/> lanes of it and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(ref float x, nint index, nint count) where S : struct, ISimd<V> where V : struct =>
        count == S.Width ? S.Load(ref x, index) : Partial.Load<S, V>(ref x, index, count, S.Broadcast(0f));

    /// <summary>Stores a whole vector, or its first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<S, V>(V value, ref float y, nint index, nint count) where S : struct, ISimd<V> where V : struct
    {
        if (count == S.Width)
            S.Store(value, ref y, index);
        else
            Partial.Store<S, V>(value, ref y, index, count);
    }
}
