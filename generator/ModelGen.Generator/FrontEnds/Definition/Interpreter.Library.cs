using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds.Definition;

/// <summary>The methods of .NET that definitions may call. Sequences are lazy, as they are in .NET, since the order of layers depends on it.</summary>
internal sealed partial class Interpreter
{
    private object? InvokeLibrary(IInvocationOperation invocation, object? instance)
    {
        IMethodSymbol method = (invocation.TargetMethod.ReducedFrom ?? invocation.TargetMethod).OriginalDefinition;
        object?[] arguments = [.. invocation.Arguments.OrderBy(a => a.Parameter!.Ordinal).Select(a => a.Parameter!.RefKind == RefKind.Out ? throw NotUnderstood(a) : Evaluate(a.Value))];
        if (!method.IsStatic && instance is null && invocation.Instance?.Type?.OriginalDefinition.SpecialType != SpecialType.System_Nullable_T)
            throw Fails(invocation.Syntax, $"{method.Name} is called on null");
        string space = method.ContainingNamespace.ToDisplayString();
        bool isSystem = space == "System" || space.StartsWith("System.", StringComparison.Ordinal);
        try
        {
            (bool isKnown, object? result) = !isSystem && space != "ModelGen" ? (false, null) : method.ContainingType.Name switch
            {
                "Math" => Known(Mathematics(method.Name, arguments)),
                "Enumerable" => Linq(method.Name, arguments, invocation.Syntax),
                _ when instance is ListValue list => OnList(list, method.Name, arguments, invocation.Syntax),
                "Array" or "MemoryExtensions" => OnArray(method.Name, arguments, invocation.Syntax),
                "String" when method.IsStatic => OnString(method.Name, arguments, invocation.Syntax),
                _ when instance is string self => Known(OnText(self, method.Name, arguments)),
                _ when method.Name == "ToString" && instance is not null => Known(TextOf(instance, arguments.OfType<string>().FirstOrDefault(), invocation)),
                _ when method.Name == "GetValueOrDefault" => (true, instance ?? (arguments.Length > 0 ? arguments[0] : DefaultOf(invocation.Type, invocation))),
                _ when method.Name == "Equals" && arguments.Length == 1 && instance is string or int or bool or EnumValue => (true, Arithmetic.AreEqual(instance, arguments[0])),
                _ when method.Name == "CompareTo" && instance is int a && arguments.FirstOrDefault() is int b => (true, a.CompareTo(b)),
                "ArgumentNullException" when method.Name == "ThrowIfNull" && arguments.FirstOrDefault() is not null => (true, null),
                _ => (false, null),
            };
            if (isKnown)
                return method.Name == "Sum" && invocation.Type is { } sum ? ConvertItem(result, sum) : result is string text ? Limit(text, invocation.Syntax) : result;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException or ArithmeticException or FormatException or NullReferenceException or InvalidCastException)
        {
            throw Fails(invocation.Syntax, $"{method.ContainingType.Name}.{method.Name} throws {e.GetType().Name} for these arguments");
        }
        if (isSystem)
            throw Refuse(invocation, $"{method.ContainingType.Name}.{method.Name} is not understood in a definition; write a static method of this project that does it");
        throw NoSource(method, invocation.Syntax);
    }

    // Every method that can answer null says so itself; here null means that there is no such method.
    private static (bool IsKnown, object? Result) Known(object? result) => (result is not null, result);

    // To match on: the name, how many arguments, and the first three.
    private static (string Name, int Count, object? First, object? Second, object? Third) Signature(string name, object?[] arguments) =>
        (name, arguments.Length, arguments.ElementAtOrDefault(0), arguments.ElementAtOrDefault(1), arguments.ElementAtOrDefault(2));

