using System.Globalization;
using System.Runtime.InteropServices;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class LargePagesTests
{
    [Fact]
    public void ArraysOfSomeMegabytesAreToHaveThem()
    {
        // Linux without the feature, and other systems, have nothing to ask for.
        if (!Directory.Exists("/sys/kernel/mm/transparent_hugepage"))
            return;
        const int Floats = 4 << 20;
        ArraySegment<float> memory = AlignedMemory.Allocate(Floats);
        Assert.Contains("hg", FlagsAt((ulong)Marshal.UnsafeAddrOfPinnedArrayElement(memory.Array!, Floats / 2)));
    }

    // What the system says of the mapping with an address.
    private static string[] FlagsAt(ulong address)
    {
        bool isInside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "VmFlags:" && isInside)
                return words;
            string[] range = words[0].Split('-');
            if (range.Length == 2)
                isInside = address >= Hex(range[0]) && address < Hex(range[1]);
        }
        return [];

        static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
