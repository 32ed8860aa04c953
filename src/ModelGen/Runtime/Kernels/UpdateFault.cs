namespace ModelGen.Runtime;

/// <summary>What is not finite about an update.</summary>
internal enum UpdateFault
{
    Gradient,
    Norm,
    Update,
    Sum,
    RunningAverages,
}