    private static object? Mathematics(string name, object?[] arguments) => Signature(name, arguments) switch
    {
        ("Max", 2, int a, int b, _) => Math.Max(a, b),
        ("Max", 2, long a, long b, _) => Math.Max(a, b),
        ("Max", 2, float a, float b, _) => Math.Max(a, b),
        ("Max", 2, double a, double b, _) => Math.Max(a, b),
        ("Min", 2, int a, int b, _) => Math.Min(a, b),
        ("Min", 2, long a, long b, _) => Math.Min(a, b),
        ("Min", 2, float a, float b, _) => Math.Min(a, b),
        ("Min", 2, double a, double b, _) => Math.Min(a, b),
        ("Clamp", 3, int a, int low, int high) when low <= high => Math.Min(Math.Max(a, low), high),
        ("Abs", 1, int a, _, _) => Math.Abs(a),
        ("Abs", 1, long a, _, _) => Math.Abs(a),
        ("Abs", 1, float a, _, _) => Math.Abs(a),
        ("Abs", 1, double a, _, _) => Math.Abs(a),
        ("Sign", 1, int a, _, _) => Math.Sign(a),
        ("Sign", 1, double a, _, _) => Math.Sign(a),
        ("Ceiling", 1, double a, _, _) => Math.Ceiling(a),
        ("Floor", 1, double a, _, _) => Math.Floor(a),
        ("Truncate", 1, double a, _, _) => Math.Truncate(a),
        ("Round", 1, double a, _, _) => Math.Round(a),
        ("Round", 2, double a, int digits, _) => Math.Round(a, digits),
        ("Round", 2, double a, EnumValue mode, _) when mode.Number is 0 or 1 => Math.Round(a, (MidpointRounding)(int)mode.Number),
        ("Sqrt", 1, double a, _, _) => Math.Sqrt(a),
        ("Pow", 2, double a, double b, _) => Math.Pow(a, b),
        ("Log", 1, double a, _, _) => Math.Log(a),
        ("Log2", 1, double a, _, _) => Math.Log(a, 2),
        ("Log10", 1, double a, _, _) => Math.Log10(a),
        ("Exp", 1, double a, _, _) => Math.Exp(a),
        ("DivRem", 2, int a, int b, _) => new TupleValue([(object?)(a / b), a % b]),
        _ => null,
    };

    private static object? OnText(string text, string name, object?[] arguments) => Signature(name, arguments) switch
    {
        ("ToString", 0, _, _, _) => text,
        ("ToUpperInvariant", 0, _, _, _) => text.ToUpperInvariant(),
        ("ToLowerInvariant", 0, _, _, _) => text.ToLowerInvariant(),
        ("Trim", 0, _, _, _) => text.Trim(),
        ("StartsWith", 1, string s, _, _) => text.StartsWith(s, StringComparison.Ordinal),
        ("StartsWith", 2, string s, EnumValue { Number: 4 }, _) => text.StartsWith(s, StringComparison.Ordinal),
        ("EndsWith", 1, string s, _, _) => text.EndsWith(s, StringComparison.Ordinal),
        ("EndsWith", 2, string s, EnumValue { Number: 4 }, _) => text.EndsWith(s, StringComparison.Ordinal),
        ("Contains", 1, string s, _, _) => text.Contains(s),
        ("Contains", 2, string s, EnumValue { Number: 4 }, _) => text.Contains(s),
        ("IndexOf", 2, string s, EnumValue { Number: 4 }, _) => text.IndexOf(s, StringComparison.Ordinal),
        ("IndexOf", 1, char c, _, _) => text.IndexOf(c),
        ("Replace", 2, string a, string b, _) => text.Replace(a, b),
        ("Replace", 3, string a, string b, EnumValue { Number: 4 }) => text.Replace(a, b),
        ("Replace", 2, char a, char b, _) => text.Replace(a, b),
        ("Substring", 1, int start, _, _) => text.Substring(start),
        ("Substring", 2, int start, int length, _) => text.Substring(start, length),
        ("PadLeft", 1, int width, _, _) => text.PadLeft(width),
        ("PadLeft", 2, int width, char c, _) => text.PadLeft(width, c),
        ("PadRight", 1, int width, _, _) => text.PadRight(width),
        ("PadRight", 2, int width, char c, _) => text.PadRight(width, c),
        ("Split", 2, char separator, EnumValue { Number: 0 }, _) => new ArrayValue([.. text.Split(separator)]),
        ("Equals", 1, string s, _, _) => text == s,
        _ => null,
    };

