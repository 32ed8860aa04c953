using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

internal sealed partial class Interpreter
{
    private readonly Dictionary<SyntaxNode, DeconstructionInfo> _deconstructions = [];

    private object? EvaluateAssignment(ISimpleAssignmentOperation assignment)
    {
        if (assignment.IsRef)
            throw Refuse(assignment, "a ref assignment is not understood in a definition; assign the value");
        if (assignment.Target is IDiscardOperation)
            return Evaluate(assignment.Value);
        var place = Resolve(assignment.Target);
        object? value = Evaluate(assignment.Value);
        place.Set(value);
        return value;
    }

    private object? EvaluateCompound(ICompoundAssignmentOperation compound)
    {
        var place = Resolve(compound.Target);
        object? left = place.Get();
        object? right = Evaluate(compound.Value);
        ITypeSymbol target = TypeHere(compound.Target.Type!);
        object? result;
        if (target.SpecialType == SpecialType.System_String
            && compound.OperatorMethod is null or { ContainingType.SpecialType: SpecialType.System_String })
        {
            result = Concatenate(left, right, compound);
        }
        else if (compound.OperatorMethod is { } method)
        {
            if (!method.IsStatic)
                throw NotUnderstood(compound);
            ITypeSymbol first = TypeHere(method.Parameters[0].Type);
            if (!(compound.IsLifted && left is null))
                left = ConvertItem(left, compound.IsLifted ? Underlying(target) : target, first, false, compound);
            result = CallOperator(method, compound, compound.IsLifted, left, right);
            if (result is not null)
                result = ConvertItem(result, TypeHere(method.ReturnType), target, IsCheckedAt(compound.Syntax), compound);
        }
        else
        {
            // x += y computes in the type that both have in common, to which the compiler has converted y, and converts back. IsChecked
            // says nothing of operators that never overflow themselves, such as >>>, whose result may not fit all the same.
            bool isShift = compound.OperatorKind is BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift
                or BinaryOperatorKind.UnsignedRightShift;
            if (left is byte or sbyte or short or ushort or char)
                left = Arithmetic.Convert(left, SpecialType.System_Int32, false);
            if (!isShift && left is int or long or uint or ulong or float or double && Underlying(compound.Value.Type) is { } common)
                left = Arithmetic.Convert(left, common.SpecialType, false) ?? left;
            result = Compute(compound, compound.OperatorKind, left, right, compound.IsChecked, compound.IsLifted);
            if (result is not null)
                result = ConvertTo(result, TypeOf(result), target, IsCheckedAt(compound.Syntax), compound);
        }
        place.Set(result);
        return result;
    }

    private object? EvaluateIncrement(IIncrementOrDecrementOperation increment)
    {
        var place = Resolve(increment.Target);
        object? before = place.Get();
        object? after;
        if (increment.OperatorMethod is { } method)
        {
            if (!method.IsStatic)
                throw NotUnderstood(increment);
            after = CallOperator(method, increment, increment.IsLifted, before);
        }
        else if (before is null)
        {
            return null;
        }
        else
        {
            BinaryOperatorKind kind = increment.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract;
            object wide = PlainNumber(before)!;
            if (wide is byte or sbyte or short or ushort or char)
                wide = Arithmetic.Convert(wide, SpecialType.System_Int32, false)!;
            object one = Arithmetic.Convert(1, Arithmetic.TypeOf(wide), false) ?? throw NotUnderstood(increment);
            object result = Compute(increment, kind, wide, one, increment.IsChecked)!;
            after = ConvertTo(result, TypeOf(result), TypeHere(increment.Target.Type!), increment.IsChecked, increment);
        }
        place.Set(after);
        return increment.IsPostfix ? before : after;
    }

    private object? EvaluateDeconstruction(IDeconstructionAssignmentOperation deconstruction)
    {
        // The places are found before the value is computed, and all values before the first is assigned: (a, b) = (b, a) swaps.
        List<Action<object?>> places = PlacesOf(deconstruction.Target);
        object? value = Evaluate(deconstruction.Value);
        var values = new List<(IOperation Target, object? Value)>();
        Part(deconstruction.Target, value, deconstruction.Value.Type, DeconstructionOf(deconstruction.Syntax), values);
        for (int i = 0; i < values.Count; i++)
            places[i](values[i].Value);
        return value;
    }

    private DeconstructionInfo DeconstructionOf(SyntaxNode syntax)
    {
        if (!_deconstructions.TryGetValue(syntax, out DeconstructionInfo info))
        {
            SemanticModel model = ModelOf(syntax.SyntaxTree);
            info = syntax is AssignmentExpressionSyntax assignment
                ? model.GetDeconstructionInfo(assignment) : model.GetDeconstructionInfo((ForEachVariableStatementSyntax)syntax);
            _deconstructions.Add(syntax, info);
        }
        return info;
    }

    private List<Action<object?>> PlacesOf(IOperation target) => target switch
    {
        IDeclarationExpressionOperation declaration => PlacesOf(declaration.Expression),
        ITupleOperation tuple => [.. tuple.Elements.SelectMany(PlacesOf)],
        IDiscardOperation => [_ => { }],
        _ => [Resolve(target).Set],
    };

