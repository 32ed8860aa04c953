namespace ModelGen;

/// <summary>Marks a partial class whose layers, written as attributes in source order, are compiled at build time.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class NetworkAttribute : Attribute;
