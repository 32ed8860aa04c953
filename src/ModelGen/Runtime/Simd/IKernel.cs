namespace ModelGen.Runtime;

/// <summary>
/// A kernel that is written once, for every instruction set; <see cref="Target"/> runs it on the processor's. What is no reference is in
/// its fields.
/// </summary>
internal interface IKernel
{
    /// <summary>Runs it.</summary>
    /// <param name="o">What it reads and writes.</param>
    /// <param name="more">Operands beyond the third.</param>
    void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct;
}

/// <summary>As <see cref="IKernel"/>, with a result.</summary>
/// <typeparam name="R">The result.</typeparam>
internal interface IKernel<out R>
{
    /// <summary>Runs it.</summary>
    /// <param name="o">What it reads and writes.</param>
    /// <param name="more">Operands beyond the third.</param>
    R Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct;
}