    private (bool IsKnown, object? Result) OnString(string name, object?[] arguments, SyntaxNode place) => Signature(name, arguments) switch
    {
        ("Join", 2, string or char, ItemsValue or SequenceValue, _) =>
            (true, string.Join(Arithmetic.Text(arguments[0]), ItemsOf(arguments[1], place).Select(i => i is ItemsValue or RecordValue ? throw Refuse(place, "only numbers, strings and enums can be joined in a definition") : Arithmetic.Text(i)))),
        ("Concat", 1, ItemsValue or SequenceValue, _, _) => (true, string.Concat(ItemsOf(arguments[0], place).Select(i => Arithmetic.Text(i)))),
        ("Concat", _, _, _, _) when arguments.All(a => a is null or string or int or long or double or bool or char or EnumValue) => (true, string.Concat(arguments.Select(a => Arithmetic.Text(a)))),
        ("IsNullOrEmpty", 1, null or string, _, _) => (true, string.IsNullOrEmpty((string?)arguments[0])),
        ("IsNullOrWhiteSpace", 1, null or string, _, _) => (true, string.IsNullOrWhiteSpace((string?)arguments[0])),
        ("Equals", 2, null or string, null or string, _) => (true, Equals(arguments[0], arguments[1])),
        _ => (false, null),
    };

    private (bool IsKnown, object? Result) OnList(ListValue list, string name, object?[] arguments, SyntaxNode place)
    {
        List<object?> items = list.List;
        switch (Signature(name, arguments))
        {
            case ("Add", 1, var item, _, _):
                items.Add(item);
                return (true, null);
            case ("AddRange", 1, var more, _, _):
                object?[] added = [.. ItemsOf(more, place)];
                Step(place, added.Length);
                items.AddRange(added);
                return (true, null);
            case ("Insert", 2, int index, var item, _):
                items.Insert(index, item);
                return (true, null);
            case ("RemoveAt", 1, int index, _, _):
                items.RemoveAt(index);
                return (true, null);
            case ("Clear", 0, _, _, _):
                items.Clear();
                return (true, null);
            case ("Reverse", 0, _, _, _):
                items.Reverse();
                return (true, null);
            case ("Contains", 1, var item, _, _):
                return (true, items.Any(i => Arithmetic.AreEqual(i, item)));
            case ("IndexOf", 1, var item, _, _):
                return (true, items.FindIndex(i => Arithmetic.AreEqual(i, item)));
            case ("ToArray", 0, _, _, _):
                return (true, new ArrayValue([.. items]));
            case ("GetRange" or "Slice", 2, int start, int count, _):
                return (true, new ListValue(items.GetRange(start, count)));
            default:
                return (false, null);
        }
    }

    private (bool IsKnown, object? Result) OnArray(string name, object?[] arguments, SyntaxNode place)
    {
        switch (Signature(name, arguments))
        {
            case ("Empty", 0, _, _, _):
                return (true, new ArrayValue([]));
            case ("IndexOf", 2, ItemsValue items, var item, _):
                return (true, items.Items.ToList().FindIndex(i => Arithmetic.AreEqual(i, item)));
            case ("Fill", 2, ItemsValue items, var item, _):
                Step(place, items.Items.Count);
                for (int i = 0; i < items.Items.Count; i++)
                    items.Items[i] = item;
                return (true, null);
            case ("Reverse", 1, ItemsValue { Items: object?[] items }, _, _):
                Array.Reverse(items);
                return (true, null);
            case ("AsSpan", 1, ItemsValue items, _, _):
                return (true, items);
            default:
                return (false, null);
        }
    }

