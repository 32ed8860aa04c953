namespace ModelGen.Data;

/// <summary>A file that is not the image it should be: damaged, cut off, too large, or of a kind that is not read.</summary>
/// <param name="file">The file's path as the caller gave it.</param>
/// <param name="what">The part that is wrong, such as <c>magic number</c>.</param>
/// <param name="expected">What would have been right.</param>
/// <param name="actual">What was found instead.</param>
/// <param name="innerException">The error that revealed the fault, if there was one.</param>
public sealed class InvalidImageException(string file, string what, string expected, string actual, Exception? innerException = null)
    : InvalidDataFileException(file, what, expected, actual, innerException);
