using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

internal sealed partial class Interpreter
{
    private Flow Execute(IOperation statement)
    {
        Step(statement.Syntax);
        return Understood.Find(Statements, statement.Kind) is { } does ? does(this, statement) : throw NotUnderstood(statement);
    }

    private void Declare(IVariableDeclaratorOperation variable)
    {
        if (variable.Symbol.IsRef)
            throw Refuse(variable, "a ref local is not understood; use a plain local");
        IVariableInitializerOperation? initializer = variable.Initializer
            ?? (variable.Parent as IVariableDeclarationOperation)?.Initializer;
        object? value = initializer is null ? null : Evaluate(initializer.Value);
        _frame.Declare(variable.Symbol, new Cell(value));
    }

    private Flow ExecuteLoop(ILoopOperation loop)
    {
        var running = new Loop(HeadOf(loop.Syntax));
        _loops.Add(running);
        Flow flow = loop switch
        {
            IForLoopOperation @for => ExecuteFor(@for, running),
            IForEachLoopOperation each => ExecuteForEach(each, running),
            IWhileLoopOperation @while => ExecuteWhile(@while, running),
            _ => throw NotUnderstood(loop),
        };
        _loops.RemoveAt(_loops.Count - 1);
        return flow == Flow.Return ? flow : Flow.Next;
    }

    private Flow ExecuteFor(IForLoopOperation loop, Loop running)
    {
        foreach (IOperation first in loop.Before)
            Execute(first);
        while (loop.Condition is null || Truth(loop.Condition))
        {
            Flow flow = Round(loop, running);
            if (flow is Flow.Break or Flow.Return)
                return flow;
            foreach (IOperation last in loop.AtLoopBottom)
                Execute(last);
        }
        return Flow.Next;
    }

    private Flow ExecuteForEach(IForEachLoopOperation loop, Loop running)
    {
        if (loop.IsAsynchronous)
            throw NotUnderstood(loop);
        object? collection = Evaluate(loop.Collection);
        ForEachStatementInfo info = ModelOf(loop.Syntax.SyntaxTree).GetForEachStatementInfo((CommonForEachStatementSyntax)loop.Syntax);
        if (info.GetEnumeratorMethod is { } method && HasSource(method))
            throw Refuse(loop.Collection, $"'{method.ContainingType.Name}.{method.Name}' is not understood in a definition; enumerate an "
                + "array or a List");
        ITypeSymbol? type = info.ElementType is { } element ? TypeHere(element) : null;
        IEnumerable<object?> items = ItemsOf(collection, loop.Collection.Syntax);
        using IEnumerator<object?> enumerator = items.GetEnumerator();
        while (MoveNext(enumerator, loop.Collection.Syntax))
        {
            if (loop.LoopControlVariable is IVariableDeclaratorOperation variable)
                _frame.Declare(variable.Symbol,
                    new Cell(ConvertLoopValue(enumerator.Current, type, TypeHere(variable.Symbol.Type), info.ElementConversion, loop)));
            else
                DeconstructLoopValue(loop, enumerator.Current, type);
            Flow flow = Round(loop, running);
            if (flow is Flow.Break or Flow.Return)
                return flow;
        }
        return Flow.Next;
    }

    private object? ConvertLoopValue(
        object? value, ITypeSymbol? source, ITypeSymbol target, Conversion conversion, IForEachLoopOperation loop) =>
        conversion is { IsUserDefined: true, MethodSymbol: { } method } ? ConvertByMethod(value, method, source, target, loop.Collection)
        : conversion.IsIdentity ? value
        : ConvertTo(value, source, target, false, loop.Collection);

    private void DeconstructLoopValue(IForEachLoopOperation loop, object? value, ITypeSymbol? type)
    {
        List<Action<object?>> places = PlacesOf(loop.LoopControlVariable);
        var values = new List<(IOperation Target, object? Value)>();
        Part(loop.LoopControlVariable, value, type, DeconstructionOf(loop.Syntax), values);
        for (int i = 0; i < values.Count; i++)
            places[i](values[i].Value);
    }

    private bool MoveNext(IEnumerator<object?> enumerator, SyntaxNode collection)
    {
        try
        {
            return enumerator.MoveNext();
        }
        catch (InvalidOperationException)
        {
            throw Fails(collection, "the list is changed while it is enumerated; enumerate a copy: list.ToArray()");
        }
    }

    private Flow ExecuteWhile(IWhileLoopOperation loop, Loop running)
    {
        while (true)
        {
            if (loop.ConditionIsTop && Truth(loop.Condition!) == loop.ConditionIsUntil)
                return Flow.Next;
            Flow flow = Round(loop, running);
            if (flow is Flow.Break or Flow.Return)
                return flow;
            if (!loop.ConditionIsTop && Truth(loop.Condition!) == loop.ConditionIsUntil)
                return Flow.Next;
        }
    }

    private Flow Round(ILoopOperation loop, Loop running)
    {
        running.Rounds++;
        return Execute(loop.Body);
    }

    private Flow ExecuteSwitch(ISwitchOperation choice)
    {
        object? value = Evaluate(choice.Value);
        ISwitchCaseOperation? chosen = choice.Cases.FirstOrDefault(c => c.Clauses.Any(clause => Matches(clause, value)))
            ?? choice.Cases.FirstOrDefault(c => c.Clauses.Any(clause => clause.CaseKind == CaseKind.Default));
        foreach (IOperation statement in chosen?.Body ?? ImmutableArray<IOperation>.Empty)
        {
            Flow flow = Execute(statement);
            if (flow != Flow.Next)
                return flow == Flow.Break ? Flow.Next : flow;
        }
        return Flow.Next;
    }

    private bool Matches(ICaseClauseOperation clause, object? value) => clause switch
    {
        ISingleValueCaseClauseOperation single => Arithmetic.AreEqual(value, Evaluate(single.Value)) || value is double.NaN or float.NaN
            && Evaluate(single.Value) is double.NaN or float.NaN,
        IPatternCaseClauseOperation pattern => Matches(pattern.Pattern, value) && (pattern.Guard is null || Truth(pattern.Guard)),
        IDefaultCaseClauseOperation => false,
        _ => throw NotUnderstood(clause),
    };

    private bool Truth(IOperation condition) => Evaluate(condition) is bool truth ? truth : throw Unexpected(condition);

    private DefinitionException Thrown(IThrowOperation thrown)
    {
        IOperation? exception = thrown.Exception;
        while (exception is IConversionOperation conversion)
            exception = conversion.Operand;
        if (exception is not IObjectCreationOperation creation)
            return Refuse(thrown, "a rethrown exception is not understood; write throw new ArgumentException(\"…\")");
        string? message = creation.Arguments.Where(a => a.Parameter?.Name == "message").Select(a => Evaluate(a.Value) as string)
            .FirstOrDefault()
            ?? creation.Arguments.Select(a => Evaluate(a.Value)).OfType<string>().FirstOrDefault();
        return Fails(thrown.Syntax, $"the definition throws {creation.Type?.Name}{(message is null ? "" : ": " + message)}");
    }
}
