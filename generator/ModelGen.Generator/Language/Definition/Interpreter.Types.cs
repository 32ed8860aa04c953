using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ModelGen.Generator.Language.Definition;

// Types at run time: what type parameters stand for in this call, what type a value has, and whether it is of another one.
internal sealed partial class Interpreter
{
    /// <summary>The type that a type in the code stands for in this call.</summary>
    internal ITypeSymbol TypeHere(ITypeSymbol type) => _frame is { IsGeneric: true } frame ? Substitute(type, frame) : type;

    private ITypeSymbol Substitute(ITypeSymbol type, Frame frame)
    {
        switch (type)
        {
            case ITypeParameterSymbol parameter:
                return frame.Find(parameter) ?? type;
            case IArrayTypeSymbol array:
                ITypeSymbol element = Substitute(array.ElementType, frame);
                return ReferenceEquals(element, array.ElementType) ? type : compilation.CreateArrayTypeSymbol(element, array.Rank);
            case INamedTypeSymbol { IsGenericType: true } named:
                INamedTypeSymbol open = named.OriginalDefinition;
                if (named.ContainingType is { IsGenericType: true } container && Substitute(container, frame) is INamedTypeSymbol closed)
                    open = closed.GetTypeMembers(named.Name, named.Arity).First();
                ITypeSymbol[] arguments = [.. named.TypeArguments.Select(a => Substitute(a, frame))];
                return arguments.Length > 0 ? open.Construct(arguments) : open;
            default:
                return type;
        }
    }

    /// <summary>What the type parameters of a method and the types around it stand for, seen from its caller.</summary>
    private Dictionary<ISymbol, ITypeSymbol>? TypesOf(IMethodSymbol? method, INamedTypeSymbol? container)
    {
        Dictionary<ISymbol, ITypeSymbol>? types = null;
        if (method is { TypeArguments.Length: > 0 })
            Bind(method.OriginalDefinition.TypeParameters, method.TypeArguments);
        for (; container is not null; container = container.ContainingType)
        {
            if (container.TypeArguments.Length > 0)
                Bind(container.OriginalDefinition.TypeParameters, container.TypeArguments);
        }
        return types;

        void Bind(IReadOnlyList<ITypeParameterSymbol> parameters, IReadOnlyList<ITypeSymbol> arguments)
        {
            types ??= new(SymbolEqualityComparer.Default);
            for (int i = 0; i < parameters.Count; i++)
                types[parameters[i]] = TypeHere(arguments[i]);
        }
    }

    /// <summary>The type of a value at run time; null where it is not known.</summary>
    private ITypeSymbol? TypeOf(object value) => value switch
    {
        EnumValue member => member.Type,
        RecordValue record => record.Type,
        TupleValue tuple => tuple.Type,
        FunctionValue function => function.Type,
        ArrayValue { ElementType: { } element } => compilation.CreateArrayTypeSymbol(element),
        ListValue { ElementType: { } element } => compilation.GetTypeByMetadataName(
            "System.Collections.Generic.List`1")?.Construct(element),
        TensorValue => compilation.GetTypeByMetadataName("ModelGen.Tensor"),
        SizesValue sizes => compilation.GetTypeByMetadataName(sizes.Numbers.Count == 2 ? "ModelGen.Pair" : "ModelGen.Border"),
        IndexValue => compilation.GetTypeByMetadataName("System.Index"),
        RangeValue => compilation.GetTypeByMetadataName("System.Range"),
        bool => Special(SpecialType.System_Boolean),
        char => Special(SpecialType.System_Char),
        string => Special(SpecialType.System_String),
        _ => Arithmetic.TypeOf(value) is var special and not SpecialType.None ? Special(special) : null,
    };

    /// <summary>What <c>value is type</c> says.</summary>
    private bool IsOf(object? value, ITypeSymbol type, IOperation place)
    {
        if (value is null)
            return false;
        type = TypeHere(type);
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            type = nullable.TypeArguments[0];
        if (type.SpecialType == SpecialType.System_Object)
            return true;
        if (TypeOf(value) is not { } own || type is ITypeParameterSymbol)
            throw Refuse(place, $"whether something is {type.ToDisplayString()} is not understood; keep its kind in an enum and test that");
        if (SymbolEqualityComparer.Default.Equals(own, type))
            return true;
        Conversion conversion = compilation.ClassifyConversion(own, type);
        if (conversion is { IsImplicit: true } and ({ IsIdentity: true } or { IsReference: true } or { IsBoxing: true }))
            return true;
        // The runtime takes arrays of numbers of the same size for one another.
        return own is IArrayTypeSymbol && type is IArrayTypeSymbol { ElementType.IsValueType: true }
            ? throw Refuse(place, $"whether {own.ToDisplayString()} is {type.ToDisplayString()} is not understood; keep its kind in an "
                + "enum and test that")
            : false;
    }

    internal ITypeSymbol Special(SpecialType type) => compilation.GetSpecialType(type);
}
