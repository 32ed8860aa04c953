using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition.Library;

internal static partial class LibraryTable
{
    private static readonly string[] PlainTypes = ["bool", "byte", "sbyte", "short", "ushort", "int", "uint", "long", "ulong", "float",
        "double", "char"];

    // What every value has.
    private static void AddObjects()
    {
        Add("object.Equals(object)", c => c.AreEqual(c[0], c[1]));
        Add("object.Equals(object, object)", c => c.AreEqual(c[0], c[1]));
        Add("object.ReferenceEquals(object, object)", c => ReferenceEquals(c[0], c[1])
            || (c[0] is string && c[1] is string a && a == (string)c[0]!
            ? throw c.Refuse("whether two equal texts are one object is not understood in a definition; compare them by ==") : false));
        Add("object.ToString()", c => c.TextOf(c[0]));
        Add("ValueType.Equals(object)", c => c.AreEqual(c[0], c[1]));
        Add("Enum.Equals(object)", c => c.AreEqual(c[0], c[1]));
        Add("Enum.ToString()", c => c.TextOf(c[0]));
        Add("Enum.ToString(string)", c => c.TextOf(c[0], c[1] as string));
        Add("Enum.HasFlag(Enum)", c => c[0] is EnumValue value && c[1] is EnumValue flag
            && SymbolEqualityComparer.Default.Equals(value.Type, flag.Type)
            ? (EnumText.Bits(value) & EnumText.Bits(flag)) == EnumText.Bits(flag)
            : throw new ArgumentException("another enum"));
        foreach (string type in PlainTypes)
        {
            Add($"{type}.Equals({type})", c => c.AreEqual(c[0], c[1]));
            Add($"{type}.Equals(object)", c => c.AreEqual(c[0], c[1]));
            Add($"{type}.ToString()", c => c.TextOf(c[0]));
            if (type is not ("bool" or "char"))
                Add($"{type}.ToString(string)", c => c.TextOf(c[0], c[1] as string));
            // Of characters and small numbers it is the difference, elsewhere the sign.
            Add($"{type}.CompareTo({type})", c => ((IComparable)c[0]!).CompareTo(c[1]));
        }
        Add("string.Equals(object)", c => c.Text(0) == c[1] as string);
        Add("char.ToString(char)", c => c.Get<char>(0).ToString());
        // The instance of a nullable is its value, or null.
        Add("Nullable<T>.HasValue", c => c[0] is not null);
        Add("Nullable<T>.Value", c => c[0] ?? throw new InvalidOperationException("no value"));
        Add("Nullable<T>.GetValueOrDefault()", c => c[0] ?? c.Default(c.TypeArgument(0)));
        Add("Nullable<T>.GetValueOrDefault(T)", c => c[0] ?? c[1]);
        Add("Nullable<T>.Equals(object)", c => c.AreEqual(c[0], c[1]));
        Add("Nullable<T>.ToString()", c => c.TextOf(c[0]));
        foreach (string parts in new[] { "A, B", "A, B, C", "A, B, C, D", "A, B, C, D, E" })
        {
            Add($"ValueTuple<{parts}>.Equals(({parts}))", c => c.AreEqual(c[0], c[1]));
            Add($"ValueTuple<{parts}>.Equals(object)", c => c.AreEqual(c[0], c[1]));
            Add($"ValueTuple<{parts}>.ToString()", c => c.TextOf(c[0]));
        }
        Add("ArgumentNullException.ThrowIfNull(object, string)", c => c[0] is null
            ? throw new ArgumentNullException(c[1] as string) : null);
        Add("Index(int, bool)", c => c.Int(0) < 0
            ? throw new ArgumentOutOfRangeException(nameof(c)) : new IndexValue(c.Int(0), c.Get<bool>(1)));
        Add("Index.Value", c => c.Get<IndexValue>(0).Value);
        Add("Index.IsFromEnd", c => c.Get<IndexValue>(0).FromEnd);
        Add("Index.GetOffset(int)", c => c.Get<IndexValue>(0).In(c.Int(1)));
        Add("Range(Index, Index)", c => new RangeValue(c.Get<IndexValue>(0), c.Get<IndexValue>(1)));
        Add("Range.Start", c => c.Get<RangeValue>(0).Start);
        Add("Range.End", c => c.Get<RangeValue>(0).End);
        AddSizes();
    }

    private static void AddSizes()
    {
        string[] sides = ["Top", "Left", "Bottom", "Right"];
        for (int i = 0; i < 4; i++)
        {
            int side = i;
            Add("Border." + sides[side], c => c.Get<SizesValue>(0).Numbers[side]);
        }
        Add("Pair.Height", c => c.Get<SizesValue>(0).Numbers[0]);
        Add("Pair.Width", c => c.Get<SizesValue>(0).Numbers[1]);
        Add("Pair(int, int)", c => new SizesValue([c.Int(0), c.Int(1)]));
        Add("Border(int, int, int, int)", c => new SizesValue([c.Int(0), c.Int(1), c.Int(2), c.Int(3)]));
        foreach (string type in new[] { "Pair", "Border" })
        {
            Add($"{type}.Equals({type})", c => c.AreEqual(c[0], c[1]));
            Add($"{type}.Equals(object)", c => c.AreEqual(c[0], c[1]));
        }
        Add("Tensor.Shape", c => new ArrayValue([.. c.Get<TensorValue>(0).Shape.Dimensions.Select(d => (object)d)], null));
        Add("Tensor.Channels", c => Size(c, 3, 0, "Channels"));
        Add("Tensor.Height", c => Size(c, 3, 1, "Height"));
        Add("Tensor.Width", c => Size(c, 3, 2, "Width"));
        Add("Tensor.Features", c => Size(c, 1, 0, "Features"));
        Add("Tensor.ToString()", c => c.TextOf(c[0]));
    }

    private static int Size(LibraryCall c, int rank, int axis, string name) =>
        c.Get<TensorValue>(0).Shape is var shape && shape.Rank == rank
        ? shape[axis]
        : throw c.Fails($"{name} is for {(rank == 3 ? "images (channels×height×width)" : "vectors (features)")}; this tensor is {shape}");
}
