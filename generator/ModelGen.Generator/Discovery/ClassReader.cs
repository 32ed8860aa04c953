using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Model;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Discovery;

/// <summary>Reads how a class is declared, and checks that another part of it can be generated.</summary>
internal static class ClassReader
{
    public static ClassDeclaration Read(INamedTypeSymbol type)
    {
        var containing = new List<string>();
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            containing.Insert(0, $"partial {KeywordOf(outer)} {Identifiers.Escape(outer.Name)}");
        return new ClassDeclaration(
            NamespaceOf(type), containing.ToEquatableArray(), Identifiers.Escape(type.Name), AccessibilityOf(type))
        {
            Keyword = KeywordOf(type),
        };
    }

    /// <summary>Adds what is wrong with the class, and says what may be generated of it.</summary>
    public static ClassPart Check(INamedTypeSymbol type, GeneratedMembers members, List<LocatedProblem<Place>> problems)
    {
        // Somebody is still typing, or C# says it.
        if (!IsNamed(type))
            return ClassPart.Nothing;
        int before = problems.Count;
        string[] taken = [.. MembersInTheWay.Of(type, members)];
        (string? unsupported, bool allowsStub) = Unsupported(type);
        unsupported ??= MembersInTheWay.Describe(type, taken);
        if (unsupported is not null)
            Add(ProblemIds.UnsupportedClass, unsupported);
        if (!IsPartial(type))
            Add(ProblemIds.NotPartial, $"{type.Name} must be partial, because its other part is generated; write 'partial "
                + $"class {type.Name}'");
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (!IsPartial(outer))
                Add(ProblemIds.NotPartial, $"{outer.Name} must be partial, because {type.Name} inside it is; write 'partial "
                    + $"{KeywordOf(outer)} {outer.Name}'");
        }
        if (problems.Count == before)
            return ClassPart.Whole;
        // Without the class Weights, or in a class that is called like a member, little of the surface could stand.
        allowsStub &= !taken.Contains(GeneratedMembers.Weights) && !taken.Contains(type.Name);
        bool canConstruct = !Declarations(type).Any(d => d.ParameterList is not null) && !LacksBaseConstructor(type);
        return allowsStub ? new ClassPart(PartExtent.Stub, taken.Concat(canConstruct ? [] : [ClassPart.Constructors]).ToEquatableArray())
            : ClassPart.Nothing;

        void Add(string id, string message) => problems.Add(new(new Problem(id, message), Place.Class));
    }

    // Why the class cannot be a network, and whether C# lets it have another part all the same.
    private static (string? Reason, bool AllowsStub) Unsupported(INamedTypeSymbol type)
    {
        if (type.IsStatic)
            return ($"{type.Name} is static, but each instance of a network has its own memory; leave out 'static'", false);
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.TypeParameters.Length > 0)
            {
                string remedy = outer.Equals(type, SymbolEqualityComparer.Default)
                    ? "leave out the type parameters" : $"move {type.Name} out of it";
                return ($"{outer.Name} is generic, but a network's shapes are fixed when it is compiled; {remedy}", false);
            }
            if (outer.IsFileLocal)
                return ($"{outer.Name} is local to its file, but "
                    + $"{(outer.Equals(type, SymbolEqualityComparer.Default) ? "its other part" : $"the other part of {type.Name}")} is "
                    + "generated into another one; leave out 'file'", false);
        }
        if (NamesInTheWay.Find(type.ContainingAssembly, type.Name, type) is string name)
            return (name, false);
        if (type.IsRecord)
            return ($"{type.Name} is a record, but a network owns memory that must not be copied; make it a class", true);
        if (type.IsAbstract)
            return ($"{type.Name} is abstract, but the generated part makes it whole; leave out 'abstract'", true);
        if (Declarations(type).Any(d => d.ParameterList is not null))
            return ($"{type.Name} has a primary constructor, but the generated part has the constructor {type.Name}(Weights); use "
                + "properties instead", true);
        return LacksBaseConstructor(type)
            ? ($"{type.Name}'s base class {type.BaseType!.Name} has no constructor without parameters, which the generated constructor "
                + "would call; add one", true)
            : (null, true);
    }

    private static bool LacksBaseConstructor(INamedTypeSymbol type) =>
        type.BaseType is { TypeKind: not TypeKind.Error } baseType
            && !baseType.InstanceConstructors.Any(c => c.Parameters.Length == 0 && c.DeclaredAccessibility is not Accessibility.Private);

    // All names around the class are there.
    private static bool IsNamed(INamedTypeSymbol type)
    {
        for (ISymbol? part = type; part is not null and not INamespaceSymbol { IsGlobalNamespace: true }; part = part.ContainingSymbol)
        {
            if (part is INamespaceOrTypeSymbol && part.Name.Length == 0)
                return false;
        }
        return true;
    }

    private static IEnumerable<TypeDeclarationSyntax> Declarations(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.Select(r => r.GetSyntax()).OfType<TypeDeclarationSyntax>();

    private static bool IsPartial(INamedTypeSymbol type) => Declarations(type).Any(d => d.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string KeywordOf(INamedTypeSymbol type) => (type.TypeKind, type.IsRecord) switch
    {
        (TypeKind.Struct, true) => "record struct",
        (TypeKind.Struct, false) => "struct",
        (TypeKind.Interface, _) => "interface",
        (_, true) => "record",
        _ => "class",
    };

    private static string AccessibilityOf(INamedTypeSymbol type) => type.DeclaredAccessibility switch
    {
        Accessibility.Public => "public",
        Accessibility.Private => "private",
        Accessibility.Protected => "protected",
        Accessibility.ProtectedOrInternal => "protected internal",
        Accessibility.ProtectedAndInternal => "private protected",
        _ => "internal",
    };

    private static string NamespaceOf(INamedTypeSymbol type)
    {
        var parts = new List<string>();
        for (INamespaceSymbol? part = type.ContainingNamespace; part is { IsGlobalNamespace: false }; part = part.ContainingNamespace)
            parts.Insert(0, Identifiers.Escape(part.Name));
        return string.Join(".", parts);
    }
}
