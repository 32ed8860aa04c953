using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Definition;

// Static fields and properties: a type's initialisers run once, in the order in which they are written, and its static constructor behind
// them.
internal sealed partial class Interpreter
{
    private readonly Dictionary<ISymbol, Statics> _statics = new(SymbolEqualityComparer.Default);
    private readonly Stack<Statics> _initialising = new();

    private object? ReadStatic(ISymbol member, IOperation place)
    {
        var type = (INamedTypeSymbol)TypeHere(member.ContainingType);
        Statics statics = StaticsOf(type, place);
        string name = member is IFieldSymbol field ? StoreOf(field) : member.Name;
        if (statics.Refused.TryGetValue(name, out Exception? refused))
            throw refused;
        RequireInitialised(statics, place);
        return statics.Stored[name];
    }

    // Where an initializer throws, C# has none of the type's members; and what it changes is not known.
    private void RequireInitialised(Statics statics, IOperation place)
    {
        if (statics is { IsReady: true, Doubtful: { } doubtful })
        {
            throw Refuse(place,
                $"the static members of {statics.Type.Name} are as written only if the initializer of '{doubtful.Name}' does not throw and "
                + "changes nothing, which is not understood in a definition; move one of them to another class");
        }
    }

    /// <summary>Runs a static constructor before the first use of its type; without one, initialisers wait for the first read.</summary>
    private void PrepareStatics(INamedTypeSymbol type, IOperation place)
    {
        if (StaticConstructorOf(type) is not null)
            RequireInitialised(StaticsOf((INamedTypeSymbol)TypeHere(type), place), place);
    }

    private Statics StaticsOf(INamedTypeSymbol type, IOperation place)
    {
        if (_statics.TryGetValue(type, out Statics? known))
        {
            if (!known.IsReady && !_initialising.Contains(known))
                throw Refuse(place, $"the static constructor of {type.Name} is not understood in a definition; leave it out");
            // Within its own initialisation a field that stands further down is still empty. Between two types it depends on which one is
            // first.
            if (!known.IsReady && _initialising.Peek() != known)
                throw Refuse(place, $"the static members of {type.Name} and {_initialising.Peek().Type.Name} are initialised by each "
                    + "other, which is not understood in a definition");
            return known;
        }
        var statics = new Statics(type);
        _statics.Add(type, statics);
        ISymbol[] members = [.. type.GetMembers()
            .Where(m => m.IsStatic && m is IFieldSymbol { IsConst: false, AssociatedSymbol: null } or IPropertySymbol)];
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>().Where(f => f is { IsStatic: true, IsConst: false }))
            Try(statics, StoreOf(field), () => DefaultOf(field.Type, place));
        _initialising.Push(statics);
        Frame before = _frame;
        _frame = new Frame(before.Method, null, null) { Types = TypesOf(null, type) };
        foreach (ISymbol member in members)
        {
            if (InitializerOf(member.OriginalDefinition) is { } initializer)
            {
                statics.Refused.Remove(member.Name);
                ISymbol definition = member.OriginalDefinition;
                if (!Try(statics, member.Name, () => EvaluateInitializer(definition, initializer)) && !HasNoEffect(definition, initializer))
                    statics.Doubtful ??= member;
            }
        }
        _frame = before;
        if (StaticConstructorOf(type) is { } constructor)
        {
            var body = (IConstructorBodyOperation)BodyOf(constructor, constructor.DeclaringSyntaxReferences[0].GetSyntax(cancellation));
            Run(constructor, (body.BlockBody ?? body.ExpressionBody)!, new Frame(constructor, null, null) { Types = TypesOf(null, type) },
                [], place.Syntax);
        }
        _initialising.Pop();
        statics.IsReady = true;
        return statics;
    }

    // What is not understood is refused only where it is read; a class may have much that its definition does not use.
    private bool Try(Statics statics, string name, Func<object?> value)
    {
        var before = Here;
        try
        {
            statics.Stored[name] = value();
            return true;
        }
        catch (Exception e) when (e is UnreadableException
            or DefinitionException { Problem.Problem.Id: ProblemIds.NotUnderstood or ProblemIds.NoSource })
        {
            GoBackTo(before);
            statics.Stored[name] = null;
            statics.Refused[name] = e;
            return false;
        }
    }

    private (Frame Frame, int Calls, int Loops, int Initialising) Here => (_frame, _calls.Count, _loops.Count, _initialising.Count);

    // After an error that does not end the definition.
    private void GoBackTo((Frame Frame, int Calls, int Loops, int Initialising) place)
    {
        _frame = place.Frame;
        _calls.RemoveRange(place.Calls, _calls.Count - place.Calls);
        _loops.RemoveRange(place.Loops, _loops.Count - place.Loops);
        while (_initialising.Count > place.Initialising)
            _initialising.Pop();
    }

    private bool HasNoEffect(ISymbol member, EqualsValueClauseSyntax initializer)
    {
        try
        {
            return BodyOf(member, initializer) is ISymbolInitializerOperation { Value: var value }
                && Effects.HasNone(value, ModelOf(initializer.SyntaxTree));
        }
        catch (Exception e) when (e is UnreadableException or DefinitionException { Problem.Problem.Id: ProblemIds.NotUnderstood })
        {
            return false;
        }
    }

    private static IMethodSymbol? StaticConstructorOf(INamedTypeSymbol type) =>
        type.OriginalDefinition.StaticConstructors.FirstOrDefault(c => !c.IsImplicitlyDeclared);

    /// <summary>The static members of a type.</summary>
    private sealed class Statics(INamedTypeSymbol type)
    {
        public INamedTypeSymbol Type => type;

        public Dictionary<string, object?> Stored { get; } = new(StringComparer.Ordinal);

        /// <summary>Why the value of a member is not known.</summary>
        public Dictionary<string, Exception> Refused { get; } = new(StringComparer.Ordinal);

        public bool IsReady { get; set; }

        /// <summary>A member whose initializer is not understood and may throw, or change what others hold.</summary>
        public ISymbol? Doubtful { get; set; }
    }
}
