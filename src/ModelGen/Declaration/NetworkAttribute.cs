namespace ModelGen;

/// <summary>
/// Marks a partial class that is a network, compiled at build time: its layers are written as attributes in source order, or it has a
/// static method <c>Define</c> that calls them (see <see cref="Tensor"/>), which can have branches, loops and blocks.
/// <code>
/// [Network, Input(1, 28, 28)]
/// [Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
/// [Flatten, Linear(10)]
/// public sealed partial class Digits;
/// </code>
/// </summary>
/// <remarks>
/// The class may be nested in other partial types and may have members of its own. It must not be generic, static, abstract, file-local or
/// a record. All layers stand on one declaration of the class, since the order of several would be undefined.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed partial class NetworkAttribute : Attribute;
