using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Definition;

// Static fields and properties: a type's initialisers run once, in the order in which they are written, and its static constructor behind them.
internal sealed partial class Interpreter
{
    private readonly Dictionary<ISymbol, Statics> _statics = new(SymbolEqualityComparer.Default);
    private readonly Stack<Statics> _initialising = new();
    private readonly Dictionary<ISymbol, string> _perhapsChanged = new(SymbolEqualityComparer.Default);

    private object? ReadStatic(ISymbol member, IOperation place)
    {
        var type = (INamedTypeSymbol)TypeHere(member.ContainingType);
        Statics statics = StaticsOf(type, place);
        string name = member is IFieldSymbol field ? StoreOf(field) : member.Name;
        if (statics.Refused.TryGetValue(name, out Exception? refused))
            throw refused;
        object? value = statics.Stored[name];
        if (value is ItemsValue or RecordValue && _perhapsChanged.TryGetValue(member.OriginalDefinition, out string? by))
            throw Refuse(place, $"'{member.Name}' may be changed by the initializer of '{by}', which is not understood in a definition; leave that out, or move it to another class");
        return value;
    }

    /// <summary>Runs a static constructor before the first use of its type; without one, initialisers wait for the first read.</summary>
    private void PrepareStatics(INamedTypeSymbol type, IOperation place)
    {
        if (StaticConstructorOf(type) is not null)
            StaticsOf((INamedTypeSymbol)TypeHere(type), place);
    }

    private Statics StaticsOf(INamedTypeSymbol type, IOperation place)
    {
        if (_statics.TryGetValue(type, out Statics? known))
        {
            if (!known.IsReady && !_initialising.Contains(known))
                throw Refuse(place, $"the static constructor of {type.Name} is not understood in a definition; leave it out");
            // Within its own initialisation a field that stands further down is still empty. Between two types it depends on which one is first.
            if (!known.IsReady && _initialising.Peek() != known)
                throw Refuse(place, $"the static members of {type.Name} and {_initialising.Peek().Type.Name} are initialised by each other, which is not understood in a definition");
            return known;
        }
        var statics = new Statics(type);
        _statics.Add(type, statics);
        ISymbol[] members = [.. type.GetMembers().Where(m => m.IsStatic && m is IFieldSymbol { IsConst: false, AssociatedSymbol: null } or IPropertySymbol)];
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
                if (!Try(statics, member.Name, () => EvaluateInitializer(member.OriginalDefinition, initializer)))
                    Suspect(member, initializer);
            }
        }
        _frame = before;
        if (StaticConstructorOf(type) is { } constructor)
        {
            var body = (IConstructorBodyOperation)BodyOf(constructor, constructor.DeclaringSyntaxReferences[0].GetSyntax(cancellation));
            Run(constructor, (body.BlockBody ?? body.ExpressionBody)!, new Frame(constructor, null, null) { Types = TypesOf(null, type) }, [], place.Syntax);
        }
        _initialising.Pop();
        statics.IsReady = true;
        return statics;
    }

    // What is not understood is refused only where it is read; a class may have much that its definition does not use.
    private bool Try(Statics statics, string name, Func<object?> value)
    {
        (Frame frame, int calls, int loops, int initialising) = (_frame, _calls.Count, _loops.Count, _initialising.Count);
        try
        {
            statics.Stored[name] = value();
            return true;
        }
        catch (Exception e) when (e is UnreadableException or DefinitionException { Problem.Problem.Id: ProblemIds.NotUnderstood or ProblemIds.NoSource })
        {
            _frame = frame;
            _calls.RemoveRange(calls, _calls.Count - calls);
            _loops.RemoveRange(loops, _loops.Count - loops);
            while (_initialising.Count > initialising)
                _initialising.Pop();
            statics.Stored[name] = null;
            statics.Refused[name] = e;
            return false;
        }
    }

    /// <summary>Remembers what an initialiser that is not understood could change: lists and arrays that it, or what it calls, refers to.</summary>
    private void Suspect(ISymbol initialised, EqualsValueClauseSyntax initializer)
    {
        var all = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        Look(initializer);

        void Look(SyntaxNode code)
        {
            SemanticModel model = ModelOf(code.SyntaxTree);
            foreach (SimpleNameSyntax name in code.DescendantNodes().OfType<SimpleNameSyntax>())
            {
                Step(name);
                if (model.GetSymbolInfo(name, cancellation).Symbol?.OriginalDefinition is not { } symbol)
                    continue;
                if (symbol is IFieldSymbol { IsStatic: true } or IPropertySymbol { IsStatic: true } && !IsOnlyRead(name, model))
                    _perhapsChanged[symbol] = initialised.Name;
                if (!all.Add(symbol))
                    continue;
                if (symbol is IMethodSymbol or IPropertySymbol)
                {
                    foreach (SyntaxReference reference in symbol.DeclaringSyntaxReferences)
                        Look(reference.GetSyntax(cancellation));
                }
            }
        }
    }

    // An element or property that is a plain value, and is not assigned.
    private bool IsOnlyRead(SimpleNameSyntax name, SemanticModel model)
    {
        ExpressionSyntax whole = name;
        while (whole.Parent is ElementAccessExpressionSyntax or MemberAccessExpressionSyntax)
            whole = (ExpressionSyntax)whole.Parent;
        bool isWritten = whole.Parent is AssignmentExpressionSyntax assignment && assignment.Left == whole
            || whole.Parent is PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or ArgumentSyntax { RefKindKeyword.RawKind: not 0 };
        return !isWritten && model.GetTypeInfo(whole, cancellation).Type is { IsValueType: true } or { SpecialType: SpecialType.System_String };
    }

    private static IMethodSymbol? StaticConstructorOf(INamedTypeSymbol type) => type.OriginalDefinition.StaticConstructors.FirstOrDefault(c => !c.IsImplicitlyDeclared);

    /// <summary>The static members of a type.</summary>
    private sealed class Statics(INamedTypeSymbol type)
    {
        public INamedTypeSymbol Type => type;

        public Dictionary<string, object?> Stored { get; } = new(StringComparer.Ordinal);

        /// <summary>Why the value of a member is not known.</summary>
        public Dictionary<string, Exception> Refused { get; } = new(StringComparer.Ordinal);

        public bool IsReady { get; set; }
    }
}
