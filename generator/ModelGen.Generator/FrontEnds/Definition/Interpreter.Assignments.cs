using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.FrontEnds.Definition;

internal sealed partial class Interpreter
{
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
        object? result;
        if (compound.Type?.SpecialType == SpecialType.System_String)
        {
            result = Limit(Arithmetic.Text(left) + Arithmetic.Text(right), compound.Syntax);
        }
        else if (compound.OperatorMethod is { } method)
        {
            result = CallOperator(method, compound, left, right);
        }
        else
        {
            // x += y computes in the type that both have in common, and converts back.
            bool isShift = compound.OperatorKind is BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift;
            if (left is byte or sbyte or short or ushort or char)
                left = Arithmetic.Convert(left, SpecialType.System_Int32, false);
            if (!isShift && left is int or long or uint or ulong or float or double && compound.Value.Type is { } common)
                left = Arithmetic.Convert(left, common.SpecialType, false) ?? left;
            result = Compute(compound, compound.OperatorKind, left, right, compound.IsChecked, compound.IsLifted);
            if (result is not null && result is not EnumValue)
                result = ConvertTo(result, compound.Type!, compound.IsChecked, compound);
        }
        place.Set(result);
        return result;
    }

    private object? EvaluateIncrement(IIncrementOrDecrementOperation increment)
    {
        if (increment.OperatorMethod is not null)
            throw NotUnderstood(increment);
        var place = Resolve(increment.Target);
        object? before = place.Get();
        if (before is null)
            return null;
        BinaryOperatorKind kind = increment.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract;
        object wide = PlainNumber(before)!;
        if (wide is byte or sbyte or short or ushort or char)
            wide = Arithmetic.Convert(wide, SpecialType.System_Int32, false)!;
        SpecialType type = wide switch
        {
            int => SpecialType.System_Int32,
            long => SpecialType.System_Int64,
            uint => SpecialType.System_UInt32,
            ulong => SpecialType.System_UInt64,
            float => SpecialType.System_Single,
            _ => SpecialType.System_Double,
        };
        object? after = ConvertTo(Compute(increment, kind, wide, Arithmetic.Convert(1, type, false), increment.IsChecked), increment.Type!, increment.IsChecked, increment);
        place.Set(after);
        return increment.IsPostfix ? before : after;
    }

    private object? EvaluateDeconstruction(IDeconstructionAssignmentOperation deconstruction)
    {
        // The places are found before the value is computed, and all values before the first is assigned: (a, b) = (b, a) swaps.
        List<Action<object?>> places = PlacesOf(deconstruction.Target);
        object? value = Evaluate(deconstruction.Value);
        Store(deconstruction.Target, value, new Queue<Action<object?>>(places));
        return value;
    }

    private List<Action<object?>> PlacesOf(IOperation target) => target switch
    {
        IDeclarationExpressionOperation declaration => PlacesOf(declaration.Expression),
        ITupleOperation tuple => [.. tuple.Elements.SelectMany(PlacesOf)],
        IDiscardOperation => [_ => { }],
        _ => [Resolve(target).Set],
    };

    private void Store(IOperation target, object? value, Queue<Action<object?>> places)
    {
        if (target is IDeclarationExpressionOperation declaration)
        {
            Store(declaration.Expression, value, places);
            return;
        }
        if (target is not ITupleOperation tuple)
        {
            places.Dequeue()(target.Type is { } type && value is int or long or float ? ConvertItem(value, type) : value);
            return;
        }
        EquatableArray<object?> parts = Deconstruct(value, target);
        if (parts.Count != tuple.Elements.Length)
            throw Unexpected(target);
        for (int i = 0; i < parts.Count; i++)
            Store(tuple.Elements[i], parts[i], places);
    }

    private void Assign(IOperation target, object? value) => Store(target, value, new Queue<Action<object?>>(PlacesOf(target)));

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
            case IPropertyReferenceOperation { Property.IsIndexer: true, Arguments.Length: 1, Instance: { } instance } element:
                return ResolveElement(Evaluate(instance), Evaluate(element.Arguments[0].Value), element);
            default:
                throw target is IFieldReferenceOperation { Field.ContainingType.IsTupleType: true }
                    ? Refuse(target, "assigning to a part of a tuple is not understood in a definition; make a new tuple")
                    : NotUnderstood(target);
        }
    }

    // A local that is assigned before its declaration has run (declared without a value, in a loop) has its variable by then; it is looked up late.
    private (Func<object?> Get, Action<object?> Set) ResolveLocal(ILocalSymbol local)
    {
        Cell? cell = _frame.Find(local);
        if (cell is null)
            _frame.Declare(local, cell = new Cell(null));
        return (() => cell.Value, v => cell.Value = v);
    }

    private (Func<object?> Get, Action<object?> Set) ResolveElement(object? collection, object? index, IOperation place)
    {
        if (collection is null)
            throw Fails(place.Syntax, "what is indexed is null");
        if (collection is string text)
            return (() => index is RangeValue part ? Slice(text, part, place) : text[Position(index, text.Length, place)], _ => throw NotUnderstood(place));
        if (collection is not ItemsValue { Items: var items })
            throw NotUnderstood(place);
        if (index is RangeValue range)
        {
            (int start, int length) = Bounds(range, items.Count, place);
            object?[] part = [.. items.Skip(start).Take(length)];
            return (() => collection is ListValue ? new ListValue([.. part]) : new ArrayValue(part), _ => throw NotUnderstood(place));
        }
        int position = Position(index, items.Count, place);
        return (() => items[position], v => items[position] = v);
    }

    private string Slice(string text, RangeValue range, IOperation place)
    {
        (int start, int length) = Bounds(range, text.Length, place);
        return text.Substring(start, length);
    }

    private int Position(object? index, int length, IOperation place)
    {
        if (index is not (int or IndexValue))
            throw Refuse(place, "this index is not understood in a definition; use an int");
        int position = index is IndexValue fromEither ? fromEither.In(length) : (int)index;
        return position >= 0 && position < length
            ? position
            : throw Fails(place.Syntax, $"index {Arithmetic.Text(position)} is outside of {Arithmetic.Text(length)} items");
    }

    private (int Start, int Length) Bounds(RangeValue range, int length, IOperation place)
    {
        (int start, int end) = (range.Start.In(length), range.End.In(length));
        return start >= 0 && end <= length && start <= end
            ? (start, end - start)
            : throw Fails(place.Syntax, $"range {Arithmetic.Text(start)}..{Arithmetic.Text(end)} is outside of {Arithmetic.Text(length)} items");
    }
}
