using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Language.Definition.Library;

namespace ModelGen.Generator.Language.Definition;

// Uses of members of .NET: what the table has, with arguments in the order in which they are written.
internal sealed partial class Interpreter
{
    /// <summary>Lazy sequences inside each other.</summary>
    private const int DeepestSequence = 500;

    private readonly Dictionary<ISymbol, Func<LibraryCall, object?>?> _library = new(SymbolEqualityComparer.Default);

    private object? InvokeLibrary(IInvocationOperation invocation, object? instance)
    {
        IMethodSymbol method = invocation.TargetMethod.ReducedFrom ?? invocation.TargetMethod;
        object?[] arguments = ArgumentsOf(invocation.Arguments, method.Parameters.Length);
        // A method of a value type is called on the variable itself, which an argument may have assigned.
        if (invocation.Instance is ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation { Instance: null }
            && invocation.Instance.Type is { IsValueType: true })
        {
            instance = Evaluate(invocation.Instance);
        }
        return UseLibrary(method, method.IsStatic ? arguments : [instance, .. arguments], invocation);
    }

    /// <summary>The values of arguments by parameter; they are evaluated in the order in which they are written.</summary>
    private object?[] ArgumentsOf(IEnumerable<IArgumentOperation> arguments, int count)
    {
        var values = new object?[count];
        foreach (IArgumentOperation argument in arguments)
        {
            values[argument.Parameter!.Ordinal] = argument.Parameter.RefKind is RefKind.Ref or RefKind.Out
                ? throw Refuse(argument,
                    $"{argument.Parameter.ContainingSymbol.ContainingType.Name}.{argument.Parameter.ContainingSymbol.Name} is not "
                    + "understood in a definition, since it has results by reference")
                : Evaluate(argument.Value);
        }
        return values;
    }

    /// <summary>Does what a member of .NET does.</summary>
    /// <param name="member">A method, property or constructor, with its type arguments.</param>
    /// <param name="arguments">The instance, if it has one, then the arguments by parameter.</param>
    private object? UseLibrary(ISymbol member, object?[] arguments, IOperation place)
    {
        ISymbol definition = member.OriginalDefinition;
        if (!_library.TryGetValue(definition, out Func<LibraryCall, object?>? does))
            _library.Add(definition, does = LibraryTable.Find(definition));
        if (does is null)
            throw NotInLibrary(member, place);
        string name = member is IMethodSymbol { MethodKind: MethodKind.Constructor }
            ? $"new {member.ContainingType.Name}" : $"{member.ContainingType.Name}.{member.Name}";
        bool hasInstance = !member.IsStatic && member is not IMethodSymbol { MethodKind: MethodKind.Constructor };
        if (hasInstance && arguments[0] is null && member.ContainingType.OriginalDefinition.SpecialType != SpecialType.System_Nullable_T)
            throw Fails(place.Syntax, member is IPropertySymbol ? $"{member.Name} of null" : $"{member.Name} is called on null");
        if (hasInstance && arguments[0] is RecordValue record)
            throw Refuse(place, $"'{record.Type.Name}.{member.Name}' is not understood in a definition; write a static method of this "
                + "project that does it");
        foreach (object? argument in arguments)
        {
            if (argument is string text)
                Charge(place.Syntax, text.Length / Budget.CharactersOfStep);
        }
        try
        {
            object? result = does(new LibraryCall(this, member, arguments, place));
            if (result is string made)
                ChargeText(place.Syntax, made.Length);
            return result;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or ArithmeticException or FormatException
            or NullReferenceException or OutOfMemoryException)
        {
            throw Fails(place.Syntax, $"{name} throws {e.GetType().Name} for these arguments");
        }
    }

    private DefinitionException NotInLibrary(ISymbol member, IOperation place)
    {
        string space = member.ContainingNamespace?.ToDisplayString() ?? "";
        bool isSystem = space is "System" or "ModelGen" || space.StartsWith("System.", StringComparison.Ordinal);
        return member switch
        {
            IMethodSymbol { MethodKind: MethodKind.Ordinary } method when !isSystem => NoSource(method, place.Syntax),
            IMethodSymbol { MethodKind: MethodKind.Ordinary } =>
                Refuse(place, $"{member.ContainingType.Name}.{member.Name} is not understood in a definition; write a static method of "
                    + "this project that does it"),
            _ => NotUnderstood(place),
        };
    }

    /// <summary>A sequence that LINQ makes.</summary>
    /// <param name="depth">
    /// How many sequences it is made of, one asking the other for its items, each on the stack of the one before.
    /// </param>
    internal SequenceValue Sequence(IEnumerable<object?> items, ITypeSymbol? elementType, int depth, SyntaxNode place) =>
        depth <= DeepestSequence
        ? new(items, elementType, depth)
        : throw Problem(ProblemIds.RunsAway, $"this sequence is made of more than {DeepestSequence} others, one inside the other; make a "
            + "list of one of them: ToList()", CallPlace(place));

    /// <summary>The items of anything that can be enumerated, each a step.</summary>
    internal IEnumerable<object?> CountedItems(object? collection, SyntaxNode place) => Counted(ItemsOf(collection, place), place);

    /// <summary>Items up to one for which a lambda fails, which C# need not call for it.</summary>
    internal IEnumerable<object?> UntilFailure(IEnumerable<object?> items, Func<DefinitionException> failure)
    {
        using IEnumerator<object?> enumerator = items.GetEnumerator();
        while (true)
        {
            var before = Here;
            try
            {
                if (!enumerator.MoveNext())
                    yield break;
            }
            catch (DefinitionException e) when (e.Problem.Problem.Id == ProblemIds.Fails)
            {
                GoBackTo(before);
                throw failure();
            }
            yield return enumerator.Current;
        }
    }

    private IEnumerable<object?> Counted(IEnumerable<object?> items, SyntaxNode place)
    {
        foreach (object? item in items)
        {
            Step(place);
            yield return item;
        }
    }
}
