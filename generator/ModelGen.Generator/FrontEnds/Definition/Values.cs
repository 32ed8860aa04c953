using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.FrontEnds.Definition;

// What expressions evaluate to. Numbers, truth, characters and strings are themselves, boxed; null is null. The rest is here.

/// <summary>A symbolic tensor: a value of the graph.</summary>
internal sealed record TensorValue(int Id, Shape Shape);

/// <summary>A Pair (two numbers) or a Border (four).</summary>
internal sealed record SizesValue(EquatableArray<int> Numbers);

/// <summary>A member of an enum, or a number cast to one.</summary>
internal sealed record EnumValue(INamedTypeSymbol Type, object Number)
{
    public bool Equals(EnumValue? other) => other is not null && Number.Equals(other.Number) && SymbolEqualityComparer.Default.Equals(Type, other.Type);

    public override int GetHashCode() => Number.GetHashCode();

    /// <summary>The member's name; the number where no single member has it.</summary>
    public override string ToString() =>
        Type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(f => f.HasConstantValue && Number.Equals(f.ConstantValue))?.Name ?? Arithmetic.Text(Number);
}

/// <summary>An array, span or list: a reference, as in C#.</summary>
internal abstract class ItemsValue
{
    public abstract IList<object?> Items { get; }
}

/// <summary>An array or span.</summary>
internal sealed class ArrayValue(object?[] items) : ItemsValue
{
    public override IList<object?> Items => items;
}

/// <summary>A <c>List</c>.</summary>
internal sealed class ListValue(List<object?> items) : ItemsValue
{
    public override IList<object?> Items => items;

    public List<object?> List => items;
}

/// <summary>A lazy sequence, evaluated when and as often as in C#.</summary>
internal sealed class SequenceValue(IEnumerable<object?> items)
{
    public IEnumerable<object?> Items => items;
}

/// <summary>A tuple; immutable here, since assignment to its fields is refused.</summary>
internal sealed record TupleValue(EquatableArray<object?> Items);

/// <summary>An instance of a record that the project declares.</summary>
internal sealed record RecordValue(INamedTypeSymbol Type, Dictionary<string, object?> Properties);

/// <summary>A System.Index.</summary>
internal sealed record IndexValue(int Value, bool FromEnd)
{
    public int In(int length) => FromEnd ? length - Value : Value;
}

/// <summary>A System.Range.</summary>
internal sealed record RangeValue(IndexValue Start, IndexValue End);

/// <summary>A lambda or a method as a delegate, with the variables it sees.</summary>
internal sealed record FunctionValue(IMethodSymbol Method, IOperation? Body, Frame? Outer);

/// <summary>A variable.</summary>
internal sealed class Cell(object? value)
{
    public object? Value { get; set; } = value;
}

/// <summary>The variables of one call.</summary>
internal sealed class Frame(IMethodSymbol method, Frame? outer, object? self)
{
    private Dictionary<ISymbol, Cell> _cells = new(SymbolEqualityComparer.Default);

    public IMethodSymbol Method => method;

    /// <summary>The call whose variables a local function or lambda sees.</summary>
    public Frame? Outer => outer;

    public object? Self => self ?? outer?.Self;

    /// <summary>What <c>?.</c> is applied to.</summary>
    public Stack<object?> Receivers { get; } = new();

    public object? Result { get; set; }

    /// <summary>Makes a new variable, also where the same declaration runs again, as in loops.</summary>
    public void Declare(ISymbol symbol, Cell cell) => _cells[symbol] = cell;

    public Cell? Find(ISymbol symbol) => _cells.TryGetValue(symbol, out Cell? cell) ? cell : outer?.Find(symbol);

    /// <summary>The same variables, but not those declared anew later: what a lambda captures.</summary>
    public Frame Capture() => new(method, outer?.Capture(), self) { _cells = new(_cells, SymbolEqualityComparer.Default) };
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
    Return,
}
