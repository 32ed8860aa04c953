using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Language.Definition.Library;

/// <summary>
/// The members of .NET that a definition may use, by the compiler's name for each overload. What is not here is refused: no other member's
/// behaviour is known. The list in docs/definitions.md is written from it.
/// </summary>
internal static partial class LibraryTable
{
    private static readonly Dictionary<string, Func<LibraryCall, object?>> Members = new(StringComparer.Ordinal);
    private static readonly List<string> Written = [];

    static LibraryTable()
    {
        AddNumbers();
        AddText();
        AddObjects();
        AddCollections();
        AddSequences();
        AddSequencesOfNumbers();
    }

    /// <summary>Every member, as it is written in C#.</summary>
    public static IReadOnlyList<string> Signatures => Written;

    /// <summary>What a member does; null where it is not understood.</summary>
    public static Func<LibraryCall, object?>? Find(ISymbol member) =>
        member.GetDocumentationCommentId() is string id && Members.TryGetValue(id, out Func<LibraryCall, object?>? does) ? does : null;

    private static void Add(string signature, Func<LibraryCall, object?> does)
    {
        Members.Add(Signature.IdOf(signature), does);
        Written.Add(signature);
    }

    // Functions of plain values: the types of the lambda are those of the overload.
    private static void Of<A, R>(string name, Func<A, R> does) => Add($"{name}({Name<A>()})", c => does(c.Get<A>(0)));

    private static void Of<A, B, R>(string name, Func<A, B, R> does) =>
        Add($"{name}({Name<A>()}, {Name<B>()})", c => does(c.Get<A>(0), c.Get<B>(1)));

    private static void Of<A, B, C, R>(string name, Func<A, B, C, R> does) =>
        Add($"{name}({Name<A>()}, {Name<B>()}, {Name<C>()})", c => does(c.Get<A>(0), c.Get<B>(1), c.Get<C>(2)));

    // Instance methods of plain values: the first parameter is the instance.
    private static void On<A, R>(string name, Func<A, R> does) => Add($"{Name<A>()}.{name}()", c => does(c.Get<A>(0)));

    private static void On<A, B, R>(string name, Func<A, B, R> does) =>
        Add($"{Name<A>()}.{name}({Name<B>()})", c => does(c.Get<A>(0), c.Get<B>(1)));

    private static void On<A, B, C, R>(string name, Func<A, B, C, R> does) =>
        Add($"{Name<A>()}.{name}({Name<B>()}, {Name<C>()})", c => does(c.Get<A>(0), c.Get<B>(1), c.Get<C>(2)));

    private static string Name<T>() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Boolean => "bool",
        TypeCode.Byte => "byte",
        TypeCode.SByte => "sbyte",
        TypeCode.Int16 => "short",
        TypeCode.UInt16 => "ushort",
        TypeCode.Int32 => "int",
        TypeCode.UInt32 => "uint",
        TypeCode.Int64 => "long",
        TypeCode.UInt64 => "ulong",
        TypeCode.Single => "float",
        TypeCode.Double => "double",
        TypeCode.Char => "char",
        TypeCode.String => "string",
        _ => throw new ArgumentException($"{typeof(T)} is not a plain value"),
    };
}
