using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>Finds which of some floats is not finite, and why, once a pass over all of them has said that one is.</summary>
internal static class UpdateFaults
{
    /// <summary>Of what an update has written, or would write.</summary>
    public static void OfUpdate<R>(
        R rule, ref float p, ref float g, ref float a, ref float b, ref float c, nint n, float scale, UpdateReport report, bool hasWritten)
            where R : struct, IUpdateRule
    {
        bool hasA = !Unsafe.IsNullRef(ref a), hasB = !Unsafe.IsNullRef(ref b), hasC = !Unsafe.IsNullRef(ref c);
        ref float none = ref Unsafe.NullRef<float>();
        for (nint i = 0; i < n; i++)
        {
            if (!report.Counts(i))
                continue;
            float parameter = Unsafe.Add(ref p, i), first = hasA ? Unsafe.Add(ref a, i) : 0, second = hasB ? Unsafe.Add(ref b, i)
                : 0, third = hasC ? Unsafe.Add(ref c, i) : 0;
            if (!hasWritten)
            {
                Optimizers.Run<Simd128, Vector128<float>, R>(
                    rule, ref parameter, ref Unsafe.Add(ref g, i), ref hasA ? ref first : ref none, ref hasB ? ref second
                    : ref none, ref hasC ? ref third : ref none, 1);
            }
            if (float.IsFinite(parameter) && float.IsFinite(first) && float.IsFinite(second) && float.IsFinite(third))
                continue;
            report.Add(!float.IsFinite(Unsafe.Add(ref g, i)) ? UpdateFault.Gradient : !float.IsFinite(scale) ? UpdateFault.Norm
                : UpdateFault.Update);
            return;
        }
    }

    /// <summary>Of a sum of gradients, and the last that was added to it.</summary>
    public static void OfSum(ref float gradient, ref float sum, nint n, UpdateReport report)
    {
        for (nint i = 0; i < n; i++)
        {
            if (!report.Counts(i) || float.IsFinite(Unsafe.Add(ref sum, i)))
                continue;
            report.Add(float.IsFinite(Unsafe.Add(ref gradient, i)) ? UpdateFault.Sum : UpdateFault.Gradient);
            return;
        }
    }
}
