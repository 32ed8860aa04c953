using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

/// <summary>Says what it is that is not understood, and what to write instead.</summary>
internal static class Wording
{
    public static string Of(IOperation operation)
    {
        (string what, string instead) = operation switch
        {
            ITryOperation => ("try", "test for the condition before"),
            IUsingOperation or IUsingDeclarationOperation => ("using", "a definition has nothing to dispose"),
            ILockOperation => ("lock", "a definition runs alone"),
            IAwaitOperation => ("await", "a definition runs at once; call the method's synchronous form"),
            IReturnOperation => ("yield", "add to a List and return it"),
            IBranchOperation or ILabeledOperation => ("goto", "use a loop, or a method that returns"),
            IForEachLoopOperation => ("await foreach", "use foreach"),
            IDynamicInvocationOperation or IDynamicMemberReferenceOperation
                or IDynamicIndexerAccessOperation => ("dynamic", "use the real type"),
            ITypeOfOperation => ("typeof", "use an enum or a string"),
            IAnonymousObjectCreationOperation => ("an anonymous object", "use a tuple with names: (Width: 64, Stride: 2)"),
            IAddressOfOperation => ("a pointer", "use an array"),
            IObjectCreationOperation creation =>
                ($"new {creation.Type?.Name}", "use a tuple, an array, a List or a record of this project"),
            IArrayCreationOperation => ("an array of several dimensions", "use an array of arrays"),
            IFieldReferenceOperation field =>
                ($"the field '{field.Field.Name}'", field.Field.IsStatic ? "make it const or static readonly" : "use a local or parameter"),
            IPropertyReferenceOperation property => ($"the property '{property.Property.ContainingType?.Name}.{property.Property.Name}'",
                "compute it from constants, parameters and the tensor's shape"),
            IInstanceReferenceOperation => ("'this'", "use static members"),
            IEventReferenceOperation or IEventAssignmentOperation => ("an event", "use a lambda in a local"),
            IIncrementOrDecrementOperation increment => ($"'{Short(increment.Syntax)}'", "assign to a local"),
            IConversionOperation conversion => ($"the conversion of {conversion.Operand.Type?.ToDisplayString() ?? "null"} to "
                + $"{conversion.Type?.ToDisplayString()}", "convert it by hand, number by number"),
            IBinaryOperation or IUnaryOperation
                or ICompoundAssignmentOperation =>
                ($"this operator on {(operation.Type ?? operation.ChildOperations.FirstOrDefault()?.Type)?.ToDisplayString()}",
                "use numbers, strings, enums or tensors"),
            IParameterReferenceOperation parameter => ($"the parameter '{parameter.Parameter.Name}'", "copy it to a local"),
            _ => ($"'{Short(operation.Syntax)}' ({NameOf(operation.Syntax)})", "write it with locals, loops, conditions and "
                + "static methods"),
        };
        return $"{what} is not understood in a definition; {instead}";
    }

    public static string Short(SyntaxNode node)
    {
        string text = string.Join(" ", node.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 40 ? text : text.Substring(0, 39) + "…";
    }

    private static string NameOf(SyntaxNode node)
    {
        string name = node.GetType().Name;
        foreach (string suffix in new[] { "Syntax", "Expression", "Statement" })
            name = name.EndsWith(suffix, StringComparison.Ordinal) ? name.Substring(0, name.Length - suffix.Length) : name;
        return string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
    }
}
