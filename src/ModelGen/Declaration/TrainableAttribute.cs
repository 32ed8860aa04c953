namespace ModelGen;

/// <summary>
/// Asks for a <c>Trainer</c> too: forward, loss, backward and update in one plan, of the output named <c>output</c>, which is the last
/// layer's result where there are no others.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed partial class TrainableAttribute : Attribute;
