using Microsoft.CodeAnalysis;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Discovery;

/// <summary>What the C# of a project has of the class that a network file declares.</summary>
/// <param name="Part">What may be generated beside it.</param>
/// <param name="Problems">Why not all.</param>
internal sealed record AuthorsPart(ClassPart Part, EquatableArray<Problem> Problems)
{
    private static readonly AuthorsPart None = new(ClassPart.Whole, []);

    public static AuthorsPart Read(ClassDeclaration? written, Surface surface, MemberNames members, Compilation compilation)
    {
        if (written is null)
            return None;
        string metadataName = (written.Namespace.Length == 0 ? written.Name : written.Namespace + "." + written.Name).Replace("@", "");
        if (compilation.Assembly.GetTypeByMetadataName(metadataName) is not INamedTypeSymbol type)
        {
            return NamesInTheWay.Find(compilation.Assembly, written.Name.TrimStart('@'), null) is string name
                ? new AuthorsPart(ClassPart.Nothing, [new Problem(ProblemIds.UnsupportedClass, name)])
                : None;
        }
        if (NetworkReader.IsNetwork(type))
        {
            var twice = new Problem(ProblemIds.DuplicateClass, $"{written.Name} is a class with [Network] already, which declares its "
                + "layers itself; choose another name");
            return new AuthorsPart(ClassPart.Nothing, [twice]);
        }
        var problems = new List<LocatedProblem<Place>>();
        ClassPart part = ClassReader.Check(type, GeneratedMembers.Of(written.Name, surface, members), problems);
        return new AuthorsPart(part, problems.Select(p => p.Problem).ToEquatableArray());
    }
}
