using FsCheck;
using FsCheck.Fluent;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Language.Attributes;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>Whatever the attributes say, there is a well-typed graph or an error, never an exception.</summary>
public class RandomNetworksTests
{
    private static readonly string?[] Names = [null, null, null, null, "a", "b", "conv1", "input", "", "x y"];
    private static readonly string?[] Sources = ["input", "a", "b", "conv1", "relu1", "pool1", "nowhere", null];

    private static Gen<int> AnyInt => Gen.Frequency(
        (12, Gen.Choose(1, 4)), (2, Gen.Choose(-1, 40)), (1, Gen.Elements(int.MinValue, int.MaxValue, 1 << 30, 65536)));

    [Fact]
    public void AlwaysAModelOrAnError()
    {
        int models = 0;
        Prop.ForAll(Arb.From(AnyDeclaration()), declaration =>
        {
            FrontEndResult result = AttributeFrontEnd.Build(declaration);
            bool hasError = result.Problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id));
            bool isRefusedByCompiler = declaration.Layers.Any(l => !l.IsReadable);
            Assert.Equal(hasError || isRefusedByCompiler, result.Model is null);
            Assert.All(result.Problems, p => Assert.InRange(p.Place.Layer, -4, declaration.Layers.Count - 1));
            Assert.Equal(result, AttributeFrontEnd.Build(declaration));
            if (result.Model is null)
                return;
            models++;
            GraphVerifier.Verify(result.Model.Graph, "the attributes");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithReplay(20240501, 7));
        Assert.True(models > 250, $"only {models} of 5000 random networks are right, too few to say anything");
    }

    private static Gen<NetworkDeclaration> AnyDeclaration() =>
        from input in AnyInput()
        from count in Gen.Choose(0, 6)
        from layers in AnyLayer().ArrayOf(count)
        from batch in Gen.Frequency((9, Gen.Constant(1)), (1, AnyInt))
        from training in Gen.Frequency((4, Gen.Constant<OptionsDeclaration?>(null)), (1, AnyTraining()))
        let options = new OptionsDeclaration(AttributeMap.Of((NetworkOption.Batch.Name, batch)))
        select new NetworkDeclaration(
            new ClassDeclaration("", [], "Net", "public"), ClassPart.Whole, [], input, layers.ToEquatableArray(), training,
            Definition: null, options);

    private static Gen<EquatableArray<InputDeclaration>> AnyInput() =>
        from size in Gen.Frequency((20, Gen.Choose(4, 24)), (1, AnyInt))
        from channels in AnyInt
        from rank in Gen.Frequency((8, Gen.Constant(3)), (2, Gen.Constant(1)), (1, Gen.Choose(0, 4)))
        from count in Gen.Frequency((12, Gen.Constant(1)), (1, Gen.Choose(0, 2)))
        let shape = Enumerable.Range(0, rank).Select(i => i == 0 && rank > 1 ? channels : size)
        select Enumerable.Repeat(new InputDeclaration(shape.ToEquatableArray(), true), count).ToEquatableArray();

    private static Gen<OptionsDeclaration?> AnyTraining() =>
        from batch in AnyInt
        from loss in Gen.Frequency((6, Gen.Constant(0)), (6, Gen.Choose(0, 5)), (1, AnyInt))
        from power in AnyInt
        from smoothing in Gen.Elements(0, 0.1, 1, -1, double.NaN)
        from number in Gen.Elements(0, 0.3, 1, -1, double.NaN, double.PositiveInfinity, 1e300)
        from other in Gen.Choose(0, 8)
        from freeze in Gen.Elements("*", "conv1.*", "*.bias", ", fc1.weight,,", "nothing", "*/")
        let said = AttributeMap.Of(("BatchSize", batch), ("Loss", TrainableOption.Loss.WordOf(loss)), ("LabelSmoothing", smoothing))
        select (OptionsDeclaration?)new OptionsDeclaration(other switch
        {
            1 => said.With("HuberDelta", number),
            2 => said.With("HingeMargin", number).With("HingePower", power),
            3 => said.With("AuxiliaryWeight", number),
            4 => said.With("Freeze", freeze),
            5 => said.With("Optimizer", TrainableOption.Optimizer.WordOf(power)),
            _ => said,
        });

    private static Gen<LayerDeclaration> AnyLayer() =>
        from op in Gen.Elements(OperatorTable.Layers.ToArray())
        from name in Gen.Elements(Names)
        from inputs in LayerSyntax.TakesSeveralInputs(op)
            ? from many in Gen.Choose(0, 3) from sources in Gen.Elements(Sources).ArrayOf(many) select sources
            : Gen.Frequency((6, Gen.Constant(Array.Empty<string?>())), (1, Gen.Elements(Sources).ArrayOf(1)))
        from arguments in Gen.CollectToArray(op.Attributes, AnyArguments)
        from isReadable in Gen.Frequency((20, Gen.Constant(true)), (1, Gen.Constant(false)))
        select new LayerDeclaration(op.Name, name, inputs.ToEquatableArray(), arguments.SelectMany(a => a).ToEquatableArray(), isReadable);

    // Integers of which some fit where dimensions and shapes are named, which others hardly ever do.
    private static Gen<AttributeValue> Fitting(AttributeSpec spec) => spec switch
    {
        { Name: "shape" } => Gen.Elements<int[]>([-1], [1, -1], [-1, 1, 1], [0]).Select(v => (AttributeValue)v),
        { Name: "dims", Default: null } => Gen.Elements<int[]>([0, 1], [0, 3, 1, 2], [0, 1, 3, 2], [1]).Select(v => (AttributeValue)v),
        { Kind: AttributeKind.Ints } => Gen.Elements<int[]>([], [1], [-1], [0], [3, 1]).Select(v => (AttributeValue)v),
        { Name: "dim" or "dim0" or "dim1" or "end" } => Gen.Frequency((6, Gen.Elements(1, -1)), (1, AnyInt)).Select(v => (AttributeValue)v),
        _ => AnyInt.Select(i => (AttributeValue)i),
    };

    private static Gen<LayerArgument[]> AnyArguments(AttributeSpec spec)
    {
        if (LayerSyntax.IsRequired(spec))
        {
            (string height, string width) = LayerSyntax.HeightAndWidth(spec);
            Gen<LayerArgument[]> whole = Fitting(spec).Select(v => new[] { new LayerArgument(spec.Name, v) });
            Gen<LayerArgument[]> pair = from h in AnyInt from w in AnyInt select new[] { new LayerArgument(height, h),
                new LayerArgument(width, w) };
            return spec.Kind == AttributeKind.Pair ? Gen.OneOf(whole, pair) : whole;
        }
        Gen<AttributeValue> value = spec.Kind switch
        {
            AttributeKind.Bool => Gen.Elements(true, false).Select(b => (AttributeValue)b),
            AttributeKind.Float => Gen.Elements(0, 0.1, 0.9, 1, -1, 1e300, double.NaN).Select(d => (AttributeValue)d),
            AttributeKind.Word => Gen.Frequency((9, Gen.Choose(0, spec.Words.Count - 1)), (1, AnyInt)).Select(i => (AttributeValue)i),
            _ => Fitting(spec),
        };
        Gen<LayerArgument[]> one = value.Select(v => new[] { new LayerArgument(LayerSyntax.Property(spec), v) });
        Gen<LayerArgument[]> some = one;
        if (LayerSyntax.PluralProperty(spec) is string plural)
        {
            some = from count in Gen.Frequency((5, Gen.Constant(2)), (5, Gen.Constant(4)), (1, Gen.Choose(0, 5)))
                   from ints in AnyInt.ArrayOf(count)
                   select new[] { new LayerArgument(plural, ints) };
        }
        return Gen.Frequency((12, Gen.Constant(Array.Empty<LayerArgument>())), (2, one), (1, some));
    }
}
