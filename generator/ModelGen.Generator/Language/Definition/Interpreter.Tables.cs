using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Language.Definition;

// What of the language is understood. The words are those of docs/definitions.md.
internal sealed partial class Interpreter
{
    public static readonly IReadOnlyList<Understood<Func<Interpreter, IOperation, Flow>>> StatementTable =
    [
        new(OperationKind.MethodBody, "methods",
            (i, o) => i.Execute(((IMethodBodyOperation)o).BlockBody ?? ((IMethodBodyOperation)o).ExpressionBody!)),
        new(OperationKind.Block, "blocks", (i, o) => i.ExecuteAll(((IBlockOperation)o).Operations)),
        new(OperationKind.VariableDeclarationGroup, "locals", (i, o) => i.DeclareAll((IVariableDeclarationGroupOperation)o)),
        new(OperationKind.LocalFunction, "local functions", (_, _) => Flow.Next),
        new(OperationKind.ExpressionStatement, "expressions", (i, o) => i.Discard(((IExpressionStatementOperation)o).Operation)),
        new(OperationKind.Conditional, "`if`", (i, o) => i.ExecuteIf((IConditionalOperation)o)),
        new(OperationKind.Switch, "`switch`", (i, o) => i.ExecuteSwitch((ISwitchOperation)o)),
        new(OperationKind.Loop, "`for`, `foreach`, `while`, `do`", (i, o) => i.ExecuteLoop((ILoopOperation)o)),
        new(OperationKind.Branch, "`break`, `continue`", (i, o) => i.ExecuteBranch((IBranchOperation)o)),
        new(OperationKind.Return, "`return`", (i, o) => i.ExecuteReturn((IReturnOperation)o)),
        new(OperationKind.Throw, "`throw`", (i, o) => throw i.Thrown((IThrowOperation)o)),
        new(OperationKind.Empty, "blocks", (_, _) => Flow.Next),
    ];

