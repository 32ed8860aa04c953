namespace ModelGen.Runtime;

/// <summary>What an optimizer's formula depends on beside its settings.</summary>
/// <param name="Updates">How many updates have been before.</param>
/// <param name="Scale">What gradients are multiplied by.</param>
/// <param name="IsPenalized">Whether weight decay and the L1 penalty are applied.</param>
internal readonly record struct UpdateStep(ulong Updates, float Scale, bool IsPenalized);
