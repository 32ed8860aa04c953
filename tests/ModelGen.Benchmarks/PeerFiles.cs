using System.Runtime.InteropServices;
using ModelGen.Benchmarks.Onnx;

namespace ModelGen.Benchmarks;

/// <summary>A network's weights as each side reads them, in temporary files.</summary>
internal sealed class PeerFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelgen-peers-");

    public PeerFiles(PeerNetwork network)
    {
        (Weights, Onnx) = (PathOf("weights.safetensors"), PathOf("network.onnx"));
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

    /// <summary>The path of a file that is deleted with the others.</summary>
    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    /// <summary>Writes numbers as little-endian floats, and gives the path.</summary>
    public string Write(string file, float[] values)
    {
        File.WriteAllBytes(PathOf(file), MemoryMarshal.AsBytes<float>(values));
        return PathOf(file);
    }

    /// <summary>Reads a file of little-endian floats.</summary>
    public float[] Read(string file) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(PathOf(file))).ToArray();

    public void Dispose() => _folder.Delete(recursive: true);
}
