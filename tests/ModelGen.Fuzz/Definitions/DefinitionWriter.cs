using System.Globalization;
using System.Text;

namespace ModelGen.Fuzz.Definitions;

/// <summary>
/// Writes random programs over the C# that definitions may use, and a little beyond it. A program computes values of many types and logs
/// them, so that every value counts; it always ends. This file: the program as a whole.
/// </summary>
internal sealed partial class DefinitionWriter(Random random)
{
    private readonly StringBuilder _text = new();
    private readonly List<Variable> _scope = [];
    private readonly List<Method> _methods = [];
    private readonly List<CodeType> _enums = [];
    private readonly List<CodeType> _records = [];

    /// <summary>An enum's members; a record's properties.</summary>
    private readonly Dictionary<string, string[]> _members = [];

    /// <summary>How many of a record's properties are its parameters.</summary>
    private readonly Dictionary<string, int> _positional = [];

    /// <summary>Whether the log is in scope.</summary>
    private bool _logs;

    /// <summary>Whether what definitions cannot do may occur: a program in six.</summary>
    private bool _isBeyond;

    private int _names;
    private int _loops;
    private int _budget;

    /// <summary>A program of a class P, whose method Run gives the log.</summary>
    public static string Write(Random random) => ProgramRepair.Repair(new DefinitionWriter(random).Program());

    private string Program()
    {
        _isBeyond = Chance(6);
        string language = Pick("12", "14");
        for (int i = random.Next(1, 3); i > 0; i--)
            Enum();
        string types = Take();
        for (int i = random.Next(3); i > 0; i--)
            Record(language);
        types += Take();
        for (int i = random.Next(4); i > 0; i--)
            StaticMember();
        for (int i = random.Next(4); i > 0; i--)
            StaticMethod();
        string members = Take();
        _logs = true;
        int before = _scope.Count;
        _budget = random.Next(6, 16);
        Line("var r = new List<object?>();");
        while (_budget > 0)
            Statement(3);
        foreach (Variable variable in _scope.Skip(before).ToArray())
            LogVariable(variable);
        string body = Take();
        return $$"""
            // C# {{language}}
            using System;
            using System.Collections.Generic;
            using System.Linq;
            using static P;
            {{types}}{{_moreTypes}}
            static class P
            {
            public static T Id<T>(T v) => v;
            public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }
            public static T Tag<T>(List<object?> r, string tag, T v) { r.Add(tag); return v; }
            {{members}}{{_moreMembers}}
            public static List<object?> Run()
            {
            {{body}}
            return r;
            }
            }
            """.Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private string Take()
    {
        string text = _text.ToString();
        _text.Clear();
        return text;
    }

    private void Line(string line) => _text.Append(line).Append('\n');

    private string Name(string prefix) => prefix + (_names++).ToString(CultureInfo.InvariantCulture);

    private bool Chance(int one) => random.Next(one) == 0;

    private T Pick<T>(params T[] items) => items[random.Next(items.Length)];

    /// <summary>Statements as a text of their own, with a scope of their own.</summary>
    private string Nested(Action write)
    {
        string outside = Take();
        int before = _scope.Count;
        int methods = _methods.Count;
        write();
        _scope.RemoveRange(before, _scope.Count - before);
        _methods.RemoveRange(methods, _methods.Count - methods);
        string inside = Take();
        _text.Append(outside);
        return inside;
    }

    private CodeType PlainType() => random.Next(12) switch
    {
        < 4 => Pick(CodeType.Int, CodeType.Int, CodeType.Long),
        < 6 => Pick(CodeType.Integers),
        6 => Pick(CodeType.Float, CodeType.Double),
        7 => CodeType.Bool,
        8 => CodeType.Char,
        9 => _enums.Count > 0 ? Pick(_enums.ToArray()) : CodeType.Int,
        _ => CodeType.Text,
    };

    private CodeType AnyType() => random.Next(12) switch
    {
        < 5 => PlainType(),
        5 => ValueType().Nullable(),
        6 => PlainType().Array(),
        7 => PlainType().List(),
        8 => CodeType.Tuple(PlainType(), PlainType()),
        9 when _records.Count > 0 => Pick(_records.ToArray()),
        10 => CodeType.Object,
        _ => PlainType(),
    };

    private CodeType ValueType() =>
        Pick([.. CodeType.Numbers, CodeType.Int, CodeType.Int, CodeType.Bool, CodeType.Bool, CodeType.Char, .. _enums]);

    private Variable? Find(CodeType type, bool assignable = false)
    {
        Variable[] all = [.. _scope.Where(v => v.Type == type && (v.IsAssignable || !assignable))];
        return all.Length == 0 ? null : Pick(all);
    }

    private Variable? Find(Func<Variable, bool> condition)
    {
        Variable[] all = [.. _scope.Where(condition)];
        return all.Length == 0 ? null : Pick(all);
    }
}
