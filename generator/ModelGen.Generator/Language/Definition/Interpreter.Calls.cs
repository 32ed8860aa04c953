using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Language.Definition;

internal sealed partial class Interpreter
{
    // A name that came later than the compiler we support.
    private const TypeKind Extension = (TypeKind)14;

    private object? Invoke(IInvocationOperation invocation)
    {
        IMethodSymbol method = invocation.TargetMethod;
        if (IsOurs(method.ContainingType, "Tensor") && method.MethodKind == MethodKind.Ordinary && method.Name != "ToString")
            return TensorLayers.GivesSeveral(method.Name) ? InvokeSplit(invocation) : InvokeLayer(invocation);
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            object? function = Evaluate(invocation.Instance!);
            if (invocation.Arguments.FirstOrDefault(IsOfVariable) is { } variable)
            {
                throw Refuse(
                    variable, "a variable that a delegate is given by reference is not understood in a definition; pass its value");
            }
            object?[] values = ArgumentsOf(invocation.Arguments, method.Parameters.Length);
            return CallFunction(function as FunctionValue ?? throw Fails(invocation.Syntax, "what is called is null"), values,
                invocation.Syntax);
        }
        object? instance = invocation.Instance is null ? null : Evaluate(invocation.Instance);
        if (ExtensionReceiver(method) is { } receiver)
            return InvokeSource(invocation, method, null, method.IsStatic ? null : (receiver, CellOf(receiver, instance, invocation)));
        bool isLocal = method.MethodKind == MethodKind.LocalFunction;
        if (instance is RecordValue record && !method.IsStatic && !isLocal)
            return InvokeOnRecord(invocation, method, record);
        if (!HasSource(method) || !method.IsStatic && !isLocal)
            return HasSource(method) ? throw RefuseInstance(invocation, method, instance) : InvokeLibrary(invocation, instance);
        if (method.IsAbstract || method.IsVirtual)
            throw Refuse(invocation, $"the virtual method '{method.Name}' is not understood in a definition; use a switch");
        return InvokeSource(invocation, method, null, null);
    }

    private DefinitionException RefuseInstance(IInvocationOperation invocation, IMethodSymbol method, object? instance) => instance is null
        ? Fails(invocation.Syntax, $"{method.Name} is called on null")
        : Refuse(invocation, $"the instance method '{method.Name}' is not understood in a definition; make it static");

    // No other record derives from it, so that its own method is the one that is called, also where the call is one of an interface or of
    // object.
    private object? InvokeOnRecord(IInvocationOperation invocation, IMethodSymbol method, RecordValue record)
    {
        IMethodSymbol? own = method;
        if (method.ContainingType.TypeKind == TypeKind.Interface)
        {
            own = record.Type.FindImplementationForInterfaceMember(method) as IMethodSymbol;
        }
        else if (!SymbolEqualityComparer.Default.Equals(method.ContainingType.OriginalDefinition, record.Type.OriginalDefinition))
        {
            own = record.Type.GetMembers(method.Name).OfType<IMethodSymbol>().FirstOrDefault(m => m.IsOverride
                && SymbolEqualityComparer.Default.Equals(m.OverriddenMethod?.OriginalDefinition, method.OriginalDefinition));
        }
        if (own is not null && HasSource(own)
            && SymbolEqualityComparer.Default.Equals(own.ContainingType.OriginalDefinition, record.Type.OriginalDefinition))
            return InvokeSource(invocation, own, record, null);
        // What the compiler makes for a record.
        if (method is { Name: "Equals", Parameters.Length: 1 })
            return ValueEquals(record, ArgumentsOf(invocation.Arguments, 1)[0], invocation);
        throw method.IsVirtual || method.IsAbstract || method.IsOverride
            ? Refuse(invocation, $"the virtual method '{method.Name}' is not understood in a definition; use a switch")
            : Refuse(invocation, $"'{record.Type.Name}.{method.Name}' is not understood in a definition; write a static method of this "
                + "project that does it");
    }

    private object? InvokeSource(
        IInvocationOperation invocation, IMethodSymbol method, object? self, (IParameterSymbol Symbol, Cell Cell)? receiver)
    {
        if (method.IsAsync)
            throw Refuse(invocation, "an async method is not understood in a definition; call a synchronous one");
        if (method.IsStatic && method.MethodKind == MethodKind.Ordinary)
            PrepareStatics(method.ContainingType, invocation);
        return CallMethod(method, CellsOf(invocation.Arguments, method), invocation.Syntax, self, receiver);
    }

    // In the order in which they are written; each parameter is a variable of its own unless passed by reference.
    private Cell[] CellsOf(IEnumerable<IArgumentOperation> arguments, IMethodSymbol method)
    {
        var cells = new Cell[method.Parameters.Length];
        foreach (IArgumentOperation argument in arguments)
            cells[argument.Parameter!.Ordinal] = CellOf(argument);
        return cells;
    }

    /// <summary>The parameter of an extension block, of which newer compilers have members.</summary>
    private IParameterSymbol? ExtensionReceiver(ISymbol member)
    {
        if (member.ContainingType is not { TypeKind: Extension })
            return null;
        SyntaxNode? block = member.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation).Parent;
        ParameterSyntax? parameter = (block as TypeDeclarationSyntax)?.ParameterList?.Parameters.FirstOrDefault();
        return parameter is null ? null : ModelOf(parameter.SyntaxTree).GetDeclaredSymbol(parameter, cancellation);
    }

    private object? CallMethod(IMethodSymbol method, IReadOnlyList<object?> arguments, SyntaxNode place, object? self) =>
        CallMethod(method, [.. arguments.Select(a => new Cell(a))], place, self);

    private object? CallMethod(
        IMethodSymbol method, Cell[] arguments, SyntaxNode place, object? self, (IParameterSymbol Symbol, Cell Cell)? receiver = null)
    {
        IMethodSymbol definition = method.OriginalDefinition;
        definition = definition.PartialImplementationPart ?? definition;
        IOperation body = BodyOf(definition, definition.DeclaringSyntaxReferences[0].GetSyntax(cancellation));
        if (body is ILocalFunctionOperation local)
            body = local.Body ?? throw Refuse(place, $"{method.Name} has no body");
        Frame? outer = method.MethodKind == MethodKind.LocalFunction ? FrameOf(method) : null;
        var frame = new Frame(definition, outer,
            self) { Types = TypesOf(method, (self as RecordValue)?.Type ?? (outer is null ? method.ContainingType : null)) };
        if (receiver is { } of)
            frame.Declare(of.Symbol, of.Cell);
        return Run(definition, body, frame, arguments, place);
    }

    internal object? CallFunction(FunctionValue function, object?[] arguments, SyntaxNode place)
    {
        if (function.Body is not null)
            return Run(function.Method, function.Body, new Frame(function.Method, function.Outer, null),
                [.. arguments.Select(a => new Cell(a))], place);
        // Methods take what the delegate's parameters are, which may be more special: string for object.
        IMethodSymbol method = function.Method;
        if (function.Self is not null && method.IsStatic)
            arguments = [function.Self, .. arguments];
        Frame before = _frame;
        _frame = function.Outer;
        object? result;
        if (HasSource(method))
            result = CallMethod(method, arguments, place, method.IsStatic ? null : function.Self);
        else
            result = UseLibrary(method, method.IsStatic ? arguments : [function.Self, .. arguments], function.Place!);
        _frame = before;
        return result;
    }

    private object? Run(IMethodSymbol method, IOperation body, Frame frame, Cell[] arguments, SyntaxNode place)
    {
        if (_calls.Count >= DeepestCall)
            throw Problem(ProblemIds.RunsAway, $"{method.Name} is called {DeepestCall} calls deep; does the recursion end?",
                CallPlace(place));
        for (int i = 0; i < method.Parameters.Length && i < arguments.Length; i++)
            frame.Declare(method.Parameters[i], arguments[i]);
        Frame before = _frame;
        _calls.Add(new Call(method, [.. arguments.Select(a => a.Value)], CallPlace(place)));
        _frame = frame;
        Execute(body);
        _frame = before;
        _calls.RemoveAt(_calls.Count - 1);
        return frame.Result;
    }

    /// <summary>The running call in which a local function is declared.</summary>
    private Frame FrameOf(IMethodSymbol localFunction)
    {
        for (Frame? frame = _frame; frame is not null; frame = frame.Outer)
        {
            if (SymbolEqualityComparer.Default.Equals(frame.Method.OriginalDefinition, localFunction.ContainingSymbol?.OriginalDefinition))
                return frame;
        }
        return _frame;
    }

    private ArrayValue InvokeSplit(IInvocationOperation invocation)
    {
        IMethodSymbol method = invocation.TargetMethod;
        TensorValue tensor = TensorOf(Evaluate(invocation.Instance!), invocation.Instance!.Syntax);
        var (number, dim) = (0, 1);
        foreach (IArgumentOperation argument in invocation.Arguments)
        {
            if (argument.Parameter!.Name == "dim")
                dim = (int)Evaluate(argument.Value)!;
            else
                number = (int)Evaluate(argument.Value)!;
        }
        int rank = tensor.Shape.Rank, axis = dim < 0 ? rank + dim : dim - 1;
        if (number < 1 || axis < 0 || axis >= rank)
            throw Problem(ProblemIds.InvalidArgument, FormattableString.Invariant(
                $"{method.Name} takes a number of at least 1 and a dimension from 1 to {rank}, got {number} and {dim}"),
                CallPlace(invocation.Syntax));
        int length = tensor.Shape[axis], size = method.Name == "Chunk" ? (int)(((long)length + number - 1) / number) : number;
        var parts = new List<object?>();
        for (long start = 0; start < length; start += size)
        {
            LayerArgument[] range =
                [new("dim", axis + 1), new("start", (int)start), new("end", (int)Math.Min(start + size, length))];
            parts.Add(Layer("Slice", invocation.Syntax, [tensor], null, [.. range], _ => null));
        }
        return new ArrayValue([.. parts], invocation.TargetMethod.ContainingType);
    }

    private TensorValue InvokeLayer(IInvocationOperation invocation)
    {
        var inputs = new List<TensorValue>();
        if (invocation.Instance is not null)
            inputs.Add(TensorOf(Evaluate(invocation.Instance), invocation.Instance.Syntax));
        string? name = null;
        var arguments = new List<LayerArgument>();
        var places = new Dictionary<string, SyntaxNode>(StringComparer.Ordinal);
        foreach (IArgumentOperation argument in invocation.Arguments)
        {
            object? value = Evaluate(argument.Value);
            string parameter = argument.Parameter!.Name;
            if (argument.ArgumentKind == ArgumentKind.Explicit)
                places[parameter] = argument.Syntax is ArgumentSyntax written ? written.Expression : argument.Syntax;
            if (parameter is TensorLayers.Other)
                inputs.Add(TensorOf(value, argument.Syntax));
            else if (parameter is TensorLayers.Others or TensorLayers.Inputs)
                inputs.AddRange(CountedItems(value, argument.Syntax).Select(v => TensorOf(v, argument.Syntax)));
            else if (parameter == TensorLayers.Name)
                name = value as string;
            else if (AttributeOf(value) is AttributeValue attribute)
                arguments.Add(new LayerArgument(parameter, attribute));
        }
        return Layer(invocation.TargetMethod.Name, invocation.Syntax, inputs, name, arguments,
            parameter => places.TryGetValue(parameter, out SyntaxNode? place) ? place : null);
    }

    private TensorValue Layer(string layer, SyntaxNode call,
        List<TensorValue> inputs, string? name, List<LayerArgument> arguments, Func<string, SyntaxNode?> placeOf)
    {
        // Each is written into the code, and looked at by every pass.
        Charge(call, inputs.Count * 10L);
        Location place = CallPlace(call);
        try
        {
            int value = graph.Layer(layer, [.. inputs.Select(i => i.Id)], name, arguments, out IReadOnlyList<Problem> warnings);
            _layerPlaces[value] = place;
            foreach (Problem warning in warnings)
                Warnings.Add(Problem(warning.Id, warning.Message, place).Problem);
            return new TensorValue(value, graph.ShapeOf(value));
        }
        catch (LayerException e)
        {
            Location at = e.Argument is string argument && placeOf(argument) is SyntaxNode node ? node.GetLocation() : place;
            throw Problem(e.Problem.Id, e.Problem.Message, at);
        }
    }

    private TensorValue TensorOf(object? value, SyntaxNode place) => value as TensorValue ?? throw Fails(place, "this tensor is null");

    private static AttributeValue? AttributeOf(object? value) => value switch
    {
        int number => number,
        bool flag => flag,
        double real => real,
        float real => real,
        SizesValue sizes => sizes.Numbers,
        ItemsValue list when list.Items.All(i => i is int) => list.Items.Select(i => (int)i!).ToEquatableArray(),
        EnumValue { Number: int number } => number,
        _ => null,
    };

    // x.Conv2d(64, 7).Relu() is one expression; the call that went wrong is the part from its name on.
    private static Location CallPlace(SyntaxNode call)
    {
        SimpleNameSyntax? name = (call as InvocationExpressionSyntax)?.Expression switch
        {
            MemberAccessExpressionSyntax member => member.Name,
            MemberBindingExpressionSyntax member => member.Name,
            _ => null,
        };
        return name is null ? call.GetLocation() : Location.Create(call.SyntaxTree, TextSpan.FromBounds(name.SpanStart, call.Span.End));
    }

    private DefinitionException NoSource(IMethodSymbol method, SyntaxNode place)
    {
        string full = $"{method.ContainingType?.Name}.{method.Name}";
        string assembly = method.ContainingAssembly?.Name ?? "another assembly";
        return Problem(ProblemIds.NoSource,
            $"{full} is in {assembly}, whose source is not in this project, so that it cannot be interpreted; write it as a static "
            + "method of this project", CallPlace(place));
    }
}