    public static readonly IReadOnlyList<Understood<Func<Interpreter, IOperation, object?>>> ExpressionTable =
    [
        new(OperationKind.LocalReference, "locals and parameters", (i, o) => ((ILocalReferenceOperation)o).IsDeclaration
            ? null : i.CellOf(((ILocalReferenceOperation)o).Local, o).Value),
        new(OperationKind.ParameterReference, "locals and parameters",
            (i, o) => i.CellOf(((IParameterReferenceOperation)o).Parameter, o).Value),
        new(OperationKind.DeclarationExpression, "locals and parameters",
            (i, o) => i.Evaluate(((IDeclarationExpressionOperation)o).Expression)),
        new(OperationKind.Parenthesized, "parentheses", (i, o) => i.Evaluate(((IParenthesizedOperation)o).Operand)),
        new(OperationKind.Binary, "operators, also your own, in `checked` code too, and on nullable values",
            (i, o) => i.EvaluateBinary((IBinaryOperation)o)),
        new(OperationKind.Unary, "operators, also your own, in `checked` code too, and on nullable values",
            (i, o) => i.EvaluateUnary((IUnaryOperation)o)),
        new(OperationKind.Increment, "`++` and `--`", (i, o) => i.EvaluateIncrement((IIncrementOrDecrementOperation)o)),
        new(OperationKind.Decrement, "`++` and `--`", (i, o) => i.EvaluateIncrement((IIncrementOrDecrementOperation)o)),
        new(OperationKind.SimpleAssignment, "assignments", (i, o) => i.EvaluateAssignment((ISimpleAssignmentOperation)o)),
        new(OperationKind.CompoundAssignment, "assignments", (i, o) => i.EvaluateCompound((ICompoundAssignmentOperation)o)),
        new(OperationKind.DeconstructionAssignment, "deconstruction",
            (i, o) => i.EvaluateDeconstruction((IDeconstructionAssignmentOperation)o)),
        new(OperationKind.Conversion, "conversions, also your own", (i, o) => i.EvaluateConversion((IConversionOperation)o)),
        new(OperationKind.Conditional, "`? :`", (i, o) => i.Evaluate(
            i.Truth(((IConditionalOperation)o).Condition) ? ((IConditionalOperation)o).WhenTrue : ((IConditionalOperation)o).WhenFalse!)),
        new(OperationKind.Coalesce, "`??`, `??=`", (i, o) => i.EvaluateCoalesce((ICoalesceOperation)o)),
        new(OperationKind.CoalesceAssignment, "`??`, `??=`", (i, o) => i.EvaluateCoalesceAssignment((ICoalesceAssignmentOperation)o)),
        new(OperationKind.ConditionalAccess, "`?.`", (i, o) => i.EvaluateConditionalAccess((IConditionalAccessOperation)o)),
        new(OperationKind.ConditionalAccessInstance, "`?.`", (i, _) => i._frame.Receivers.Peek()),
        new(OperationKind.SwitchExpression, "`switch` and `is` with patterns", (i, o) => i.EvaluateSwitch((ISwitchExpressionOperation)o)),
        new(OperationKind.IsPattern, "`switch` and `is` with patterns",
            (i, o) => i.Matches(((IIsPatternOperation)o).Pattern, i.Evaluate(((IIsPatternOperation)o).Value))),
        new(OperationKind.IsType, "`switch` and `is` with patterns", (i, o) => i.EvaluateIsType((IIsTypeOperation)o)),
        new(OperationKind.InterpolatedString, "interpolation with formats and alignment (in the invariant culture)",
            (i, o) => i.EvaluateInterpolation((IInterpolatedStringOperation)o)),
        new(OperationKind.Tuple, "tuples and their `==`", (i, o) => i.EvaluateTuple((ITupleOperation)o)),
        new(OperationKind.TupleBinary, "tuples and their `==`", (i, o) => i.EvaluateTupleBinary((ITupleBinaryOperation)o)),
        new(OperationKind.ArrayCreation, "arrays of one dimension, also of arrays", (i, o) => i.EvaluateArray((IArrayCreationOperation)o)),
        new(OperationKind.ArrayElementReference, "elements, indices and ranges", (i, o) => i.Resolve(o).Get()),
        new(OperationKind.ImplicitIndexerReference, "elements, indices and ranges", (i, o) => i.Resolve(o).Get()),
        new(OperationKind.Range, "elements, indices and ranges", (i, o) => i.EvaluateRange((IRangeOperation)o)),
        new(ImplicitCollection, "collection expressions with spreads, and `params`", (i, o) => i.EvaluateCollection(o)),
        new(OperationKind.None, "collection expressions with spreads, and `params`", (i, o) => i.EvaluateCollection(o)),
        new(OperationKind.ObjectCreation, "records and lists with initializers", (i, o) => i.EvaluateCreation((IObjectCreationOperation)o)),
        new(OperationKind.With, "`with`", (i, o) => i.EvaluateWith((IWithOperation)o)),
        new(OperationKind.FieldReference, "fields and properties", (i, o) => i.ReadField((IFieldReferenceOperation)o)),
        new(OperationKind.PropertyReference, "fields and properties", (i, o) => i.EvaluateProperty((IPropertyReferenceOperation)o)),
        new(OperationKind.InstanceReference, "`this` in a record", (i, o) => i.EvaluateThis((IInstanceReferenceOperation)o)),
        new(
            OperationKind.Invocation,
            "calls with named, default, `params`, `in`, `ref` and `out` arguments (of locals, parameters, elements of arrays and spans)",
            (i, o) => i.Invoke((IInvocationOperation)o)),
        new(OperationKind.AnonymousFunction, "lambdas, and methods and local functions as delegates",
            (i, o) => i.EvaluateLambda((IAnonymousFunctionOperation)o)),
        new(OperationKind.MethodReference, "lambdas, and methods and local functions as delegates",
            (i, o) => i.EvaluateMethodGroup((IMethodReferenceOperation)o)),
        new(OperationKind.DelegateCreation, "lambdas, and methods and local functions as delegates",
            (i, o) => i.EvaluateDelegate((IDelegateCreationOperation)o)),
        new(OperationKind.DefaultValue, "`default`", (i, o) => i.DefaultOf(o.Type is { } type ? i.TypeHere(type) : null, o)),
        new(OperationKind.TypeParameterObjectCreation, "`default`", (i, o) => i.EvaluateNew((ITypeParameterObjectCreationOperation)o)),
        new(OperationKind.Throw, "`throw`", (i, o) => throw i.Thrown((IThrowOperation)o)),
    ];

