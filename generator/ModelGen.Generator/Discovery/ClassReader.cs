using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>Reads how a class is declared, and checks that another part of it can be generated.</summary>
internal static class ClassReader
{
    public static ClassDeclaration Read(INamedTypeSymbol type)
    {
        var containing = new List<string>();
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            containing.Insert(0, $"partial {KeywordOf(outer)} {Escape(outer.Name)}");
        return new ClassDeclaration(NamespaceOf(type), containing.ToEquatableArray(), Escape(type.Name), AccessibilityOf(type));
    }

    /// <summary>Adds what is wrong with the class; false where another part of it must not be generated.</summary>
    public static bool Check(INamedTypeSymbol type, Extras extras, List<LocatedProblem> problems)
    {
        int before = problems.Count;
        if (Unsupported(type, extras) is string unsupported)
            problems.Add(new(new Problem(ProblemIds.UnsupportedClass, unsupported), Place.Class));
        if (!IsPartial(type))
            problems.Add(new(new Problem(ProblemIds.NotPartial, $"{type.Name} must be partial, because its other part is generated; write 'partial class {type.Name}'"), Place.Class));
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (IsPartial(outer))
                continue;
            string message = $"{outer.Name} must be partial, because {type.Name} inside it is; write 'partial {KeywordOf(outer)} {outer.Name}'";
            problems.Add(new(new Problem(ProblemIds.NotPartial, message), Place.Class));
        }
        return problems.Count == before;
    }

    private static string? Unsupported(INamedTypeSymbol type, Extras extras)
    {
        if (type.IsRecord)
            return $"{type.Name} is a record, but a network owns memory that must not be copied; make it a class";
        if (type.IsStatic)
            return $"{type.Name} is static, but each instance of a network has its own memory; leave out 'static'";
        if (type.IsAbstract)
            return $"{type.Name} is abstract, but the generated part makes it whole; leave out 'abstract'";
        if (type.IsFileLocal)
            return $"{type.Name} is local to its file, but its other part is generated into another one; leave out 'file'";
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.TypeParameters.Length > 0)
                return $"{outer.Name} is generic, but a network's shapes are fixed when it is compiled; {(outer.Equals(type, SymbolEqualityComparer.Default) ? "leave out the type parameters" : $"move {type.Name} out of it")}";
            if (outer.IsFileLocal)
                return $"{outer.Name} is local to its file, but the other part of {type.Name} is generated into another one; leave out 'file'";
        }
        if (Declarations(type).Any(d => d.ParameterList is not null))
            return $"{type.Name} has a primary constructor, but the generated part has the constructor {type.Name}(Weights); use properties instead";
        if (type.BaseType is { } baseType && !baseType.InstanceConstructors.Any(c => c.Parameters.Length == 0 && c.DeclaredAccessibility is not Accessibility.Private))
            return $"{type.Name}'s base class {baseType.Name} has no constructor without parameters, which the generated constructor would call; add one";
        return Clash(type, extras);
    }

    private static string? Clash(INamedTypeSymbol type, Extras extras)
    {
        foreach (ISymbol member in type.GetMembers().Where(IsWrittenByUser))
        {
            bool isTaken = member switch
            {
                IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => constructor.Parameters.Length == 1 && constructor.Parameters[0].Type.Name == "Weights",
                IMethodSymbol method when GeneratedMembers.ParametersOf(method.Name, extras) is string parameters => parameters == string.Join(", ", method.Parameters.Select(p => p.Type.ToDisplayString())),
                INamedTypeSymbol { TypeParameters.Length: 0, TypeKind: TypeKind.Class, IsRecord: false } nested when GeneratedMembers.IsClass(nested.Name, extras) => !IsPartial(nested) || nested.IsStatic,
                INamedTypeSymbol { TypeParameters.Length: > 0 } => false,
                _ => GeneratedMembers.Has(member.Name, extras),
            };
            if (isTaken)
                return $"{type.Name} has a member '{(member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? type.Name + "(Weights)" : member.Name)}', which the generated part declares too; rename it";
        }
        return GeneratedMembers.Has(type.Name, extras)
            ? $"{type.Name} has the name of one of its generated members; choose another name for the class"
            : null;
    }

    // An analyzer sees the generated part too.
    private static bool IsWrittenByUser(ISymbol member) =>
        !member.IsImplicitlyDeclared && !member.DeclaringSyntaxReferences.All(r => r.SyntaxTree.FilePath.Contains(typeof(NetworkGenerator).FullName!));

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
            parts.Insert(0, Escape(part.Name));
        return string.Join(".", parts);
    }

    private static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;
}
