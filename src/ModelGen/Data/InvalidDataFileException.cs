namespace ModelGen.Data;

/// <summary>
/// A file of samples that is not what it should be. The message is one line that names the file, what is wrong with it, and the
/// expected and actual values; the same parts are properties.
/// </summary>
public class InvalidDataFileException : IOException
{
    /// <summary>Describes one fault of one file.</summary>
    /// <param name="file">The file's path as the caller gave it.</param>
    /// <param name="what">The part that is wrong, such as <c>magic number</c>.</param>
    /// <param name="expected">What would have been right.</param>
    /// <param name="actual">What was found instead.</param>
    /// <param name="innerException">The error that revealed the fault, if there was one.</param>
    public InvalidDataFileException(string file, string what, string expected, string actual, Exception? innerException = null)
        // A file name may hold line breaks and escape codes; a message stays one harmless line.
        : base($"{Printable.Of(file)}: {what}: expected {expected}, found {actual}", innerException)
    {
        File = file;
        What = what;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The file's path as the caller gave it.</summary>
    public string File { get; }

    /// <summary>The part of the file that is wrong, such as <c>magic number</c>.</summary>
    public string What { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    /// <summary>What was found instead.</summary>
    public string Actual { get; }
}
