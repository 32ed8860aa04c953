using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// One kind of operation that is understood. What is in no table is refused; docs/definitions.md is written from the tables, so that it
/// says neither more nor less.
/// </summary>
/// <param name="Kind">The compiler's name.</param>
/// <param name="Words">What users call it; kinds that belong together have the same words.</param>
/// <param name="Does">What it comes to.</param>
internal sealed record Understood<T>(OperationKind Kind, string Words, T Does)
    where T : Delegate;

/// <summary>Tables of what is understood.</summary>
internal static class Understood
{
    private const int MostKinds = 256;

    /// <summary>A table by number of the kind.</summary>
    public static T?[] Table<T>(IEnumerable<Understood<T>> rows)
        where T : Delegate
    {
        var table = new T?[MostKinds];
        foreach (Understood<T> row in rows)
            table[(int)row.Kind] = row.Does;
        return table;
    }

    public static T? Find<T>(T?[] table, OperationKind kind)
        where T : Delegate =>
        (uint)kind < MostKinds ? table[(int)kind] : null;
}
