using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>The methods of <see cref="Tensor"/> are what the operators' descriptions give. MODELGEN_UPDATE=1 writes them anew.</summary>
public class TensorLayersTests
{
    [Fact]
    public void TensorMethodsFollowTheDescriptions() => GeneratedFilesTests.Check("src/ModelGen/Declaration/TensorLayers.g.cs", TensorLayersWriter.Write());
}
