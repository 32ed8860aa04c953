using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

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
        throw Fails(choice.Value.Syntax, $"no arm of the switch matches {Shown.Of(value)}; add one, or a last arm '_'");
    }

    private bool Matches(IPatternOperation pattern, object? value)
    {
        Step(pattern.Syntax);
        return Understood.Find(Patterns, pattern.Kind) is { } matches ? matches(this, pattern, value) : throw NotUnderstood(pattern);
    }

    private bool MatchesBinary(IBinaryPatternOperation pattern, object? value) => pattern.OperatorKind == BinaryOperatorKind.And
        ? Matches(pattern.LeftPattern, value) && Matches(pattern.RightPattern, value)
        : Matches(pattern.LeftPattern, value) || Matches(pattern.RightPattern, value);

    private bool MatchesDeclaration(IDeclarationPatternOperation pattern, object? value)
    {
        if (!pattern.MatchesNull && !IsOf(value, pattern.MatchedType!, pattern))
            return false;
        Bind(pattern.DeclaredSymbol, value, pattern);
        return true;
    }

    private bool MatchesRecursive(IRecursivePatternOperation pattern, object? value)
    {
        if (value is null)
            return false;
        if (!pattern.MatchedType.Equals(pattern.InputType, SymbolEqualityComparer.Default) && !IsOf(value, pattern.MatchedType, pattern))
            return false;
        if (pattern.DeconstructSymbol is not (null or IMethodSymbol))
            throw NotUnderstood(pattern);
        if (pattern.DeconstructionSubpatterns.Length > 0 || pattern.DeconstructSymbol is not null)
        {
            (IReadOnlyList<object?> parts, _) = Deconstruct(
                value, pattern.MatchedType, pattern.DeconstructSymbol as IMethodSymbol, pattern.DeconstructionSubpatterns.Length, pattern);
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
                IFieldReferenceOperation reference => ReadInstanceField(reference.Field, value, reference),
                _ => throw NotUnderstood(property),
            };
            if (!Matches(property.Pattern, member))
                return false;
        }
        Bind(pattern.DeclaredSymbol, value, pattern);
        return true;
    }

    private void Bind(ISymbol? variable, object? value, IPatternOperation pattern)
    {
        if (variable is not ILocalSymbol { Type: var type })
            return;
        // A number that is matched as an object is boxed.
        bool isBoxed = value is not null && TypeHere(pattern.InputType).IsValueType && !TypeHere(type).IsValueType;
        _frame.Declare(variable, new Cell(isBoxed ? Box(value!) : value));
    }

    // Of what is not of the constant's type nothing matches; NaN is NaN.
    private static bool MatchesConstant(IConstantPatternOperation pattern, object? value)
    {
        object? constant = pattern.Value.ConstantValue.HasValue ? Constant(pattern.Value.ConstantValue.Value, pattern.Value.Type) : null;
        return (value, constant) switch
        {
            (double.NaN, double.NaN) or (float.NaN, float.NaN) => true,
            (SpanValue span, string text) => span.Items.Count == text.Length && !text.Where((c, i) => !c.Equals(span.Items[i])).Any(),
            _ => Arithmetic.AreEqual(value, constant),
        };
    }

    private bool MatchesRelation(IRelationalPatternOperation pattern, object? value)
    {
        object constant = Evaluate(pattern.Value)!;
        if (value is null || (value is EnumValue member ? !(constant is EnumValue other
            && SymbolEqualityComparer.Default.Equals(other.Type, member.Type)) : value.GetType() != constant.GetType()))
            return false;
        return Arithmetic.Promote(PlainNumber(value)!, PlainNumber(constant)!) is (object left, object right)
            && Arithmetic.Binary(pattern.OperatorKind, left, right, false) is bool matches
            ? matches
            : throw NotUnderstood(pattern);
    }

    private bool MatchesList(IListPatternOperation pattern, object? value)
    {
        if (value is null)
            return false;
        if (value is not (ItemsValue or string) || HasSource(pattern.LengthSymbol ?? pattern.InputType) || pattern.LengthSymbol is null)
            throw NotUnderstood(pattern);
        int count = value is string text ? text.Length : ((ItemsValue)value).Items.Count;
        int slice = pattern.Patterns.ToList().FindIndex(p => p is ISlicePatternOperation);
        int fixedCount = pattern.Patterns.Length - (slice < 0 ? 0 : 1);
        if (slice < 0 ? count != fixedCount : count < fixedCount)
            return false;
        int skipped = count - fixedCount;
        for (int i = 0; i < pattern.Patterns.Length; i++)
        {
            if (pattern.Patterns[i] is ISlicePatternOperation part)
            {
                if (part.Pattern is not null && !Matches(
                    part.Pattern, value is string whole ? whole.Substring(i, skipped) : Part((ItemsValue)value, i, skipped, pattern)))
                    return false;
                continue;
            }
            int at = slice >= 0 && i > slice ? i + skipped - 1 : i;
            if (!Matches(pattern.Patterns[i], value is string letters ? letters[at] : ((ItemsValue)value).Items[at]))
                return false;
        }
        Bind(pattern.DeclaredSymbol, value, pattern);
        return true;
    }

    private static bool IsOurs(ITypeSymbol? type, string name) =>
        type?.Name == name && type.ContainingNamespace is { Name: "ModelGen", ContainingNamespace.IsGlobalNamespace: true }
            && type.ContainingType is null;
}