    private (bool IsKnown, object? Result) Linq(string name, object?[] arguments, SyntaxNode place)
    {
        if (Signature(name, arguments) is ("Range", 2, int start, int count, _))
        {
            Step(place, Math.Max(count, 0));
            return (true, new SequenceValue(Enumerable.Range(start, count).Select(i => (object?)i)));
        }
        if (Signature(name, arguments) is ("Repeat", 2, var repeated, int times, _))
        {
            Step(place, Math.Max(times, 0));
            return (true, new SequenceValue(Enumerable.Repeat(repeated, times)));
        }
        if (arguments.Length == 0 || arguments[0] is not (ItemsValue or SequenceValue or string))
            return (false, null);
        IEnumerable<object?> items = Counted(ItemsOf(arguments[0], place), place);
        switch (Signature(name, [.. arguments.Skip(1)]))
        {
            case ("ToArray", 0, _, _, _):
                return (true, new ArrayValue([.. items]));
            case ("ToList", 0, _, _, _):
                return (true, new ListValue([.. items]));
            case ("Count", 0, _, _, _):
                return (true, items.Count());
            case ("Any", 0, _, _, _):
                return (true, items.Any());
            case ("First", 0, _, _, _):
                return (true, items.First());
            case ("Last", 0, _, _, _):
                return (true, items.Last());
            case ("Reverse", 0, _, _, _):
                return (true, new SequenceValue(items.Reverse()));
            case ("Sum", 0, _, _, _):
                return (true, Sum(items));
            case ("Sum", 1, FunctionValue f, _, _):
                return (true, Sum(items.Select(i => CallFunction(f, [i], place))));
            case ("Max", 0, _, _, _):
                return (true, Extreme([.. items], Math.Max, Math.Max));
            case ("Min", 0, _, _, _):
                return (true, Extreme([.. items], Math.Min, Math.Min));
            case ("Take", 1, int n, _, _):
                return (true, new SequenceValue(items.Take(n)));
            case ("Skip", 1, int n, _, _):
                return (true, new SequenceValue(items.Skip(n)));
            case ("Append", 1, var last, _, _):
                return (true, new SequenceValue(items.Concat([last])));
            case ("Prepend", 1, var first, _, _):
                return (true, new SequenceValue(new[] { first }.Concat(items)));
            case ("Concat", 1, ItemsValue or SequenceValue, _, _):
                return (true, new SequenceValue(items.Concat(ItemsOf(arguments[1], place))));
            case ("Zip", 1, ItemsValue or SequenceValue, _, _):
                return (true, new SequenceValue(items.Zip(ItemsOf(arguments[1], place), (a, b) => (object?)new TupleValue([a, b]))));
            case ("Contains", 1, var item, _, _):
                return (true, items.Any(i => Arithmetic.AreEqual(i, item)));
            case ("Select", 1, FunctionValue { Method.Parameters.Length: 1 } f, _, _):
                return (true, new SequenceValue(items.Select(i => CallFunction(f, [i], place))));
            case ("Select", 1, FunctionValue f, _, _):
                return (true, new SequenceValue(items.Select((item, i) => CallFunction(f, [item, i], place))));
            case ("Where", 1, FunctionValue { Method.Parameters.Length: 1 } f, _, _):
                return (true, new SequenceValue(items.Where(i => CallFunction(f, [i], place) is true)));
            case ("Any", 1, FunctionValue f, _, _):
                return (true, items.Any(i => CallFunction(f, [i], place) is true));
            case ("All", 1, FunctionValue f, _, _):
                return (true, items.All(i => CallFunction(f, [i], place) is true));
            case ("Aggregate", 2, var seed, FunctionValue f, _):
                return (true, items.Aggregate(seed, (sum, item) => CallFunction(f, [sum, item], place)));
            default:
                return (false, null);
        }
    }

    private IEnumerable<object?> Counted(IEnumerable<object?> items, SyntaxNode place)
    {
        foreach (object? item in items)
        {
            Step(place);
            yield return item;
        }
    }

    private static object Extreme(object?[] items, Func<int, int, int> ofInts, Func<double, double, double> ofReals) =>
        items.All(i => i is int) ? items.Select(i => (int)i!).Aggregate(ofInts) : (object)items.Select(i => (double)i!).Aggregate(ofReals);

    private static object Sum(IEnumerable<object?> items)
    {
        object sum = 0;
        foreach (object? item in items)
        {
            sum = (sum, item) switch
            {
                // As an object: the arms' common type would be double.
                (int a, int b) => (object)checked(a + b),
                (int a, long b) => a + b,
                (long a, long b) => checked(a + b),
                (int a, double b) => a + b,
                (double a, double b) => a + b,
                _ => throw new InvalidCastException(),
            };
        }
        return sum;
    }
}
