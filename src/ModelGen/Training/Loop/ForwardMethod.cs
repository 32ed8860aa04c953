namespace ModelGen;

/// <summary>The <c>Forward</c> of a network with one input and one output.</summary>
/// <param name="input">A sample.</param>
/// <param name="output">Takes the result.</param>
public delegate void ForwardMethod(ReadOnlySpan<float> input, Span<float> output);
