using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// Runs the C# of a definition on the operations that the C# compiler makes of it, so that overloads, conversions, constants and defaults
/// are the compiler's own. What it does not understand is refused where it stands; nothing is guessed. This file: what every evaluation
/// passes through.
/// </summary>
internal sealed partial class Interpreter(Compilation compilation, DefinedGraph graph, CancellationToken cancellation)
{
    /// <summary>Calls inside each other.</summary>
    public const int DeepestCall = 64;

    private const int LongestText = 100_000;

    private readonly Dictionary<SyntaxTree, SemanticModel> _models = [];
    private readonly Dictionary<SyntaxNode, IOperation?> _operations = [];
    private readonly HashSet<SyntaxNode> _bodies = [];
    private readonly List<Call> _calls = [];
    private readonly List<Loop> _loops = [];
    private readonly Dictionary<int, Location> _layerPlaces = [];
    private readonly Budget _budget = new(cancellation);
    private Frame _frame = null!;

    /// <summary>What is odd but legal, so far.</summary>
    public List<LocatedProblem<Location>> Warnings { get; } = [];

    /// <summary>Every tree whose code ran.</summary>
    public IReadOnlyCollection<SyntaxTree> TreesRead => _models.Keys;

    /// <summary>Where the layer was called whose result is this value.</summary>
    public Location? PlaceOf(int value) => _layerPlaces.TryGetValue(value, out Location? place) ? place : null;

    /// <summary>Runs a static method.</summary>
    /// <param name="arguments">Values of its first parameters; the others have defaults.</param>
    /// <exception cref="DefinitionException">Something is wrong or not understood.</exception>
    /// <exception cref="UnreadableException">The C# compiler refuses the text.</exception>
    public object? Run(IMethodSymbol method, SyntaxNode declaration, IReadOnlyList<object?> arguments)
    {
        IOperation body = BodyOf(method, declaration);
        _frame = new Frame(method, null, null);
        for (int i = 0; i < method.Parameters.Length; i++)
            _frame.Declare(method.Parameters[i], new Cell(
                i < arguments.Count ? arguments[i] : Constant(method.Parameters[i].ExplicitDefaultValue, method.Parameters[i].Type)));
        Execute(body);
        return _frame.Result;
    }

    /// <summary>The model that answers for a tree; asking for it counts as reading the tree.</summary>
    public SemanticModel ModelOf(SyntaxTree tree)
    {
        if (!_models.TryGetValue(tree, out SemanticModel? model))
            _models.Add(tree, model = compilation.GetSemanticModel(tree));
        return model;
    }

    /// <summary>
    /// The errors that the C# compiler has in the code that ran; it says better what is wrong. It is not asked of what is nested too
    /// deeply, which ends the process.
    /// </summary>
    public IReadOnlyList<Diagnostic> ErrorsOfCompiler(SyntaxNode definition) =>
        [.. _bodies.Append(definition).Select(Nesting.MemberOf).Distinct()
        .Where(member => Nesting.Beyond(member) is null)
            .SelectMany(member => Refusal.ErrorsIn(ModelOf(member.SyntaxTree), member, cancellation))];

    private IOperation BodyOf(ISymbol symbol, SyntaxNode declaration)
    {
        if (_operations.TryGetValue(declaration, out IOperation? known))
            return known!;
        _bodies.Add(declaration);
        SemanticModel model = ModelOf(declaration.SyntaxTree);
        if (Nesting.Beyond(Nesting.MemberOf(declaration)) is SyntaxNode tooDeep)
            throw TooDeep(tooDeep);
        IOperation? body = OwnStack.Run(() => model.GetOperation(declaration, cancellation));
        if (body is null)
            throw Refuse(declaration, $"{symbol.Name} has no body that can be interpreted; write it as a static method with a body");
        foreach (IOperation part in body.DescendantsAndSelf())
        {
            if (part is IInvalidOperation)
                throw new UnreadableException(part.Syntax);
            if (part is IFieldReferenceOperation { Field.HasConstantValue: true } field && IsGenerated(field.Field))
                throw Refuse(part, $"'{field.Field.Name}' is made from this definition; the definition cannot use it");
        }
        _operations.Add(declaration, body);
        return body;
    }

    // The generator does not see its own results, the analyzer does; both must come to the same end.
    private static bool IsGenerated(ISymbol symbol) =>
        symbol.DeclaringSyntaxReferences.Length > 0 && symbol.DeclaringSyntaxReferences.All(r => DefinitionCache.IsGenerated(r.SyntaxTree));

