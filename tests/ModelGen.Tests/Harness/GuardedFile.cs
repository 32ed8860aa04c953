using System.Runtime.InteropServices;
using System.Text;
using ModelGen.Safetensors;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Harness;

/// <summary>How the values of a file are stored.</summary>
internal enum StoredAs
{
    F32,
    F16,
    BF16,

    /// <summary>F32, at addresses that are no multiples of 4: such tensors do not touch the pages behind them.</summary>
    Odd,
}

/// <summary>
/// A safetensors file, mapped, in which every tensor lies between pages that nobody may touch: its last byte is the last one before the
/// page behind, or its first one the first behind the page before. Such a page is a tensor that the library does not read, one of PyTorch's
/// counters of batches.
/// </summary>
internal static class GuardedFile
{
    /// <summary>The file's bytes. Values that are stored in 16 bits must be such.</summary>
    /// <param name="tensors">Name, shape and values.</param>
    public static byte[] Build(IEnumerable<(string Name, int[] Shape, float[] Values)> tensors, StoredAs stored, bool atEnd)
    {
        var data = new List<byte>();
        var header = new StringBuilder("{");
        int guards = 0;
        Guard(Pages.Size);
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            byte[] bytes = Bytes(values, stored);
            int free = (int)Pages.RoundUp(bytes.Length + 1) - bytes.Length;
            int before = stored == StoredAs.Odd ? 1 : atEnd ? free % Pages.Size : 0;
            Fill(before);
            Entry(name, stored == StoredAs.Odd ? "F32" : stored.ToString(), shape, bytes);
            Fill((int)(Pages.RoundUp(data.Count) - data.Count));
            Guard(Pages.Size);
        }
        header.Append('}');
        // Data begins on a page.
        int length = (int)Pages.RoundUp(8 + header.Length) - 8;
        return SafetensorsBytes.Build(header.ToString().PadRight(length), [.. data]);

        void Guard(int bytes) => Entry(FormattableString.Invariant($"guard{guards++}.num_batches_tracked"), "U8", [bytes], new byte[bytes]);

        void Fill(int bytes)
        {
            // No number, in whatever size it is read.
            if (bytes > 0)
                Entry(FormattableString.Invariant($"fill{guards++}.num_batches_tracked"), "U8", [bytes],
                    [.. Enumerable.Repeat((byte)0xFF, bytes)]);
        }

        void Entry(string name, string dtype, int[] shape, byte[] bytes)
        {
            string separator = data.Count > 0 ? "," : "";
            header.Append(FormattableString.Invariant(
                $"{separator}\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{data.Count},{data.Count + bytes.Length}]}}"));
            data.AddRange(bytes);
        }
    }

    /// <summary>Takes the access to the guards of a file away that <see cref="Build"/> made.</summary>
    public static void Protect(SafetensorsFile file)
    {
        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith(file.Path, StringComparison.Ordinal));
        foreach (SafetensorsEntry entry in file.Tensors.Where(t => t.Name.StartsWith("guard", StringComparison.Ordinal)))
            Pages.Forbid(file.AddressOf(entry), (nint)(entry.End - entry.Begin));
    }

    private static byte[] Bytes(float[] values, StoredAs stored) => stored switch
    {
        StoredAs.F16 => MemoryMarshal.AsBytes<Half>([.. values.Select(v => (Half)v)]).ToArray(),
        StoredAs.BF16 =>
            MemoryMarshal.AsBytes<ushort>([.. values.Select(v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16))]).ToArray(),
        _ => MemoryMarshal.AsBytes<float>(values).ToArray(),
    };
}
