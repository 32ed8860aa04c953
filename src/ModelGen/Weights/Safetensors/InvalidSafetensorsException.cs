namespace ModelGen.Safetensors;

/// <summary>A file is not a well-formed safetensors file: damaged, cut short, or made to harm its reader.</summary>
/// <remarks>
/// An <see cref="IOException"/>, as a missing file is (<see cref="FileNotFoundException"/>): one catch covers every file that cannot be
/// used. Nothing of such a file is ever returned.
/// </remarks>
public sealed class InvalidSafetensorsException : IOException
{
    internal InvalidSafetensorsException(string path, string problem, string expected, string actual, Exception? inner = null)
        : base($"'{path}' is not a valid safetensors file: {problem} (expected {expected}, actual {actual}).", inner)
    {
        Path = path;
        Problem = problem;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>What is wrong, and at which tensor.</summary>
    public string Problem { get; }

    /// <summary>What a valid file would have there.</summary>
    public string Expected { get; }

    /// <summary>What this file has there.</summary>
    public string Actual { get; }
}
