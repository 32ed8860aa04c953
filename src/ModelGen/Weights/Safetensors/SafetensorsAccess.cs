namespace ModelGen.Safetensors;

/// <summary>How the tensors of a file get into memory. The header is read in any case.</summary>
public enum SafetensorsAccess
{
    /// <summary>
    /// As <see cref="Read"/> for files of up to <see cref="SafetensorsFile.MaxReadBytes"/>, as <see cref="Mapped"/> for larger ones.
    /// </summary>
    Automatic,

    /// <summary>
    /// Tensors are read from the file when they are asked for. A file that another program cuts short meanwhile is an
    /// <see cref="InvalidSafetensorsException"/>.
    /// </summary>
    Read,

    /// <summary>
    /// The file is mapped into memory, so that what is only looked at is not copied. <b>If another program cuts the file short meanwhile,
    /// the operating system ends the process</b> (SIGBUS on Unix; Windows does not let it happen): only for files that nobody writes to in
    /// place.
    /// </summary>
    Mapped,
}
