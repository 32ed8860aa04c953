namespace Microsoft.CodeAnalysis;

/// <summary>
/// A type that has it cannot be seen from another assembly, even one that sees internal types. So two projects may both use the zoo,
/// although one is a friend of the other (<c>InternalsVisibleTo</c>). The compiler knows it by its name; it is partial because generators
/// may declare it as well.
/// </summary>
[global::System.AttributeUsage(global::System.AttributeTargets.All)]
internal sealed partial class EmbeddedAttribute : global::System.Attribute
{
}
