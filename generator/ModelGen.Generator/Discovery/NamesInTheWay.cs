using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Discovery;

/// <summary>
/// Finds what has names that generated code uses and cannot write in another way: namespaces from which all its names begin, and words that
/// are no keywords of C#, so that a type or namespace of that name comes first wherever it is seen.
/// </summary>
internal static class NamesInTheWay
{
    private static readonly string[] Words = ["var", "nint", "nuint", "nameof"];

    private static readonly string[] Namespaces = ["System", "ModelGen"];

    /// <summary>Says what is in the way, and how to get it out; null where none is.</summary>
    /// <param name="assembly">The project.</param>
    /// <param name="name">The name of the network.</param>
    /// <param name="network">Its class, as far as the project's C# declares it.</param>
    public static string? Find(IAssemblySymbol assembly, string name, INamedTypeSymbol? network)
    {
        INamespaceSymbol global = assembly.GlobalNamespace;
        foreach (string space in Namespaces)
        {
            if (name == space || global.GetTypeMembers(space, 0).Length > 0)
                return Say(space, $"the namespace {space}");
        }
        if (Words.Contains(name))
            return Say(name, $"'{name}'");
        // In the class, around it, and in the namespaces around that; generated code that is not in the class is in ModelGen.Generated.
        IEnumerable<INamespaceOrTypeSymbol> scopes = (network is null ? [global] : Outward(network))
            .Concat(global.GetNamespaceMembers().Where(n => n.Name == "ModelGen"));
        foreach (INamespaceOrTypeSymbol scope in scopes)
        {
            foreach (string word in Words)
            {
                // A method or field hides the operator nameof as well.
                if (scope.GetMembers(word)
                    .Any(m => (m is INamespaceOrTypeSymbol || word == "nameof") && m.Locations.Any(l => l.IsInSource)))
                    return Say(word, $"'{word}'");
            }
        }
        return null;

        string Say(string taken, string what) => name == taken
            ? $"a network cannot be called {name}, because generated code uses {what}; choose another name for the class"
            : $"generated code of {name} uses {what}, but something else here has that name; choose another one for it";
    }

    private static IEnumerable<INamespaceOrTypeSymbol> Outward(INamedTypeSymbol type)
    {
        for (ISymbol? scope = type; scope is INamespaceOrTypeSymbol members; scope = scope.ContainingSymbol)
            yield return members;
    }
}
