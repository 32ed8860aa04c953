using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Language.Definition;

namespace ModelGen.Fuzz.Definitions;

/// <summary>How interpreting a program compares with running it.</summary>
internal enum Verdict
{
    /// <summary>The C# compiler refuses the program.</summary>
    NotCSharp,

    /// <summary>The same values, or an error for an exception.</summary>
    Same,

    /// <summary>The interpreter says that it does not understand.</summary>
    Refused,

    /// <summary>Another value, an error that C# does not have, or none where C# has one.</summary>
    Different,
}

/// <summary>What came of a program.</summary>
/// <param name="Message">The difference, why it was refused, or the exception that both have.</param>
/// <param name="Place">What was refused.</param>
internal sealed record Comparison(Verdict Verdict, string Message, Location? Place = null);

/// <summary>
/// A program as text, whose class P has a method Run that gives a list of values: compiled and run as C#, and interpreted as a definition.
/// </summary>
internal sealed class DifferentialProgram(string text)
{
    private const string First = "// C# ";

    // What all programs share: the compiler reads the references once.
    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Program", [], FindReferences(),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    private readonly CSharpCompilation _compilation = Empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText(text, OptionsOf(text)));

    /// <summary>What the compiler says against the program.</summary>
    public IReadOnlyList<Diagnostic> Errors => [.. _compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error)];

    /// <summary>What the compiler knows of the program.</summary>
    public SemanticModel Model => _compilation.GetSemanticModel(_compilation.SyntaxTrees[0]);

    /// <summary>The options for a text, whose first line names the version of the language.</summary>
    public static CSharpParseOptions OptionsOf(string text) =>
        new(text.StartsWith(First + "12", StringComparison.Ordinal) ? LanguageVersion.CSharp12 : LanguageVersion.Preview);

    public Comparison Compare()
    {
        if (_compilation.GetTypeByMetadataName("P")?.GetMembers("Run").OfType<IMethodSymbol>().FirstOrDefault()
            is not { Parameters.Length: 0 } method)
            return new(Verdict.NotCSharp, "there is no P.Run");
        LocatedProblem<Location>? failure = null;
        List<string> ours = [];
        try
        {
            ours = Interpret(method);
        }
        catch (DefinitionException e) when (e.Problem.Problem.Id == ProblemIds.Fails && !IsLeftOpen(e.Problem))
        {
            failure = e.Problem;
        }
        catch (DefinitionException e)
        {
            return Errors.Count > 0 ? new(Verdict.NotCSharp, Errors[0].ToString()) : new(Verdict.Refused, Show(e.Problem), e.Problem.Place);
        }
        catch (UnreadableException e)
        {
            // What the definition's reader says then.
            return Errors.Count > 0 ? new(Verdict.NotCSharp, Errors[0].ToString())
                : new(Verdict.Refused, $"MG0201: '{e.Node.GetType().Name}' is not understood in a definition; write it in another way",
                e.Node.GetLocation());
        }
        catch (Exception e)
        {
            return Errors.Count > 0 ? new(Verdict.NotCSharp, Errors[0].ToString())
                : new(Verdict.Different, $"MG9999: {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n')[0].Trim()}");
        }
        using var image = new MemoryStream();
        if (!_compilation.Emit(image).Success)
            return new(Verdict.NotCSharp, Errors.Count == 0 ? "" : Errors[0].ToString());
        image.Position = 0;
        List<string>? real = Run(image, out string? exception);
        if (failure is not null)
            return real is null ? new(Verdict.Same, exception!)
                : new(Verdict.Different, $"C# gives {real.Count} values; ours says {Show(failure)}");
        if (real is null)
            return new(Verdict.Different, $"C# throws {exception}; ours gives {Show(ours, Math.Max(0, ours.Count - 1))}");
        for (int i = 0; i < Math.Max(real.Count, ours.Count); i++)
        {
            if (i >= real.Count || i >= ours.Count || real[i] != ours[i])
                return new(Verdict.Different, $"C#: {Show(real, i)}, ours: {Show(ours, i)}");
        }
        return new(Verdict.Same, "");
    }

    /// <summary>
    /// The same program with what was refused replaced by a default, so that the rest is compared too; null where nothing is left.
    /// </summary>
    public string? Without(Location place)
    {
        SyntaxNode root = place.SourceTree!.GetRoot();
        SyntaxNode node = root.FindNode(place.SourceSpan, getInnermostNodeForTie: true);
        ExpressionSyntax? expression = node.AncestorsAndSelf().TakeWhile(n => n is not StatementSyntax).OfType<ExpressionSyntax>()
            .FirstOrDefault(e => e is not TypeSyntax && e.Parent is not (MemberAccessExpressionSyntax or ConditionalAccessExpressionSyntax)
                && e.Span.Contains(place.SourceSpan));
        ITypeSymbol? type = expression is null or { Parent: ExpressionStatementSyntax } ? null
            : _compilation.GetSemanticModel(place.SourceTree).GetTypeInfo(expression).Type;
        if (type is not null and not IErrorTypeSymbol && type.SpecialType != SpecialType.System_Void && !type.IsAnonymousType)
        {
            string text = root.ReplaceNode(expression!, SyntaxFactory.ParseExpression($"Id(default({type.ToDisplayString()})!)"))
                .ToFullString();
            if (new DifferentialProgram(text).Errors.Count == 0)
                return text;
        }
        return ProgramRepair.Culprit(node) is { } culprit
            ? ProgramRepair.Repair(root.RemoveNode(culprit, SyntaxRemoveOptions.KeepNoTrivia)!.ToFullString()) : null;
    }

    // What C# leaves open is the hardware's to say.
    private static bool IsLeftOpen(LocatedProblem<Location> problem) =>
        problem.Problem.Message.Contains("leaves the result open", StringComparison.Ordinal);

    private static string Show(LocatedProblem<Location> problem) => $"{problem.Problem.Id}: {problem.Problem.Message.Split(" — in ")[0]}";

    private List<string> Interpret(IMethodSymbol method)
    {
        var interpreter = new Interpreter(_compilation, new DefinedGraph("P"), CancellationToken.None);
        var result = (ItemsValue)interpreter.Run(method, method.DeclaringSyntaxReferences[0].GetSyntax(), [])!;
        return [.. result.Items.Select(item => TextOf(item))];
    }

    private static List<string>? Run(MemoryStream image, out string? exception)
    {
        exception = null;
        var context = new AssemblyLoadContext("program", isCollectible: true);
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            var run = context.LoadFromStream(image).GetType("P")!.GetMethod("Run")!.CreateDelegate<Func<List<object?>>>();
            return [.. run().Select(TextOf)];
        }
        catch (Exception e)
        {
            exception = (e as TypeInitializationException)?.InnerException?.GetType().Name ?? e.GetType().Name;
            return null;
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
            context.Unload();
        }
    }

    // The kind and the value, to the bit.
    private static string TextOf(object? value) => value switch
    {
        null => "null",
        EnumValue member => $"{member.Type.Name} {Convert.ToString(member.Number, CultureInfo.InvariantCulture)}",
        Enum member => $"{member.GetType().Name} {member:D}",
        float number => "float " + number.ToString("R", CultureInfo.InvariantCulture),
        double number => "double " + number.ToString("R", CultureInfo.InvariantCulture),
        string text => $"\"{text}\"",
        char letter => $"'{letter}' {(int)letter}",
        IFormattable or bool => $"{value.GetType().Name} {Convert.ToString(value, CultureInfo.InvariantCulture)}",
        _ => value.GetType().Name,
    };

    private static string Show(List<string> values, int index) => index < values.Count ? values[index] : "no value";

    private static ImmutableArray<MetadataReference> FindReferences()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] needed = ["System.Runtime", "System.Private.CoreLib", "System.Linq", "System.Collections", "System.Memory",
            "System.Console"];
        return [.. needed.Select(name => MetadataReference.CreateFromFile(Path.Combine(framework, name + ".dll"))),
            MetadataReference.CreateFromFile(typeof(Tensor).Assembly.Location)];
    }
}
