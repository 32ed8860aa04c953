namespace ModelGen;

/// <summary>A number beside loss and accuracy that is asked for after each validation.</summary>
/// <param name="Name">What the column of the curves is called.</param>
/// <param name="Value">Gives the number.</param>
public sealed record FitMetric(string Name, Func<double> Value);
