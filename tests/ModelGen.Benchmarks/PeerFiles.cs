using ModelGen.Benchmarks.Onnx;

namespace ModelGen.Benchmarks;

/// <summary>A network's weights as each side reads them, in temporary files.</summary>
internal sealed class PeerFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelgen-peers-");

    public PeerFiles(PeerNetwork network)
    {
        (Weights, Onnx) = (Path.Combine(_folder.FullName, "weights.safetensors"), Path.Combine(_folder.FullName, "network.onnx"));
        try
        {
            Model = network.Write(Weights, Onnx);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A safetensors file.</summary>
    public string Weights { get; }

    /// <summary>An ONNX file of <see cref="Model"/>.</summary>
    public string Onnx { get; }

    /// <summary>The network as it was exported, its constants left out: they are in the file.</summary>
    public OnnxModel Model { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
