using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition.Library;

internal static partial class LibraryTable
{
    // LINQ. Sequences are lazy, as they are in .NET, since the order of layers depends on it.
    private static void AddSequences()
    {
        Add("Enumerable.Range(int, int)", c =>
        {
            c.Charge(c.Int(1));
            return Lazy(c, c.Special(SpecialType.System_Int32), Enumerable.Range(c.Int(0), c.Int(1)).Select(i => (object?)i));
        });
        Add("Enumerable.Repeat<T>(T, int)", c =>
        {
            c.Charge(c.Int(1));
            return Lazy(c, c.TypeArgument(0), Enumerable.Repeat(c[0], c.Int(1)));
        });
        Add("Enumerable.Empty<T>()", c => new ArrayValue([], c.TypeArgument(0)));
        Query("ToArray<T>(IEnumerable<T>)", c => new ArrayValue([.. c.Items(0)], c.TypeArgument(0)));
        Query("ToList<T>(IEnumerable<T>)", c => new ListValue([.. c.Items(0)], c.TypeArgument(0)));
        Query("AsEnumerable<T>(IEnumerable<T>)", c => c[0]);
        Query("Count<T>(IEnumerable<T>)", c => c[0] is ItemsValue { Items.Count: var count } ? count : c.Items(0).Count());
        Query("Count<T>(IEnumerable<T>, Func<T, bool>)", c => c.Items(0).Count(i => c.Truth(1, i)));
        Query("Any<T>(IEnumerable<T>)", c => c.SettledItems(0).Any());
        Query("Any<T>(IEnumerable<T>, Func<T, bool>)", c => c.Items(0).Any(i => c.Truth(1, i)));
        Query("All<T>(IEnumerable<T>, Func<T, bool>)", c => c.Items(0).All(i => c.Truth(1, i)));
        Query("First<T>(IEnumerable<T>)", c => c.Items(0).First());
        Query("First<T>(IEnumerable<T>, Func<T, bool>)", c => c.Items(0).First(i => c.Truth(1, i)));
        Query("FirstOrDefault<T>(IEnumerable<T>)", c => c.Items(0).DefaultIfEmpty(c.Default(c.TypeArgument(0))).First());
        Query("FirstOrDefault<T>(IEnumerable<T>, Func<T, bool>)",
            c => c.Items(0).Where(i => c.Truth(1, i)).DefaultIfEmpty(c.Default(c.TypeArgument(0))).First());
        Query("Last<T>(IEnumerable<T>)", c => c[0] is ItemsValue { Items: { Count: > 0 } items }
            ? items[items.Count - 1] : c.SettledItems(0).Last());
        Query("Single<T>(IEnumerable<T>)", c => c.Items(0).Single());
        Query("ElementAt<T>(IEnumerable<T>, int)", c => c.Int(1) < 0
            ? throw new ArgumentOutOfRangeException(nameof(c)) : c.SettledItems(0).ElementAt(c.Int(1)));
        Query("Contains<T>(IEnumerable<T>, T)", c => c.Items(0).Any(i => c.AreEqual(i, c[1])));
        Query("SequenceEqual<T>(IEnumerable<T>, IEnumerable<T>)", SequenceEqual);
        Query("Reverse<T>(IEnumerable<T>)", c => Lazy(c, c.TypeArgument(0), c.SettledItems(0).Reverse()));
        Query("Reverse<T>(T[])", c => Lazy(c, c.TypeArgument(0), c.SettledItems(0).Reverse()));
        Query("Take<T>(IEnumerable<T>, int)", c => Lazy(c, c.TypeArgument(0), c.Items(0).Take(c.Int(1))));
        Query("Skip<T>(IEnumerable<T>, int)", c => Lazy(c, c.TypeArgument(0), c.SettledItems(0).Skip(c.Int(1))));
        Query("TakeWhile<T>(IEnumerable<T>, Func<T, bool>)", c => Lazy(c, c.TypeArgument(0), c.Items(0).TakeWhile(i => c.Truth(1, i))));
        Query("SkipWhile<T>(IEnumerable<T>, Func<T, bool>)", c => Lazy(c, c.TypeArgument(0), c.Items(0).SkipWhile(i => c.Truth(1, i))));
        Query("Append<T>(IEnumerable<T>, T)", c => Lazy(c, c.TypeArgument(0), c.Items(0).Concat([c[1]])));
        Query("Prepend<T>(IEnumerable<T>, T)", c => Lazy(c, c.TypeArgument(0), new[] { c[1] }.Concat(c.Items(0))));
        Query("Concat<T>(IEnumerable<T>, IEnumerable<T>)", c => Lazy(c, c.TypeArgument(0), c.Items(0).Concat(c.Items(1))));
        Query("Zip<T, U>(IEnumerable<T>, IEnumerable<U>)",
            c => Lazy(c, null, c.Items(0).Zip(c.Items(1), (a, b) => (object?)new TupleValue([a, b]))));
        Query("Zip<T, U, R>(IEnumerable<T>, IEnumerable<U>, Func<T, U, R>)",
            c => Lazy(c, c.TypeArgument(2), c.Items(0).Zip(c.Items(1), (a, b) => c.Call(2, a, b))));
        Query("Select<T, R>(IEnumerable<T>, Func<T, R>)", c => Lazy(c, c.TypeArgument(1), c.Items(0).Select(i => c.Call(1, i))));
        Query("Select<T, R>(IEnumerable<T>, Func<T, int, R>)",
            c => Lazy(c, c.TypeArgument(1), c.Items(0).Select((item, i) => c.Call(1, item, i))));
        Query("SelectMany<T, R>(IEnumerable<T>, Func<T, IEnumerable<R>>)",
            c => Lazy(c, c.TypeArgument(1), c.Items(0).SelectMany(i => c.Enumerate(c.Call(1, i)))));
        Query("Where<T>(IEnumerable<T>, Func<T, bool>)", c => Lazy(c, c.TypeArgument(0), c.Items(0).Where(i => c.Truth(1, i))));
        Query("Where<T>(IEnumerable<T>, Func<T, int, bool>)",
            c => Lazy(c, c.TypeArgument(0), c.Items(0).Where((item, i) => c.Truth(1, item, i))));
        Query("Aggregate<T>(IEnumerable<T>, Func<T, T, T>)", c => c.Items(0).Aggregate((sum, item) => c.Call(1, sum, item)));
        Query("Aggregate<T, A>(IEnumerable<T>, A, Func<A, T, A>)", c => c.Items(0).Aggregate(c[1], (sum, item) => c.Call(2, sum, item)));
        Query("OrderBy<T, K>(IEnumerable<T>, Func<T, K>)",
            c => Lazy(c, c.TypeArgument(0), c.Items(0).OrderBy(i => c.Call(1, i), new Order(c))));
        Query("OrderByDescending<T, K>(IEnumerable<T>, Func<T, K>)",
            c => Lazy(c, c.TypeArgument(0), c.Items(0).OrderByDescending(i => c.Call(1, i), new Order(c))));
        Query("Distinct<T>(IEnumerable<T>)", c => Lazy(c, c.TypeArgument(0), Distinct(c)));
    }

