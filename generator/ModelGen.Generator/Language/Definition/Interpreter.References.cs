using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

// Arguments by reference: what is passed is the variable, which both sides see change.
internal sealed partial class Interpreter
{
    private Cell CellOf(IArgumentOperation argument) => argument.Parameter!.RefKind switch
    {
        RefKind.None => new Cell(Evaluate(argument.Value)),
        // A variable as it is, anything else as a copy.
        RefKind.In or RefKind.RefReadOnlyParameter => VariableOf(argument.Value, isWritten: false) ?? new Cell(Evaluate(argument.Value)),
        _ => VariableOf(argument.Value, isWritten: true) ?? throw Refuse(argument,
            "only locals, parameters and elements of arrays and spans can be passed by reference in a definition; copy it to a local"),
    };

    // Of an extension block.
    private Cell CellOf(IParameterSymbol receiver, object? value, IOperation place) => receiver.RefKind == RefKind.None
        ? new Cell(value)
        : throw Refuse(place, "an extension of variables is not understood in a definition; write a method with a 'ref' parameter");

    /// <summary>The variable that an expression is; null where it is none.</summary>
    private Cell? VariableOf(IOperation expression, bool isWritten)
    {
        if (expression.ConstantValue.HasValue)
            return null;
        switch (expression)
        {
            case IDeclarationExpressionOperation declaration:
                return VariableOf(declaration.Expression, isWritten);
            case IParenthesizedOperation parenthesized:
                return VariableOf(parenthesized.Operand, isWritten);
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
            case IArrayElementReferenceOperation { Indices.Length: 1 } element:
                return ElementOf(Evaluate(element.ArrayReference), Evaluate(element.Indices[0]), element, isWritten);
            case IImplicitIndexerReferenceOperation { Instance.Type: { } type } element when IsSpan(type):
                return ElementOf(Evaluate(element.Instance), Evaluate(element.Argument), element, isWritten);
            case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { Type: { } type } span } element when IsSpan(type):
                return ElementOf(Evaluate(span), Evaluate(element.Arguments[0].Value), element, isWritten);
            case IFieldReferenceOperation field when IsInMaking(field.Instance, field.Field):
                throw Refuse(
                    expression, "a field that is assigned later cannot be passed by reference in a definition; copy it to a local");
            default:
                return null;
        }
    }

    private Cell ElementOf(object? collection, object? index, IOperation place, bool isWritten)
    {
        var element = ResolveElement(collection, index, place);
        if (index is RangeValue)
            return new Cell(element.Get());
        // As C# sees to it that nothing else is put into an array of strings that is held as one of objects.
        if (isWritten && collection is ArrayValue { ElementType: { IsReferenceType: true } own } && place.Type is { } seen
            && !SymbolEqualityComparer.Default.Equals(TypeHere(seen), own))
        {
            throw Fails(place.Syntax, $"an element of an array of {own.ToDisplayString()} cannot be passed as {seen.ToDisplayString()}");
        }
        return new ElementCell(element.Get, element.Set);
    }

    // In an argument of 'in', which a lambda that captures the variable may see change.
    private static bool IsOfVariable(IArgumentOperation argument) =>
        argument is { Parameter.RefKind: RefKind.In or RefKind.RefReadOnlyParameter, Value.ConstantValue.HasValue: false }
        && argument.Value is ILocalReferenceOperation or IParameterReferenceOperation or IArrayElementReferenceOperation
            or IImplicitIndexerReferenceOperation or IPropertyReferenceOperation or IFieldReferenceOperation;
}
