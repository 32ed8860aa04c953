using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Definition.Library;

namespace ModelGen.Generator.Language.Definition;

// What expressions evaluate to. Numbers, truth, characters and strings are themselves, boxed; null is null. The rest is here.

/// <summary>A symbolic tensor: a value of the graph.</summary>
internal sealed record TensorValue(int Id, Shape Shape);

/// <summary>A Pair (two numbers) or a Border (four).</summary>
internal sealed record SizesValue(EquatableArray<int> Numbers);

/// <summary>A member of an enum, or a number cast to one.</summary>
internal sealed record EnumValue(INamedTypeSymbol Type, object Number)
{
    public bool Equals(EnumValue? other) =>
        other is not null && Number.Equals(other.Number) && SymbolEqualityComparer.Default.Equals(Type, other.Type);

    public override int GetHashCode() => Number.GetHashCode();

    /// <summary>For messages: the member's name, or the number.</summary>
    public override string ToString() => EnumText.Of(this, null) ?? Arithmetic.Text(Number);
}

/// <summary>An array, span or list: a reference, as in C#.</summary>
/// <param name="elementType">What it holds; null where nobody asked yet, and nobody can tell.</param>
internal abstract class ItemsValue(ITypeSymbol? elementType)
{
    public abstract IList<object?> Items { get; }

    public ITypeSymbol? ElementType => elementType;
}

/// <summary>An array.</summary>
internal sealed class ArrayValue(object?[] items, ITypeSymbol? elementType) : ItemsValue(elementType)
{
    public override IList<object?> Items => items;
}

/// <summary>A <c>List</c>.</summary>
internal sealed class ListValue(List<object?> items, ITypeSymbol? elementType) : ItemsValue(elementType)
{
    public override IList<object?> Items => items;

    public List<object?> List => items;
}

/// <summary>A span: a view of the items of an array.</summary>
internal sealed class SpanValue(ArraySegment<object?> items, ITypeSymbol? elementType) : ItemsValue(elementType)
{
    public override IList<object?> Items => items;

    /// <summary>A view of all items; of no array, of none.</summary>
    public static SpanValue Of(ItemsValue? items, ITypeSymbol? elementType) => Of(items, elementType, 0, items?.Items.Count ?? 0);

    /// <summary>A view of some items.</summary>
    public static SpanValue Of(ItemsValue? items, ITypeSymbol? elementType, int start, int length) => items?.Items switch
    {
        ArraySegment<object?> segment => new(new ArraySegment<object?>(segment.Array!, segment.Offset + start, length), elementType),
        object?[] array => new(new ArraySegment<object?>(array, start, length), elementType),
        _ => new(new ArraySegment<object?>([]), elementType),
    };
}

/// <summary>A lazy sequence, evaluated when and as often as in C#.</summary>
/// <param name="depth">How many sequences it is made of, one asking the other for its items.</param>
internal sealed class SequenceValue(IEnumerable<object?> items, ITypeSymbol? elementType, int depth)
{
    public int Depth => depth;

    /// <summary>True where enumerating calls lambdas, of which it can be seen how often.</summary>
    public bool RunsCode { get; set; }

    public IEnumerable<object?> Items => items;

    public ITypeSymbol? ElementType => elementType;
}

/// <summary>A tuple; immutable here, since assignment to its fields is refused.</summary>
/// <param name="type">Its type; null where only its items are known.</param>
internal sealed class TupleValue(EquatableArray<object?> items, INamedTypeSymbol? type = null)
{
    public EquatableArray<object?> Items => items;

    public INamedTypeSymbol? Type => type;
}

/// <summary>An instance of a record that the project declares.</summary>
internal sealed class RecordValue(INamedTypeSymbol type)
{
    public INamedTypeSymbol Type => type;

    /// <summary>What its fields and properties store, by name.</summary>
    public Dictionary<string, object?> Stored { get; } = new(StringComparer.Ordinal);

    /// <summary>True while it is made: later nothing is assigned to it.</summary>
    public bool IsOpen { get; set; }
}

/// <summary>A System.Index.</summary>
internal sealed record IndexValue(int Value, bool FromEnd)
{
    public int In(int length) => FromEnd ? length - Value : Value;
}

/// <summary>A System.Range.</summary>
internal sealed record RangeValue(IndexValue Start, IndexValue End);

/// <summary>A lambda or a method as a delegate, with the variables it sees.</summary>
internal sealed class FunctionValue(IMethodSymbol method, IOperation? body, Frame outer)
{
    public IMethodSymbol Method => method;

    /// <summary>Of a lambda; null for a method.</summary>
    public IOperation? Body => body;

    public Frame Outer => outer;

    /// <summary>The object whose method it is, or the first argument of an extension method.</summary>
    public object? Self { get; set; }

    /// <summary>Where a method was named.</summary>
    public IOperation? Place { get; set; }

    /// <summary>The delegate's type, where it is known.</summary>
    public ITypeSymbol? Type { get; set; }
}

/// <summary>A variable.</summary>
internal class Cell(object? value)
{
    public virtual object? Value { get; set; } = value;
}

/// <summary>An element of an array or span as a variable.</summary>
internal sealed class ElementCell(Func<object?> get, Action<object?> set) : Cell(null)
{
    public override object? Value
    {
        get => get();
        set => set(value);
    }
}

/// <summary>The variables of one call.</summary>
internal sealed class Frame(IMethodSymbol method, Frame? outer, object? self)
{
    private Dictionary<ISymbol, Cell> _cells = new(SymbolEqualityComparer.Default);

    public IMethodSymbol Method => method;

    /// <summary>The call whose variables a local function or lambda sees.</summary>
    public Frame? Outer => outer;

    public object? Self => self ?? outer?.Self;

    /// <summary>What the type parameters of a generic method or type stand for; null where there are none.</summary>
    public Dictionary<ISymbol, ITypeSymbol>? Types { get; set; }

    /// <summary>True where types may have to be substituted.</summary>
    public bool IsGeneric => Types is not null || outer?.IsGeneric == true;

    /// <summary>What <c>?.</c> is applied to.</summary>
    public Stack<object?> Receivers { get; } = new();

    public object? Result { get; set; }

    /// <summary>Makes a new variable, also where the same declaration runs again, as in loops.</summary>
    public void Declare(ISymbol symbol, Cell cell) => _cells[symbol] = cell;

    public Cell? Find(ISymbol symbol) => _cells.TryGetValue(symbol, out Cell? cell) ? cell : outer?.Find(symbol);

    public ITypeSymbol? Find(ITypeParameterSymbol parameter) =>
        Types is not null && Types.TryGetValue(parameter, out ITypeSymbol? type) ? type : outer?.Find(parameter);

    /// <summary>The same variables, but not those declared anew later: what a lambda captures.</summary>
    /// <summary>How many variables that copies.</summary>
    public int CapturedCount => _cells.Count + (outer?.CapturedCount ?? 0);

    public Frame Capture() => new(method, outer?.Capture(), self) { _cells = new(_cells, SymbolEqualityComparer.Default), Types = Types };
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
    Return,
}
