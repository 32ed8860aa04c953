namespace ModelGen.Safetensors;

/// <summary>Where the bytes of a safetensors file come from.</summary>
/// <param name="name">What messages call it.</param>
internal abstract unsafe class ByteSource(string name) : IDisposable
{
    /// <summary>What messages call it: its path, unless it has none.</summary>
    public string Name => name;

    /// <summary>How many bytes there are; null where only reading them all tells.</summary>
    public abstract long? Length { get; }

    /// <summary>The first byte, where all of them are in memory until <see cref="Dispose"/>; null elsewhere.</summary>
    public virtual byte* Start => null;

    /// <summary>Whether it can be read once, from its beginning to its end. What is left out then is read over.</summary>
    public virtual bool IsForward => false;

    /// <summary>Where what can be read once stands.</summary>
    public virtual long Position => 0;

    /// <summary>Reads some bytes, at least one unless <paramref name="position"/> is the end.</summary>
    /// <returns>How many were read.</returns>
    public abstract int Read(long position, Span<byte> destination);

    /// <summary>Reads until <paramref name="destination"/> is full or the bytes end.</summary>
    /// <returns>How many were read.</returns>
    public int ReadAtMost(long position, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int got = Read(position + done, destination[done..]);
            if (got == 0)
                break;
            done += got;
        }
        return done;
    }

    /// <summary>Fills <paramref name="destination"/>.</summary>
    /// <exception cref="InvalidSafetensorsException">The bytes end before.</exception>
    public void ReadExactly(long position, Span<byte> destination)
    {
        int got = ReadAtMost(position, destination);
        if (got < destination.Length)
            throw new InvalidSafetensorsException(name, "the file was cut short while it was read",
                MessageText.Invariant($"{destination.Length - got} more bytes at byte {position + got}"), "the end of the file");
    }

    public abstract void Dispose();
}
