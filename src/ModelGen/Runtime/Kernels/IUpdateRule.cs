namespace ModelGen.Runtime;

/// <summary>
/// How one optimizer changes parameters p, given their gradients g, and up to three values that it keeps for each of them.
/// </summary>
internal interface IUpdateRule
{
    V Update<S, V>(V p, V g, ref V a, ref V b, ref V c) where S : struct, ISimd<V> where V : struct;
}
