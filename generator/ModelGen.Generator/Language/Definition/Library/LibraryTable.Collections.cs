using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition.Library;

internal static partial class LibraryTable
{
    // Arrays, spans and lists. What moves or looks through items is charged by their number.
    private static void AddCollections()
    {
        Add("List<T>()", c => new ListValue([], c.TypeArgument(0)));
        Add("List<T>(int)", c => c.Int(0) < 0 ? throw new ArgumentOutOfRangeException(nameof(c)) : new ListValue([], c.TypeArgument(0)));
        Add("List<T>(IEnumerable<T>)", c => new ListValue([.. c.Items(0)], c.TypeArgument(0)));
        Add("List<T>.Count", c => c.List(0).Count);
        Add("List<T>.Add(T)", c => Nothing(() => c.Growing(0).Add(c[1])));
        Add("List<T>.AddRange(IEnumerable<T>)", c => Insert(c, c.Growing(0).Count, 1));
        Add("List<T>.InsertRange(int, IEnumerable<T>)", c => Insert(c, c.Int(1), 2));
        Add("List<T>.Insert(int, T)", c => Nothing(() => Moved(c).Insert(c.Int(1), c[2])));
        Add("List<T>.RemoveAt(int)", c => Nothing(() => Moved(c).RemoveAt(c.Int(1))));
        Add("List<T>.RemoveRange(int, int)", c => Nothing(() => Moved(c).RemoveRange(c.Int(1), c.Int(2))));
        Add("List<T>.Remove(T)", c =>
        {
            int index = IndexOf(c, c.Growing(0), c[1]);
            if (index >= 0)
                Moved(c).RemoveAt(index);
            return index >= 0;
        });
        Add("List<T>.Clear()", c => Nothing(() => Moved(c).Clear()));
        Add("List<T>.Reverse()", c => Nothing(() => Moved(c).Reverse()));
        Add("List<T>.Contains(T)", c => IndexOf(c, c.List(0), c[1]) >= 0);
        Add("List<T>.IndexOf(T)", c => IndexOf(c, c.List(0), c[1]));
        Add("List<T>.ToArray()", c => new ArrayValue([.. Moved(c)], c.TypeArgument(0)));
        Add("List<T>.GetRange(int, int)", c => new ListValue(Moved(c).GetRange(c.Int(1), c.Int(2)), c.TypeArgument(0)));
        Add("List<T>.Slice(int, int)", c => new ListValue(Moved(c).GetRange(c.Int(1), c.Int(2)), c.TypeArgument(0)));
        foreach (string type in new[] { "ICollection", "IReadOnlyCollection" })
            Add($"{type}<T>.Count", c => c.List(0).Count);
        Add("ICollection<T>.Contains(T)", c => IndexOf(c, c.List(0), c[1]) >= 0);
        // An array has the method too, and throws.
        Add("ICollection<T>.Add(T)", c => Nothing(() => c.Growing(0).Add(c[1])));
        Add("IList<T>.IndexOf(T)", c => IndexOf(c, c.List(0), c[1]));

        Add("Array.Length", c => c.List(0).Count);
        Add("Array.LongLength", c => (long)c.List(0).Count);
        Add("Array.Empty<T>()", c => new ArrayValue([], c.TypeArgument(0)));
        Add("Array.IndexOf<T>(T[], T)", c => IndexOf(c, c.List(0), c[1]));
        Add("Array.Fill<T>(T[], T)", c => Fill(c));
        Add("Array.Reverse<T>(T[])", c => Reverse(c));
        Add("Array.Reverse(Array)", c => Reverse(c));
        Add("Array.Clone()", c => new ArrayValue([.. c.Items(0)], c.Get<ItemsValue>(0).ElementType));

        foreach (string type in new[] { "Span", "ReadOnlySpan" })
        {
            Add($"{type}<T>.Length", c => c.List(0).Count);
            Add($"{type}<T>.IsEmpty", c => c.List(0).Count == 0);
            Add($"{type}<T>.Slice(int)", c => View(c, c.Int(1), c.List(0).Count - c.Int(1)));
            Add($"{type}<T>.Slice(int, int)", c => View(c, c.Int(1), c.Int(2)));
            Add($"{type}<T>.ToArray()", c => new ArrayValue([.. c.Items(0)], c.TypeArgument(0)));
            Add($"{type}<T>(T[])", c => SpanValue.Of(c.Get<ItemsValue?>(0), c.TypeArgument(0)));
            Add($"MemoryExtensions.Contains<T>({type}<T>, T)", c => IndexOf(c, c.List(0), c[1]) >= 0);
            Add($"MemoryExtensions.IndexOf<T>({type}<T>, T)", c => IndexOf(c, c.List(0), c[1]));
        }
        Add("Span<T>.Fill(T)", Fill);
        Add("Span<T>.Clear()", c => Nothing(() =>
        {
            c.Charge(c.List(0).Count);
            object? empty = c.Default(c.TypeArgument(0));
            for (int i = 0; i < c.List(0).Count; i++)
                c.List(0)[i] = empty;
        }));
        Add("MemoryExtensions.Reverse<T>(Span<T>)", Reverse);
        Add("MemoryExtensions.AsSpan<T>(T[])", c => SpanValue.Of(c.Get<ItemsValue?>(0), c.TypeArgument(0)));
        Add("MemoryExtensions.AsSpan<T>(T[], int)", c => View(c, c.Int(1), c.List(0).Count - c.Int(1)));
        Add("MemoryExtensions.AsSpan<T>(T[], int, int)", c => View(c, c.Int(1), c.Int(2)));
    }

    private static object? Nothing(Action does)
    {
        does();
        return null;
    }

    private static List<object?> Moved(LibraryCall c)
    {
        List<object?> items = c.Growing(0);
        c.Charge(items.Count);
        return items;
    }

    private static object? Insert(LibraryCall c, int at, int argument)
    {
        c.Charge(c.Growing(0).Count - at);
        c.Growing(0).InsertRange(at, [.. c.Items(argument)]);
        return null;
    }

    private static int IndexOf(LibraryCall c, IList<object?> items, object? item)
    {
        for (int i = 0; i < items.Count; i++)
        {
            c.Charge(1);
            if (c.AreEqual(items[i], item))
                return i;
        }
        return -1;
    }

    private static object? Fill(LibraryCall c)
    {
        IList<object?> items = c.List(0);
        c.Charge(items.Count);
        for (int i = 0; i < items.Count; i++)
            items[i] = c[1];
        return null;
    }

    private static object? Reverse(LibraryCall c)
    {
        IList<object?> items = c.List(0);
        c.Charge(items.Count);
        for (int i = 0; i < items.Count / 2; i++)
            (items[i], items[items.Count - 1 - i]) = (items[items.Count - 1 - i], items[i]);
        return null;
    }

    private static SpanValue View(LibraryCall c, int start, int length) => start < 0 || length < 0 || start > c.List(0).Count - length
        ? throw new ArgumentOutOfRangeException(nameof(start))
        : SpanValue.Of(c.Get<ItemsValue>(0), c.TypeArgument(0), start, length);
}
