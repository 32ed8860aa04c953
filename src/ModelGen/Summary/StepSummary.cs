namespace ModelGen;

/// <summary>
/// One step of a plan, as <c>Profile</c> measures it. A layer may be several: copies into another memory layout and zeros around an image
/// are steps of their own.
/// </summary>
/// <param name="Layer">Name of the layer that it belongs to; empty for none.</param>
/// <param name="Operator">What it computes: <c>Conv2d</c>; <c>Reorder</c>, <c>ClearHalo</c> and <c>Copy</c> are no layers.</param>
/// <param name="OutputShape">Shape of its result for one sample.</param>
/// <param name="Kernel">The method that computes it: of the generated file, or of the library, which has a point in its name.</param>
/// <param name="MultiplyAdds">Multiply-adds for one sample, without biases, as the operator defines them; a kernel may get by with
/// fewer.</param>
/// <param name="Stage">The stage that it is part of, from 0: a call of <see cref="IParallelScheduler.Run"/> where several threads run the
/// network. Negative for steps that the calling thread does alone.</param>
public sealed record StepSummary(
    string Layer, string Operator, IReadOnlyList<int> OutputShape, string Kernel, long MultiplyAdds, int Stage = -1);