    private void Step(SyntaxNode node)
    {
        Charge(node, 1);
        try
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
        }
        catch (InsufficientExecutionStackException)
        {
            throw TooDeep(node);
        }
    }

    private DefinitionException TooDeep(SyntaxNode node) =>
        Problem(ProblemIds.RunsAway, $"this is nested too deeply, at most {Nesting.Deepest.ToString("N0", CultureInfo.InvariantCulture)} "
            + "parts inside each other are read; use locals for some of them", node.GetLocation());

    /// <summary>
    /// Charges work to the budget, before it is done: one for an evaluation, the length of what is moved, compared or made for everything
    /// else.
    /// </summary>
    internal void Charge(SyntaxNode node, long work)
    {
        if (!_budget.Charge(work))
            throw RunsAway(node);
    }

    /// <summary>Charges a text that is to be made, and refuses one that is too long.</summary>
    /// <param name="added">How many of its characters are not there yet; all unless said otherwise.</param>
    internal void ChargeText(SyntaxNode node, long length, long? added = null)
    {
        if (length > LongestText)
            throw Problem(ProblemIds.RunsAway, $"this text has {length.ToString(CultureInfo.InvariantCulture)} characters; "
                + "does a loop end?", node.GetLocation());
        Charge(node, (added ?? length) / Budget.CharactersOfStep);
    }

    private DefinitionException RunsAway(SyntaxNode node)
    {
        string steps = Budget.MostSteps.ToString("N0", CultureInfo.InvariantCulture);
        Loop? longest = _loops.OrderByDescending(l => l.Rounds).FirstOrDefault();
        return longest is null
            ? Problem(ProblemIds.RunsAway, $"the definition takes more than {steps} steps; does a recursion end?", node.GetLocation())
            : Problem(ProblemIds.RunsAway,
                $"the definition takes more than {steps} steps, this loop has run "
                + $"{longest.Rounds.ToString("N0", CultureInfo.InvariantCulture)} times; does it end?", longest.Head);
    }

    // A constant as the compiler knows it; an enum's is the number.
    private static object? Constant(object? value, ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            type = nullable.TypeArguments[0];
        return value is not null && type is INamedTypeSymbol { TypeKind: TypeKind.Enum } @enum ? new EnumValue(@enum, value) : value;
    }

    internal DefinitionException NotUnderstood(IOperation operation) => Refuse(operation.Syntax, Wording.Of(operation));

    internal DefinitionException Refuse(IOperation operation, string message) => Refuse(operation.Syntax, message);

    private DefinitionException Refuse(SyntaxNode node, string message) => Problem(ProblemIds.NotUnderstood, message, node.GetLocation());

    internal DefinitionException Fails(SyntaxNode node, string message) => Problem(ProblemIds.Fails, message, node.GetLocation());

    private DefinitionException Problem(string id, string message, Location location) =>
        new(new LocatedProblem<Location>(
            new Problem(id, message + Callers()), location, [.. Enumerable.Reverse(_calls).Select(c => c.Place)]));

    // The arguments say which of many calls it was.
    private string Callers()
    {
        const int Most = 4;
        if (_calls.Count == 0)
            return "";
        IEnumerable<string> calls = Enumerable.Reverse(_calls).Take(Most)
            .Select(c => $"{c.Method.Name}({string.Join(", ", c.Arguments.Select(Shown.Of))})");
        return " — in " + string.Join(", called by ", calls) + (_calls.Count > Most ? ", …" : "");
    }

    private static Location HeadOf(SyntaxNode loop)
    {
        int end = loop switch
        {
            ForStatementSyntax s => s.CloseParenToken.Span.End,
            CommonForEachStatementSyntax s => s.CloseParenToken.Span.End,
            WhileStatementSyntax s => s.CloseParenToken.Span.End,
            DoStatementSyntax s => s.DoKeyword.Span.End,
            _ => loop.Span.End,
        };
        return Location.Create(loop.SyntaxTree, TextSpan.FromBounds(loop.SpanStart, end));
    }

    private sealed record Call(IMethodSymbol Method, IReadOnlyList<object?> Arguments, Location Place);

    private sealed record Loop(Location Head)
    {
        public int Rounds { get; set; }
    }
}
