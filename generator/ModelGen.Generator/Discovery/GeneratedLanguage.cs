using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Discovery;

/// <summary>The C# that generated code is written in.</summary>
internal static class GeneratedLanguage
{
    /// <summary>What comes with .NET 8.</summary>
    public const LanguageVersion Oldest = LanguageVersion.CSharp12;

    /// <summary>
    /// The one problem of a project whose C# is older; it would get an error for each modern line of the generated code otherwise.
    /// </summary>
    public static Problem? Problem(LanguageVersion version) => version >= Oldest
        ? null
        : new Problem(ProblemIds.LanguageVersion,
            $"the code that ModelGen generates is C# {Oldest.ToDisplayString()}, but this project is compiled as C# "
            + $"{version.ToDisplayString()}; "
            + $"remove <LangVersion> from the project file, or set it to {Oldest.ToDisplayString()} or later");
}