    public static readonly IReadOnlyList<Understood<Func<Interpreter, IOperation, object?, bool>>> PatternTable =
    [
        new(OperationKind.DiscardPattern, "`_`", (_, _, _) => true),
        new(OperationKind.ConstantPattern, "constants", (_, o, value) => MatchesConstant((IConstantPatternOperation)o, value)),
        new(OperationKind.RelationalPattern, "`<`, `<=`, `>`, `>=`",
            (i, o, value) => i.MatchesRelation((IRelationalPatternOperation)o, value)),
        new(OperationKind.NegatedPattern, "`not`, `and`, `or`", (i, o, value) => !i.Matches(((INegatedPatternOperation)o).Pattern, value)),
        new(OperationKind.BinaryPattern, "`not`, `and`, `or`", (i, o, value) => i.MatchesBinary((IBinaryPatternOperation)o, value)),
        new(OperationKind.DeclarationPattern, "types and `var`",
            (i, o, value) => i.MatchesDeclaration((IDeclarationPatternOperation)o, value)),
        new(OperationKind.TypePattern, "types and `var`", (i, o, value) => i.IsOf(value, ((ITypePatternOperation)o).MatchedType, o)),
        new(OperationKind.RecursivePattern, "properties and positions",
            (i, o, value) => i.MatchesRecursive((IRecursivePatternOperation)o, value)),
        new(OperationKind.ListPattern, "lists with a slice", (i, o, value) => i.MatchesList((IListPatternOperation)o, value)),
    ];

    private static readonly Func<Interpreter, IOperation, Flow>?[] Statements = Understood.Table(StatementTable);
    private static readonly Func<Interpreter, IOperation, object?>?[] Expressions = Understood.Table(ExpressionTable);
    private static readonly Func<Interpreter, IOperation, object?, bool>?[] Patterns = Understood.Table(PatternTable);

    private Flow ExecuteAll(ImmutableArray<IOperation> statements)
    {
        foreach (IOperation statement in statements)
        {
            Flow flow = Execute(statement);
            if (flow != Flow.Next)
                return flow;
        }
        return Flow.Next;
    }

    private Flow DeclareAll(IVariableDeclarationGroupOperation group)
    {
        foreach (IVariableDeclarationOperation declaration in group.Declarations)
        {
            foreach (IVariableDeclaratorOperation variable in declaration.Declarators)
                Declare(variable);
        }
        return Flow.Next;
    }

    private Flow Discard(IOperation expression)
    {
        Evaluate(expression);
        return Flow.Next;
    }

    private Flow ExecuteIf(IConditionalOperation condition) =>
        Truth(condition.Condition) ? Execute(condition.WhenTrue) : condition.WhenFalse is null ? Flow.Next : Execute(condition.WhenFalse);

    private Flow ExecuteBranch(IBranchOperation branch) => branch.BranchKind switch
    {
        BranchKind.Break => Flow.Break,
        BranchKind.Continue => Flow.Continue,
        _ => throw NotUnderstood(branch),
    };

    private Flow ExecuteReturn(IReturnOperation result)
    {
        _frame.Result = result.ReturnedValue is null ? null : Evaluate(result.ReturnedValue);
        return Flow.Return;
    }

    private bool EvaluateIsType(IIsTypeOperation test) => IsOf(Evaluate(test.ValueOperand), test.TypeOperand, test) != test.IsNegated;

    private TupleValue EvaluateTuple(ITupleOperation tuple) =>
        new(tuple.Elements.Select(Evaluate).ToEquatableArray(), tuple.Type is { } type ? TupleOf(TypeHere(type)) : null);

    private RangeValue EvaluateRange(IRangeOperation range) =>
        new(IndexOf(range.LeftOperand) ?? new(0, false), IndexOf(range.RightOperand) ?? new(0, true));

    private FunctionValue EvaluateLambda(IAnonymousFunctionOperation lambda)
    {
        Charge(lambda.Syntax, _frame.CapturedCount);
        return new(lambda.Symbol, lambda.Body, _frame.Capture());
    }

    private object EvaluateThis(IInstanceReferenceOperation self) =>
        self.ReferenceKind == InstanceReferenceKind.ContainingTypeInstance && _frame.Self is { } record
            ? record : throw NotUnderstood(self);

    // A class may have a constructor that does something.
    private object? EvaluateNew(ITypeParameterObjectCreationOperation creation) =>
        TypeHere(creation.Type!) is { IsValueType: true } type && !HasSource(type)
            ? DefaultOf(type, creation) : throw NotUnderstood(creation);

    // The interface of collection expressions came later than the compiler we support; their syntax says all.
    private object EvaluateCollection(IOperation operation)
    {
        ITypeSymbol? type = operation.Type is { } here ? TypeHere(here) : null;
        if (operation.Syntax is CollectionExpressionSyntax collection)
            return EvaluateCollection(collection, type);
        return operation.Kind == ImplicitCollection && type is not null
            ? MakeCollection(type, [.. operation.ChildOperations.Select(Evaluate)], operation) : throw NotUnderstood(operation);
    }
}
