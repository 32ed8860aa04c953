namespace ModelGen;

/// <summary>One layer of a <see cref="NetworkSummary"/>.</summary>
/// <param name="Name">The layer's name, the stem of its parameters' keys.</param>
/// <param name="Operator">The layer's type: <c>Conv2d</c>.</param>
/// <param name="OutputShape">Shape of its output for one sample, without the batch: [6, 28, 28].</param>
/// <param name="Parameters">Number of trained values.</param>
/// <param name="MultiplyAdds">Multiply-adds for one sample, without biases.</param>
/// <param name="ArenaOffset">Where its output lies in the arena, in bytes; null where it is part of the layer before, or in the caller's
/// memory.</param>
/// <param name="FirstStep">The step of the plan that writes it.</param>
/// <param name="LastStep">The last step that reads it.</param>
/// <param name="Kernel">
/// How inference computes it, for layers that can be computed in several ways: <c>Winograd F(4×4, 3×3)</c>, <c>direct 1×1</c>, <c>depthwise
/// 3×3</c>, <c>fully connected</c>; empty for the others.
/// </param>
public sealed record LayerSummary(
    string Name, string Operator, IReadOnlyList<int> OutputShape, long Parameters, long MultiplyAdds, long? ArenaOffset, int FirstStep,
    int LastStep,
    string Kernel = "");