    private static void Query(string signature, Func<LibraryCall, object?> does) => Add("Enumerable." + signature, c =>
    {
        // A delegate or second sequence that is null is found at the call, not when the result is enumerated.
        for (int i = 0; i < c.Count; i++)
        {
            if (c[i] is null && c.IsReference(i))
                throw new ArgumentNullException(nameof(signature));
        }
        return does(c);
    });

    private static SequenceValue Lazy(LibraryCall c, ITypeSymbol? type, IEnumerable<object?> items) => c.Sequence(items, type);

    private static object SequenceEqual(LibraryCall c)
    {
        using IEnumerator<object?> left = c.Items(0).GetEnumerator();
        using IEnumerator<object?> right = c.Items(1).GetEnumerator();
        while (left.MoveNext())
        {
            if (!(right.MoveNext() && c.AreEqual(left.Current, right.Current)))
                return false;
        }
        return !right.MoveNext();
    }

    private static IEnumerable<object?> Distinct(LibraryCall c)
    {
        var seen = new List<object?>();
        foreach (object? item in c.Items(0))
        {
            c.Charge(seen.Count);
            if (seen.Exists(s => c.AreEqual(s, item)))
                continue;
            seen.Add(item);
            yield return item;
        }
    }

    /// <summary>The order of numbers, characters and enums; that of texts is their culture's.</summary>
    private sealed class Order(LibraryCall call) : IComparer<object?>
    {
        public int Compare(object? a, object? b) => (a is EnumValue x ? x.Number : a, b is EnumValue y ? y.Number : b) switch
        {
            (null, null) => 0,
            (null, _) => -1,
            (_, null) => 1,
            (IComparable left and not string, { } right) when left.GetType() == right.GetType() => left.CompareTo(right),
            _ => throw call.Refuse("the order of these values is not understood in a definition; order by a number"),
        };
    }
}