    /// <summary>Takes a value to parts as the compiler says, down to what is assigned, and converts each.</summary>
    private void Part(IOperation target, object? value, ITypeSymbol? type, DeconstructionInfo info,
        List<(IOperation Target, object? Value)> values)
    {
        while (target is IDeclarationExpressionOperation declaration)
            target = declaration.Expression;
        if (target is not ITupleOperation tuple)
        {
            values.Add((target, ConvertLeaf(value, type, target, info.Conversion)));
            return;
        }
        (IReadOnlyList<object?> parts, IReadOnlyList<ITypeSymbol?> types) = Deconstruct(
            value, type, info.Method, tuple.Elements.Length, target);
        for (int i = 0; i < parts.Count; i++)
            Part(tuple.Elements[i], parts[i], types[i], info.Nested.IsDefaultOrEmpty ? default : info.Nested[i], values);
    }

    private object? ConvertLeaf(object? value, ITypeSymbol? source, IOperation target, Conversion? conversion)
    {
        if (target is IDiscardOperation || target.Type is not { } type)
            return value;
        (source, type) = (source is null ? null : TypeHere(source), TypeHere(type));
        return conversion is { IsUserDefined: true, MethodSymbol: { } method }
            ? ConvertByMethod(value, method, source, type, target) : ConvertTo(value, source, type, false, target);
    }

    /// <summary>The parts of a value and their types in the code: by its method Deconstruct, or of a tuple its items.</summary>
    private (IReadOnlyList<object?> Parts, IReadOnlyList<ITypeSymbol?> Types) Deconstruct(
        object? value, ITypeSymbol? type, IMethodSymbol? method, int count, IOperation place)
    {
        if (value is null && (method is null || !method.IsStatic))
            throw Fails(place.Syntax, "what is deconstructed is null");
        if (method is null)
        {
            if (value is not TupleValue tuple || tuple.Items.Count != count)
                throw Refuse(place, "only tuples, pairs and records can be deconstructed here; read the parts one by one");
            return ([.. tuple.Items],
                [.. Enumerable.Range(0, count).Select(i => TupleOf(type)?.TupleElements[i].Type ?? tuple.Type?.TupleElements[i].Type)]);
        }
        IParameterSymbol[] results = [.. method.Parameters.Where(p => p.RefKind == RefKind.Out)];
        ITypeSymbol?[] types = [.. results.Select(p => TypeHere(p.Type))];
        if (value is SizesValue sizes && IsOurs(method.ContainingType, sizes.Numbers.Count == 2 ? "Pair" : "Border"))
            return ([.. sizes.Numbers.Select(n => (object?)n)], types);
        if (HasSource(method))
        {
            Cell[] cells = [.. results.Select(_ => new Cell(null))];
            if (method.IsStatic)
                CallMethod(method, [new Cell(value), .. cells], place.Syntax, null);
            else
                CallMethod(method, cells, place.Syntax, value);
            return ([.. cells.Select(c => c.Value)], types);
        }
        // The one that the compiler makes for a record reads its properties.
        if (value is RecordValue record && method.IsImplicitlyDeclared)
            return ([.. results.Select(
                p => ReadProperty(record.Type.GetMembers(p.Name).OfType<IPropertySymbol>().First(), record, place))], types);
        throw Refuse(place, "only tuples, pairs and records can be deconstructed here; read the parts one by one");
    }

    /// <summary>Finds what is assigned to, evaluating the array and index in it once.</summary>
    private (Func<object?> Get, Action<object?> Set) Resolve(IOperation target)
    {
        Step(target.Syntax);
        switch (target)
        {
            case ILocalReferenceOperation { IsDeclaration: true } local:
                var fresh = new Cell(null);
                _frame.Declare(local.Local, fresh);
                return (() => fresh.Value, v => fresh.Value = v);
            case ILocalReferenceOperation local:
                return ResolveLocal(local.Local);
            case IParameterReferenceOperation parameter:
                Cell cell = CellOf(parameter.Parameter, parameter);
                return (() => cell.Value, v => cell.Value = v);
            case IDeclarationExpressionOperation declaration:
                return Resolve(declaration.Expression);
            case IArrayElementReferenceOperation { Indices.Length: 1 } element:
                return ResolveElement(Evaluate(element.ArrayReference), Evaluate(element.Indices[0]), element);
            case IImplicitIndexerReferenceOperation element:
                return ResolveElement(Evaluate(element.Instance), Evaluate(element.Argument), element);
            case IPropertyReferenceOperation { Property.IsIndexer: true, Arguments.Length: 1,
                Instance: { } instance } element when !HasSource(element.Property):
                return ResolveElement(Evaluate(instance), Evaluate(element.Arguments[0].Value), element);
            case IPropertyReferenceOperation { Property: { IsIndexer: false } property } reference when IsInMaking(
                reference.Instance, property):
                return ResolveMember(property, reference);
            case IFieldReferenceOperation { Field: { ContainingType.IsTupleType: false } field } reference when IsInMaking(
                reference.Instance, field):
                return ResolveMember(field, reference);
            default:
                throw target is IFieldReferenceOperation { Field.ContainingType.IsTupleType: true }
                    ? Refuse(target, "assigning to a part of a tuple is not understood in a definition; make a new tuple")
                    : NotUnderstood(target);
        }
    }

    // A local that is assigned before its declaration has run (declared without a value, in a loop) has its variable by then; it is looked
    // up late.
    private (Func<object?> Get, Action<object?> Set) ResolveLocal(ILocalSymbol local)
    {
        Cell? cell = _frame.Find(local);
        if (cell is null)
            _frame.Declare(local, cell = new Cell(null));
        return (() => cell.Value, v => cell.Value = v);
    }
}
