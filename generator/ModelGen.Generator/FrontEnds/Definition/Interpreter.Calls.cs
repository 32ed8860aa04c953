using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds.Definition;

internal sealed partial class Interpreter
{
    private object? Invoke(IInvocationOperation invocation)
    {
        IMethodSymbol method = invocation.TargetMethod;
        if (IsOurs(method.ContainingType, "Tensor") && method.MethodKind == MethodKind.Ordinary && method.Name != "ToString")
            return InvokeLayer(invocation);
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            object? function = Evaluate(invocation.Instance!);
            object?[] values = [.. invocation.Arguments.Select(a => Evaluate(a.Value))];
            return CallFunction(function as FunctionValue ?? throw Fails(invocation.Syntax, "what is called is null"), values, invocation.Syntax);
        }
        IMethodSymbol source = method.ReducedFrom ?? method;
        source = source.OriginalDefinition;
        source = source.PartialImplementationPart ?? source;
        if (source.DeclaringSyntaxReferences.Length > 0)
            return InvokeSource(invocation, source);
        object? instance = invocation.Instance is null ? null : Evaluate(invocation.Instance);
        return InvokeLibrary(invocation, instance);
    }

    private object? InvokeSource(IInvocationOperation invocation, IMethodSymbol method)
    {
        if (method.IsAsync)
            throw Refuse(invocation, "an async method is not understood in a definition; call a synchronous one");
        object? self = null;
        if (!method.IsStatic && method.MethodKind != MethodKind.LocalFunction)
        {
            self = Evaluate(invocation.Instance!);
            if (self is not RecordValue)
                throw Refuse(invocation, $"the instance method '{method.Name}' is not understood in a definition; make it static");
            if (method.IsVirtual || method.IsAbstract || method.IsOverride)
                throw Refuse(invocation, $"the virtual method '{method.Name}' is not understood in a definition; use a switch");
        }
        // In the order in which they are written; each parameter is a variable of its own unless passed by reference.
        var cells = new Dictionary<int, Cell>();
        foreach (IArgumentOperation argument in invocation.Arguments)
            cells[argument.Parameter!.Ordinal] = CellOf(argument);
        Cell[] parameters = [.. method.Parameters.Select(p => cells[p.Ordinal])];
        return CallMethod(method, parameters, invocation.Syntax, self);
    }

    private Cell CellOf(IArgumentOperation argument)
    {
        if (argument.Parameter!.RefKind is not (RefKind.Ref or RefKind.Out))
            return new Cell(Evaluate(argument.Value));
        IOperation variable = argument.Value is IDeclarationExpressionOperation declaration ? declaration.Expression : argument.Value;
        switch (variable)
        {
            case ILocalReferenceOperation { IsDeclaration: true } local:
                var cell = new Cell(null);
                _frame.Declare(local.Local, cell);
                return cell;
            case ILocalReferenceOperation local:
                ResolveLocal(local.Local);
                return CellOf(local.Local, local);
            case IParameterReferenceOperation parameter:
                return CellOf(parameter.Parameter, parameter);
            case IDiscardOperation:
                return new Cell(null);
            default:
                throw Refuse(argument, "only locals and parameters can be passed by reference in a definition; copy it to a local");
        }
    }

    private object? CallMethod(IMethodSymbol method, IReadOnlyList<object?> arguments, SyntaxNode place, object? self) =>
        CallMethod(method, [.. arguments.Select(a => new Cell(a))], place, self);

    private object? CallMethod(IMethodSymbol method, Cell[] arguments, SyntaxNode place, object? self)
    {
        SyntaxNode declaration = method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        IOperation body = BodyOf(method, declaration);
        if (body is ILocalFunctionOperation local)
            body = local.Body ?? throw Refuse(place, $"{method.Name} has no body");
        Frame? outer = method.MethodKind == MethodKind.LocalFunction && !method.IsStatic ? FrameOf(method) : null;
        return Run(method, body, new Frame(method, outer, self), arguments, place);
    }

    private object? CallFunction(FunctionValue function, object?[] arguments, SyntaxNode place)
    {
        Cell[] cells = [.. arguments.Select(a => new Cell(a))];
        if (function.Body is null)
        {
            IMethodSymbol method = function.Method.OriginalDefinition;
            if (method.DeclaringSyntaxReferences.Length == 0)
                throw NoSource(method, place);
            if (function.Outer is null)
                return CallMethod(method, cells, place, null);
            var local = (ILocalFunctionOperation)BodyOf(method, method.DeclaringSyntaxReferences[0].GetSyntax(cancellation));
            return Run(method, local.Body!, new Frame(method, function.Outer, null), cells, place);
        }
        return Run(function.Method, function.Body, new Frame(function.Method, function.Outer, null), cells, place);
    }

    private object? Run(IMethodSymbol method, IOperation body, Frame frame, Cell[] arguments, SyntaxNode place)
    {
        if (_calls.Count >= DeepestCall)
            throw Problem(ProblemIds.RunsAway, $"{method.Name} is called {DeepestCall} calls deep; does the recursion end?", CallPlace(place));
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
                inputs.AddRange(ItemsOf(value, argument.Syntax).Select(v => TensorOf(v, argument.Syntax)));
            else if (parameter == TensorLayers.Name)
                name = value as string;
            else if (AttributeOf(value) is AttributeValue attribute)
                arguments.Add(new LayerArgument(parameter, attribute));
        }
        return Layer(invocation.TargetMethod.Name, invocation.Syntax, inputs, name, arguments, parameter => places.TryGetValue(parameter, out SyntaxNode? place) ? place : null);
    }

    private TensorValue Layer(string layer, SyntaxNode call, List<TensorValue> inputs, string? name, List<LayerArgument> arguments, Func<string, SyntaxNode?> placeOf)
    {
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
            $"{full} is in {assembly}, whose source is not in this project, so that it cannot be interpreted; write it as a static method of this project", CallPlace(place));
    }
}
