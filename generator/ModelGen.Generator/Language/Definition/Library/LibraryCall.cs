using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition.Library;

/// <summary>One use of a member of .NET: its arguments, the instance first, and what a member may ask of the interpreter.</summary>
internal sealed class LibraryCall(Interpreter interpreter, ISymbol member, object?[] arguments, IOperation place)
{
    public object? this[int index] => arguments[index];

    public int Count => arguments.Length;

    public IOperation Place => place;

    /// <summary>A type argument of the method; where it has none, of the type that has the member.</summary>
    public ITypeSymbol TypeArgument(int index) =>
        interpreter.TypeHere(member is IMethodSymbol { TypeArguments.Length: > 0 } method
            ? method.TypeArguments[index] : member.ContainingType.TypeArguments[index]);

    public T Get<T>(int index) => (T)arguments[index]!;

    public string Text(int index) => (string)arguments[index]!;

    public int Int(int index) => (int)arguments[index]!;

    /// <summary>The items of an argument; each that is asked for is a step.</summary>
    public IEnumerable<object?> Items(int index) => interpreter.CountedItems(arguments[index], place.Syntax);

    /// <summary>An array, span or list.</summary>
    public IList<object?> List(int index) => arguments[index] is ItemsValue items ? items.Items : throw interpreter.NotUnderstood(place);

    /// <summary>A <c>List</c>, which can grow.</summary>
    public List<object?> Growing(int index) => arguments[index] is ListValue list ? list.List : throw interpreter.NotUnderstood(place);

    /// <summary>Charges work that grows with a length, before it is done.</summary>
    public void Charge(long length) => interpreter.Charge(place.Syntax, length);

    /// <summary>Asks for a text of that many characters, before it is made.</summary>
    /// <param name="added">How many of them are not there yet; all unless said otherwise.</param>
    public void ChargeText(long length, long? added = null) => interpreter.ChargeText(place.Syntax, length, added);

    /// <summary>Calls a delegate that was passed.</summary>
    public object? Call(int index, params object?[] values) =>
        interpreter.CallFunction(arguments[index] as FunctionValue ?? throw new ArgumentNullException(nameof(index)), values, place.Syntax);

    public bool Truth(int index, params object?[] values) => (bool)Call(index, values)!;

    /// <summary>Equality as generic collections ask for it.</summary>
    public bool AreEqual(object? left, object? right) => interpreter.ValueEquals(left, right, place);

    public string TextOf(object? value, string? format = null) => interpreter.TextOf(value, format, place);

    public object? Default(ITypeSymbol type) => interpreter.DefaultOf(type, place);

    /// <summary>A sequence that is evaluated when, and as often as, it is enumerated.</summary>
    public SequenceValue Sequence(IEnumerable<object?> items, ITypeSymbol? type)
    {
        SequenceValue sequence = interpreter.Sequence(
            items, type, 1 + arguments.OfType<SequenceValue>().Select(s => s.Depth).DefaultIfEmpty().Max(), place.Syntax);
        sequence.RunsCode = arguments.Any(
            a => a is SequenceValue { RunsCode: true } || (a is FunctionValue function && !Effects.IsPure(function)));
        return sequence;
    }

    /// <summary>
    /// The items, where .NET may leave some out: which lambdas it then calls differs between its versions. That is nothing to see where
    /// they have no effects.
    /// </summary>
    public IEnumerable<object?> SettledItems(int index) => arguments[index] switch
    {
        SequenceValue { RunsCode: true } => throw Unsettled(),
        SequenceValue => interpreter.UntilFailure(Items(index), Unsettled),
        _ => Items(index),
    };

    private DefinitionException Unsettled() => Refuse(
        $"for which items {member.Name} calls the lambdas before it is not the same in all versions of .NET and not understood in a "
        + "definition; put ToArray() between");

    /// <summary>The items of a value that a delegate gave.</summary>
    public IEnumerable<object?> Enumerate(object? collection) => interpreter.CountedItems(collection, place.Syntax);

    /// <summary>True where null is no value of the parameter, as of a delegate.</summary>
    public bool IsReference(int index) => member is IMethodSymbol { IsStatic: true } method
        && method.OriginalDefinition.Parameters[index].Type is { IsReferenceType: true, TypeKind: not TypeKind.TypeParameter };

    public ITypeSymbol Special(SpecialType type) => interpreter.Special(type);

    /// <summary>The error for what C# would throw.</summary>
    public DefinitionException Fails(string message) => interpreter.Fails(place.Syntax, message);

    /// <summary>The error for a member that is understood, but not for these arguments.</summary>
    public DefinitionException Refuse(string message) => interpreter.Refuse(place, message);
}
