using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Discovery;

/// <summary>Finds members of the author's own that C# would not let stand beside the generated ones.</summary>
internal static class MembersInTheWay
{
    private static readonly SymbolDisplayFormat WithoutNullability =
        SymbolDisplayFormat.CSharpErrorMessageFormat.RemoveMiscellaneousOptions(
            SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>The keys of the members of the class and of its nested classes, as <see cref="ClassPart.Taken"/> has them.</summary>
    public static IEnumerable<string> Of(INamedTypeSymbol type, GeneratedMembers members)
    {
        foreach (string key in Taken(type, members.OfClass()))
            yield return key;
        foreach ((string name, IEnumerable<GeneratedMember> nested) in new[] { (GeneratedMembers.Weights, GeneratedMembers.OfWeights()),
            (GeneratedMembers.Trainer, members.OfTrainer()) })
        {
            if (name == GeneratedMembers.Trainer && !members.HasTrainer)
                continue;
            if (type.Name == name || type.GetMembers(name).Any(m => !IsExtensible(m)))
            {
                yield return name;
                continue;
            }
            foreach (string key in type.GetTypeMembers(name, 0).SelectMany(t => Taken(t, nested)))
                yield return $"{name}.{key}";
        }
    }

    /// <summary>What is wrong with the first of them; null where there is none.</summary>
    public static string? Describe(INamedTypeSymbol type, IReadOnlyList<string> taken)
    {
        if (taken.Count == 0)
            return null;
        string key = taken[0];
        if (key.Split('(')[0] == type.Name)
            return $"{type.Name} has the name of one of its generated members; choose another name for the class";
        // A constructor goes by the name of its class and its parameters, a method by its name.
        int parameters = key.IndexOf('(');
        string member = parameters < 0 ? key : key.Substring(0, parameters);
        if (member.EndsWith(ClassPart.Constructors, StringComparison.Ordinal))
            member = (member == ClassPart.Constructors ? type.Name : member.Split('.')[0]) + key.Substring(parameters);
        return member.StartsWith(GeneratedMembers.PrivatePrefix, StringComparison.Ordinal)
            ? $"{type.Name} has a member '{member}', but names that begin with {GeneratedMembers.PrivatePrefix} are for generated "
                + "members; rename it"
            : $"{type.Name} has a member '{member}', which the generated part declares too; rename it";
    }

    private static IEnumerable<string> Taken(INamedTypeSymbol type, IEnumerable<GeneratedMember> generated)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (GeneratedMember member in generated)
        {
            keys.Add(member.Key);
            names.Add(member.Name);
        }
        if (names.Contains(type.Name) || type.Name.StartsWith(GeneratedMembers.PrivatePrefix, StringComparison.Ordinal))
            yield return type.Name;
        foreach (ISymbol member in type.GetMembers().Where(m => !m.IsImplicitlyDeclared))
        {
            if (member is IMethodSymbol { MethodKind: MethodKind.Constructor, IsStatic: false } constructor)
            {
                if (keys.Contains(KeyOf(constructor, ClassPart.Constructors)))
                    yield return KeyOf(constructor, ClassPart.Constructors);
            }
            else if (member is IMethodSymbol { MethodKind: MethodKind.Ordinary } method)
            {
                // A method may be overloaded, unless its name is a property's; with type parameters it is another one.
                if (method.TypeParameters.Length == 0 && keys.Contains(KeyOf(method, method.Name)))
                    yield return KeyOf(method, method.Name);
                else if (keys.Contains(method.Name))
                    yield return method.Name;
            }
            else if (member is not INamedTypeSymbol { TypeParameters.Length: > 0 } && names.Contains(member.Name))
            {
                yield return member.Name;
            }
            if (member.Name.StartsWith(GeneratedMembers.PrivatePrefix, StringComparison.Ordinal))
                yield return member.Name;
        }
    }

    private static string KeyOf(IMethodSymbol method, string name)
    {
        return GeneratedMember.KeyOf(
            name, string.Join(", ", method.Parameters.Select(p => (p.RefKind == RefKind.None ? "" : "ref ") + TypeOf(p.Type))));

        // The generated class is not there yet, unless the author declares a part of it.
        string TypeOf(ITypeSymbol type) => type.Name == GeneratedMembers.Weights
            && (type.TypeKind == TypeKind.Error || IsAround(type.ContainingType))
            ? GeneratedMembers.Weights : type.ToDisplayString(WithoutNullability);

        bool IsAround(INamedTypeSymbol? owner) => owner is not null
            && (SymbolEqualityComparer.Default.Equals(owner, method.ContainingType)
                || SymbolEqualityComparer.Default.Equals(owner, method.ContainingType.ContainingType));
    }

    private static bool IsExtensible(ISymbol member) =>
        member is INamedTypeSymbol { TypeParameters.Length: > 0 }
        || (member is INamedTypeSymbol { TypeKind: TypeKind.Class, IsRecord: false, IsStatic: false } type
            && type.DeclaringSyntaxReferences.Any(
                r => r.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword)));
}
