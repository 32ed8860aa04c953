using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Language.Definition;

/// <summary>Reads the graph of a class whose network is a static method <c>Define</c>.</summary>
internal static class DefinitionReader
{
    public const string Define = "Define";

    /// <summary>
    /// The methods by which a class defines a network: those called Define that take or return a Tensor. Where the class has no layers as
    /// attributes, any method of that name was meant to.
    /// </summary>
    public static IReadOnlyList<IMethodSymbol> MethodsOf(INamedTypeSymbol type, bool hasLayers) =>
    [
        .. type.GetMembers(Define).OfType<IMethodSymbol>()
            .Where(m => m.MethodKind == MethodKind.Ordinary && m.DeclaringSyntaxReferences.Length > 0
                && (!hasLayers || m.Parameters.Any(p => IsTensor(p.Type)) || IsTensor(m.ReturnType)))
            .Select(m => m.PartialImplementationPart ?? m),
    ];

    public static DefinitionResult Read(
        Compilation compilation, INamedTypeSymbol type, IReadOnlyList<IMethodSymbol> methods, CancellationToken cancellation) =>
        OwnStack.Run(() => ReadHere(compilation, type, methods, cancellation));

    private static DefinitionResult ReadHere(
        Compilation compilation, INamedTypeSymbol type, IReadOnlyList<IMethodSymbol> methods, CancellationToken cancellation)
    {
        IMethodSymbol method = methods[0];
        var graph = new DefinedGraph(type.Name);
        var interpreter = new Interpreter(compilation, graph, cancellation);
        var problems = new List<LocatedProblem<Location>>();
        Graph? result = null;
        try
        {
            if (CheckMethod(methods) is LocatedProblem<Location> wrong)
                throw new DefinitionException(wrong);
            TensorValue[] inputs = [.. method.Parameters.TakeWhile(p => !p.HasExplicitDefaultValue).Select(p => ReadInput(p, graph))];
            object? value = interpreter.Run(method, method.DeclaringSyntaxReferences[0].GetSyntax(cancellation), inputs);
            IReadOnlyList<GraphOutput> outputs = OutputsOf(method, value);
            if (graph.Layers.Count == 0)
                throw new DefinitionException(At(method, ProblemIds.NoLayers, $"{type.Name} has no layers; call some on the parameter, "
                    + $"e.g. {method.Parameters[0].Name}.Flatten().Linear(10)"));
            if (outputs.FirstOrDefault(o => graph.IsInput(o.Value)) is { Name: not null } same)
                throw new DefinitionException(At(method, ProblemIds.InvalidDefine, $"{Define} returns its own parameter as "
                    + $"'{same.Name}'; return the result of a layer"));
            result = graph.Build(outputs);
            problems.AddRange(interpreter.Warnings);
            problems.AddRange(Unused(result, graph, interpreter));
            problems.AddRange(
                NetworkChecks.Members(result, type.Name).Select(p => new LocatedProblem<Location>(p.Problem, PlaceOf(method, p), [])));
            if (problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id)))
                result = null;
        }
        catch (DefinitionException e)
        {
            problems.AddRange(interpreter.Warnings);
            problems.Add(e.Problem);
        }
        catch (UnreadableException e)
        {
            // Where the compiler has nothing to say against it, it is we who do not understand.
            problems.Add(new(new Problem(ProblemIds.NotUnderstood, $"'{Wording.Short(e.Node)}' is not understood in a definition; write "
                + "it in another way"), e.Node.GetLocation(), []));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            problems.Add(At(method, ProblemIds.Internal, $"{type.Name}: an error in ModelGen itself, please report it: "
                + $"{e.GetType().Name}: {e.Message.Replace('\n', ' ')} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}"));
        }
        if (result is null && interpreter.ErrorsOfCompiler(
            method.DeclaringSyntaxReferences[0].GetSyntax(cancellation)) is { Count: > 0 } errors)
        {
            problems.Clear();
            if (Refusal.Of(errors) is LocatedProblem<Location> refusal)
                problems.Add(refusal);
        }
        return new DefinitionResult(new DefinedNetwork(result, MembersOf(method)), [.. problems],
            [.. interpreter.TreesRead.Append(method.DeclaringSyntaxReferences[0].SyntaxTree).Distinct()]);
    }

    private static LocatedProblem<Location>? CheckMethod(IReadOnlyList<IMethodSymbol> methods)
    {
        IMethodSymbol method = methods[0];
        if (methods.Count > 1)
            return At(methods[1], ProblemIds.InvalidDefine, $"{method.ContainingType.Name} has {methods.Count} methods {Define}, so that "
                + "it is open which one is the network; rename the others");
        if (!method.IsStatic)
            return At(method, ProblemIds.InvalidDefine, $"{Define} must be static, because it runs when the project is built, without an "
                + $"instance; write 'static Tensor {Define}'");
        if (method.TypeParameters.Length > 0)
            return At(method, ProblemIds.InvalidDefine, $"{Define} is generic, but nothing says what its type arguments are; "
                + "leave them out");
        string[] names = OutputNames(method);
        if (names.Length == 0)
            return At(method, ProblemIds.InvalidDefine, $"{Define} returns {method.ReturnType.ToDisplayString()}; it must return a "
                + "Tensor, or a tuple of them for several outputs: (Tensor Scores, Tensor Features)");
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (parameter.HasExplicitDefaultValue && !IsTensor(parameter.Type))
                continue;
            Location place = parameter.Locations.FirstOrDefault() ?? Location.None;
            if (!IsTensor(parameter.Type) || parameter.RefKind != RefKind.None)
                return new(new Problem(ProblemIds.InvalidDefine, $"the parameter '{parameter.Name}' is not a Tensor; inputs are Tensors "
                    + "with a [Shape], anything else needs a default value"), place, []);
            if (ShapeOf(parameter) is null)
                return new(new Problem(ProblemIds.NoInput, $"the input '{parameter.Name}' has no shape; write e.g. [Shape(3, 224, 224)] "
                    + $"Tensor {parameter.Name} for channels, height and width, or [Shape(784)] for features"), place, []);
        }
        return method.Parameters.Any(p => IsTensor(p.Type))
            ? null
            : At(method, ProblemIds.NoInput, $"{Define} has no input; give it a parameter, e.g. [Shape(3, 224, 224)] Tensor image");
    }

    private static TensorValue ReadInput(IParameterSymbol parameter, DefinedGraph graph)
    {
        AttributeData attribute = ShapeOf(parameter)!;
        SyntaxNode place = attribute.ApplicationSyntaxReference!.GetSyntax();
        if (attribute.AttributeConstructor is null || attribute.ConstructorArguments.Any(
            a => a.Kind == TypedConstantKind.Error || a.IsNull || a.Values.Any(v => v.Value is not int)))
            throw new UnreadableException(place);
        EquatableArray<int> shape = attribute.ConstructorArguments.SelectMany(a => a.Values).Select(v => (int)v.Value!).ToEquatableArray();
        try
        {
            int id = graph.Input(parameter.Name, shape);
            return new TensorValue(id, graph.ShapeOf(id));
        }
        catch (LayerException e)
        {
            throw new DefinitionException(new(e.Problem, place.GetLocation(), []));
        }
    }

    private static AttributeData? ShapeOf(IParameterSymbol parameter) =>
        parameter.GetAttributes().FirstOrDefault(a => a.AttributeClass is { Name: "ShapeAttribute" } type && IsOurs(type)
            && a.ApplicationSyntaxReference is not null);

    private static IReadOnlyList<GraphOutput> OutputsOf(IMethodSymbol method, object? value)
    {
        string[] names = OutputNames(method);
        object?[] values = value is TupleValue tuple ? [.. tuple.Items] : [value];
        if (values.FirstOrDefault(v => v is not TensorValue) is null && values.Any(v => v is null))
            throw new DefinitionException(At(method, ProblemIds.Fails, $"{Define} returns null"));
        return [.. values.Select((v, i) => new GraphOutput(names[i], ((TensorValue)v!).Id))];
    }

    private static MemberNames MembersOf(IMethodSymbol method) =>
        new(method.Parameters.Where(p => IsTensor(p.Type)).Select(p => p.Name).ToEquatableArray(), OutputNames(method).ToEquatableArray());

    /// <summary>One result is "output"; those of a tuple have its names.</summary>
    private static string[] OutputNames(IMethodSymbol method)
    {
        if (IsTensor(method.ReturnType))
            return ["output"];
        return method.ReturnType is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(e => IsTensor(e.Type))
            ? [.. tuple.TupleElements.Select((e, i) => e.IsExplicitlyNamedTupleElement ? e.Name : $"output{i + 1}")]
            : [];
    }

    // The parameter, the element of the tuple or, for a single output, the method.
    private static Location PlaceOf(IMethodSymbol method, MemberProblem problem)
    {
        ISymbol? member = problem.IsInput ? method.Parameters[problem.Index]
            : method.ReturnType is INamedTypeSymbol { IsTupleType: true } tuple ? tuple.TupleElements[problem.Index] : method;
        return member.Locations.FirstOrDefault(l => l.IsInSource) ?? method.Locations[0];
    }

    private static IEnumerable<LocatedProblem<Location>> Unused(Graph graph, DefinedGraph defined, Interpreter interpreter)
    {
        int[] uses = graph.CountUses();
        foreach (int value in defined.Layers.Where(v => uses[v] == 0))
        {
            yield return new(new Problem(ProblemIds.UnusedLayer, $"{graph[value].Op} '{graph[value].Name}': nothing reads its result; "
                + "remove the call, or use what it returns"),
                interpreter.PlaceOf(value) ?? Location.None, []);
        }
    }

    private static LocatedProblem<Location> At(IMethodSymbol method, string id, string message) =>
        new(new Problem(id, message), method.Locations[0], []);

    private static bool IsTensor(ITypeSymbol type) => type.Name == "Tensor" && IsOurs(type);

    private static bool IsOurs(ITypeSymbol type) =>
        type.ContainingNamespace is { Name: "ModelGen", ContainingNamespace.IsGlobalNamespace: true };
}
