using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen;

/// <summary>What a file is, who may do what with it, and whose it is.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Its mode, on Unix.</param>
/// <param name="Owner">Its owner and group, where that can be found out.</param>
internal readonly record struct FileTraits(FileKind Kind, UnixFileMode? Mode, (uint User, uint Group)? Owner)
{
    private const UnixFileMode OfGroup = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
    private const UnixFileMode OfOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Those of a path that is no link. Nothing but ordinary files is opened.</summary>
    public static FileTraits Of(string path)
    {
        if (Directory.Exists(path))
            return new FileTraits(FileKind.Folder, null, null);
        var file = new FileInfo(path);
        if (!file.Exists)
            return default;
        if (OperatingSystem.IsWindows())
            return new FileTraits(FileKind.Regular, null, null);
        var (type, owner) = ReadTarHeader(path, file.Length > 0);
        return new FileTraits(
            type is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.HardLink ? FileKind.Regular
            : FileKind.Special, file.UnixFileMode, owner);
    }

    /// <summary>
    /// Gives them to a file that is new. A group that cannot be kept gets no more than everybody has, as its members are others.
    /// </summary>
    public void ApplyTo(string path)
    {
        if (OperatingSystem.IsWindows() || Mode is not { } mode)
            return;
        if (Owner is var (user, group) && ChangeOwner(path, user, group) != 0 && ChangeOwner(path, uint.MaxValue, group) != 0)
            mode = mode & ~OfGroup | (UnixFileMode)((int)(mode & OfOthers) << 3);
        // Behind the owner, of which a change takes some bits away; and what a mask of this process keeps from new files is set.
        File.SetUnixFileMode(path, mode);
    }

    // .NET says neither what is no file nor whose a file is, but it writes both into tar archives. The header, of 512 bytes, is enough.
    private static (TarEntryType Type, (uint User, uint Group)? Owner) ReadTarHeader(string path, bool hasLength)
    {
        // What has a length is a file.
        TarEntryType otherwise = hasLength ? TarEntryType.RegularFile : TarEntryType.CharacterDevice;
        var header = new HeaderStream();
        try
        {
            using var archive = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true);
            archive.WriteEntry(path, "x");
        }
        catch (EndOfStreamException)
        {
            // The content of a file is not wanted.
        }
        catch (UnauthorizedAccessException)
        {
            // Of what cannot be read, files alone are opened.
            return (TarEntryType.RegularFile, null);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            // Sockets have no place in archives.
            return (otherwise, null);
        }
        var bytes = header.Bytes;
        if (header.Count < bytes.Length)
            return (otherwise, null);
        return ((TarEntryType)bytes[156], Number(bytes[108..116]) is { } user && Number(bytes[116..124]) is { } group ? (user, group)
            : null);
    }

    // Octal digits, or the bytes of a number behind 0x80.
    private static uint? Number(ReadOnlySpan<byte> field)
    {
        ulong value = 0;
        bool isBinary = field[0] == 0x80;
        foreach (byte b in isBinary ? field[1..] : field)
        {
            if (!isBinary && b is 0 or (byte)' ')
                continue;
            if (!isBinary && b is < (byte)'0' or > (byte)'7')
                return null;
            value = isBinary ? value << 8 | b : value << 3 | (uint)(b - '0');
        }
        return value < uint.MaxValue ? (uint)value : null;
    }

    private static unsafe int ChangeOwner(string path, uint user, uint group)
    {
        try
        {
            fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
                return Chown(name, user, group);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return -1;
        }
    }

    [DllImport("libc", EntryPoint = "chown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern unsafe int Chown(byte* path, uint user, uint group);

    /// <summary>Keeps the first 512 bytes, and lets nothing follow.</summary>
    private sealed class HeaderStream : Stream
    {
        private readonly byte[] bytes = new byte[512];

        public ReadOnlySpan<byte> Bytes => bytes;

        public int Count { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        private bool isOver;

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            int taken = Math.Min(buffer.Length, bytes.Length - Count);
            buffer[..taken].CopyTo(bytes.AsSpan(Count));
            Count += taken;
            // Once: the archive's end is written even so.
            if (taken == buffer.Length || isOver)
                return;
            isOver = true;
            throw new EndOfStreamException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
