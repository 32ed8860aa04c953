namespace ModelGen.Generator.Language.Definition.Library;

internal static partial class LibraryTable
{
    private static void AddSequencesOfNumbers()
    {
        Numeric<int, double>(Enumerable.Sum, Enumerable.Max, Enumerable.Min, Enumerable.Average);
        Numeric<long, double>(Enumerable.Sum, Enumerable.Max, Enumerable.Min, Enumerable.Average);
        Numeric<float, float>(Enumerable.Sum, Enumerable.Max, Enumerable.Min, Enumerable.Average);
        Numeric<double, double>(Enumerable.Sum, Enumerable.Max, Enumerable.Min, Enumerable.Average);
        Query("Max<T>(IEnumerable<T>)", c => Extreme(c, c.Items(0), 1));
        Query("Min<T>(IEnumerable<T>)", c => Extreme(c, c.Items(0), -1));
        Query("Max<T, R>(IEnumerable<T>, Func<T, R>)", c => Extreme(c, c.Items(0).Select(i => c.Call(1, i)), 1));
        Query("Min<T, R>(IEnumerable<T>, Func<T, R>)", c => Extreme(c, c.Items(0).Select(i => c.Call(1, i)), -1));
    }

    // The real methods, which say how sums of floats round and what comes of NaN.
    private static void Numeric<T, A>(
        Func<IEnumerable<T>, T> sum, Func<IEnumerable<T>, T> max, Func<IEnumerable<T>, T> min, Func<IEnumerable<T>, A> average)
    {
        Both("Sum", items => sum(items));
        Both("Max", items => max(items));
        Both("Min", items => min(items));
        Both("Average", items => average(items));

        void Both(string name, Func<IEnumerable<T>, object?> does)
        {
            Query($"{name}(IEnumerable<{Name<T>()}>)", c => does(c.Items(0).Cast<T>()));
            Query($"{name}<T>(IEnumerable<T>, Func<T, {Name<T>()}>)", c => does(c.Items(0).Select(i => (T)c.Call(1, i)!)));
        }
    }

    private static object? Extreme(LibraryCall c, IEnumerable<object?> items, int sign)
    {
        object?[] all = [.. items];
        if (all.Length == 0)
            throw new InvalidOperationException("no items");
        if (all.Any(i => i is float or double))
            throw c.Refuse("the largest of these is not understood in a definition; convert to one type of number");
        var order = new Order(c);
        return all.Aggregate((best, next) => order.Compare(next, best) * sign > 0 ? next : best);
    }
}
