using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// What an optimizer is given to update: parameters, their gradients and what it keeps for them, all of one length, and which step it is.
/// </summary>
internal readonly ref struct UpdateCall(
    ref float parameter, ref float gradient, ref float first, ref float second, ref float third, nint n, UpdateStep step,
    UpdateReport report,
    bool writes)
{
    private readonly ref float _parameter = ref parameter;
    private readonly ref float _gradient = ref gradient;
    private readonly ref float _first = ref first;
    private readonly ref float _second = ref second;
    private readonly ref float _third = ref third;
    private readonly nint _count = n;
    private readonly UpdateReport _report = report;
    private readonly bool _writes = writes;

    /// <summary>Which step it is, and how.</summary>
    public UpdateStep Step { get; } = step;

    /// <summary>Updates all of it.</summary>
    /// <param name="rule">The optimizer's formula.</param>
    /// <param name="keepsFirst">Whether its settings need the first value that is kept; otherwise it is neither read nor written.</param>
    /// <param name="keepsSecond">Likewise.</param>
    /// <param name="keepsThird">Likewise.</param>
    public void Run<R>(R rule, bool keepsFirst = true, bool keepsSecond = true, bool keepsThird = true) where R : struct, IUpdateRule
    {
        ref float none = ref Unsafe.NullRef<float>();
        Optimizers.Run(
            rule, ref _parameter, ref _gradient, ref keepsFirst ? ref _first : ref none, ref keepsSecond ? ref _second : ref none,
            ref keepsThird ? ref _third : ref none, _count, Step.Scale, _report, _writes);
    }
}
