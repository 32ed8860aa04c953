using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.FrontEnds.Definition;

internal sealed partial class Interpreter
{
    private object? EvaluateSwitch(ISwitchExpressionOperation choice)
    {
        object? value = Evaluate(choice.Value);
        foreach (ISwitchExpressionArmOperation arm in choice.Arms)
        {
            if (Matches(arm.Pattern, value) && (arm.Guard is null || Truth(arm.Guard)))
                return Evaluate(arm.Value);
        }
        throw Fails(choice.Value.Syntax, $"no arm of the switch matches {Show(value)}; add one, or a last arm '_'");
    }

    private bool Matches(IPatternOperation pattern, object? value)
    {
        Step(pattern.Syntax);
        switch (pattern)
        {
            case IDiscardPatternOperation:
                return true;
            case IConstantPatternOperation constant:
                return Arithmetic.AreEqual(value, Constant(constant.Value.ConstantValue.HasValue ? constant.Value.ConstantValue.Value : null, constant.Value.Type));
            case IRelationalPatternOperation relational:
                return value is not null && Compute(relational, relational.OperatorKind, value, Evaluate(relational.Value), false) is true;
            case INegatedPatternOperation negated:
                return !Matches(negated.Pattern, value);
            case IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.And } both:
                return Matches(both.LeftPattern, value) && Matches(both.RightPattern, value);
            case IBinaryPatternOperation either:
                return Matches(either.LeftPattern, value) || Matches(either.RightPattern, value);
            case IDeclarationPatternOperation declaration:
                if (!declaration.MatchesNull && !IsOf(value, declaration.MatchedType!, pattern))
                    return false;
                if (declaration.DeclaredSymbol is { } symbol)
                    _frame.Declare(symbol, new Cell(value));
                return true;
            case ITypePatternOperation type:
                return IsOf(value, type.MatchedType, pattern);
            case IRecursivePatternOperation recursive:
                return MatchesRecursive(recursive, value);
            case IListPatternOperation list:
                return MatchesList(list, value);
            default:
                throw NotUnderstood(pattern);
        }
    }

    private bool MatchesRecursive(IRecursivePatternOperation pattern, object? value)
    {
        if (value is null)
            return false;
        if (!pattern.MatchedType.Equals(pattern.InputType, SymbolEqualityComparer.Default) && !IsOf(value, pattern.MatchedType, pattern))
            return false;
        if (pattern.DeconstructionSubpatterns.Length > 0)
        {
            EquatableArray<object?> parts = Deconstruct(value, pattern);
            for (int i = 0; i < pattern.DeconstructionSubpatterns.Length; i++)
            {
                if (!Matches(pattern.DeconstructionSubpatterns[i], parts[i]))
                    return false;
            }
        }
        foreach (IPropertySubpatternOperation property in pattern.PropertySubpatterns)
        {
            object? member = property.Member switch
            {
                IPropertyReferenceOperation reference => ReadProperty(reference.Property, value, reference),
                IFieldReferenceOperation reference => ReadTupleField(reference, value),
                _ => throw NotUnderstood(property),
            };
            if (!Matches(property.Pattern, member))
                return false;
        }
        if (pattern.DeclaredSymbol is { } symbol)
            _frame.Declare(symbol, new Cell(value));
        return true;
    }

    private bool MatchesList(IListPatternOperation pattern, object? value)
    {
        if (value is not ItemsValue { Items: var items })
            return value is null ? false : throw NotUnderstood(pattern);
        int slice = pattern.Patterns.ToList().FindIndex(p => p is ISlicePatternOperation);
        int fixedCount = pattern.Patterns.Length - (slice < 0 ? 0 : 1);
        if (slice < 0 ? items.Count != fixedCount : items.Count < fixedCount)
            return false;
        int skipped = items.Count - fixedCount;
        for (int i = 0; i < pattern.Patterns.Length; i++)
        {
            if (pattern.Patterns[i] is ISlicePatternOperation part)
            {
                if (part.Pattern is not null && !Matches(part.Pattern, new ArrayValue([.. items.Skip(i).Take(skipped)])))
                    return false;
            }
            else if (!Matches(pattern.Patterns[i], items[slice >= 0 && i > slice ? i + skipped - 1 : i]))
            {
                return false;
            }
        }
        return true;
    }

    private bool IsOf(object? value, ITypeSymbol type, IOperation place)
    {
        if (value is null)
            return false;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            type = nullable.TypeArguments[0];
        return value switch
        {
            _ when type.SpecialType == SpecialType.System_Object => true,
            EnumValue member => SymbolEqualityComparer.Default.Equals(member.Type, type),
            RecordValue record => Is(record.Type, type),
            TensorValue => IsOurs(type, "Tensor"),
            SizesValue { Numbers.Count: 2 } => IsOurs(type, "Pair"),
            SizesValue => IsOurs(type, "Border"),
            int => type.SpecialType == SpecialType.System_Int32,
            long => type.SpecialType == SpecialType.System_Int64,
            float => type.SpecialType == SpecialType.System_Single,
            double => type.SpecialType == SpecialType.System_Double,
            bool => type.SpecialType == SpecialType.System_Boolean,
            string => type.SpecialType == SpecialType.System_String,
            char => type.SpecialType == SpecialType.System_Char,
            _ => throw Refuse(place, $"whether something is {type.ToDisplayString()} is not understood; keep its kind in an enum and test that"),
        };
    }

    private static bool Is(INamedTypeSymbol type, ITypeSymbol candidate)
    {
        for (INamedTypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(t, candidate))
                return true;
        }
        return type.AllInterfaces.Contains(candidate, SymbolEqualityComparer.Default);
    }

    private static bool IsOurs(ITypeSymbol? type, string name) =>
        type?.Name == name && type.ContainingNamespace is { Name: "ModelGen", ContainingNamespace.IsGlobalNamespace: true } && type.ContainingType is null;

    /// <summary>The parts of a tuple, pair or positional record.</summary>
    private EquatableArray<object?> Deconstruct(object? value, IOperation place) => value switch
    {
        TupleValue tuple => tuple.Items,
        SizesValue sizes => sizes.Numbers.Select(n => (object?)n).ToEquatableArray(),
        RecordValue record when PositionalParameters(record.Type) is { } parameters => parameters.Select(p => record.Properties[p.Name]).ToEquatableArray(),
        null => throw Fails(place.Syntax, "what is deconstructed is null"),
        _ => throw Refuse(place, "only tuples, pairs and positional records can be deconstructed here; read the parts one by one"),
    };

    private static ImmutableArray<IParameterSymbol>? PositionalParameters(INamedTypeSymbol type) =>
        type.InstanceConstructors.FirstOrDefault(c => c.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is RecordDeclarationSyntax))?.Parameters;
}
