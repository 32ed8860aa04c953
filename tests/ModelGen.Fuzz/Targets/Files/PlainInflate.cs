namespace ModelGen.Fuzz.Targets.Files;

/// <summary>
/// Unpacks deflate data bit by bit, as RFC 1951 describes it and M. Adler's <i>puff</i> does, without anything of the library that is
/// tested or of .NET: the second opinion about where a stream ends and whether it is one.
/// </summary>
internal ref struct PlainInflate
{
    private static readonly int[] LengthBase =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    private static readonly int[] LengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly int[] DistanceBase =
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
            16385, 24577];
    private static readonly int[] DistanceBits =
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
    private static readonly int[] Order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly ReadOnlySpan<byte> data;
    private readonly byte[] result;
    private int position;
    private int bit;
    private int count;

    private PlainInflate(ReadOnlySpan<byte> data, int length)
    {
        this.data = data;
        result = new byte[length];
    }

    /// <summary>The data unpacked, if it is one stream that takes all of its bytes and gives exactly so many; null if not.</summary>
    public static byte[]? Unpack(ReadOnlySpan<byte> data, int length)
    {
        var inflate = new PlainInflate(data, length);
        try
        {
            inflate.Run();
        }
        catch (Fault)
        {
            return null;
        }
        int used = inflate.position + (inflate.bit > 0 ? 1 : 0);
        return used == data.Length && inflate.count == length ? inflate.result : null;
    }

    private void Run()
    {
        bool isLast;
        do
        {
            isLast = Bits(1) == 1;
            switch (Bits(2))
            {
                case 0:
                    Stored();
                    break;
                case 1:
                    var lengths = new int[288];
                    for (int i = 0; i < lengths.Length; i++)
                        lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
                    Codes(new Code(lengths), new Code([.. Enumerable.Repeat(5, 30)]));
                    break;
                case 2:
                    Dynamic();
                    break;
                default:
                    throw new Fault();
            }
        }
        while (!isLast);
    }

    private int Bits(int needed)
    {
        int value = 0;
        for (int i = 0; i < needed; i++)
        {
            if (position >= data.Length)
                throw new Fault();
            value |= (data[position] >> bit & 1) << i;
            bit = (bit + 1) & 7;
            position += bit == 0 ? 1 : 0;
        }
        return value;
    }

    private void Put(byte value)
    {
        if (count == result.Length)
            throw new Fault();
        result[count++] = value;
    }

    private void Stored()
    {
        position += bit > 0 ? 1 : 0;
        bit = 0;
        int length = Bits(16);
        if (Bits(16) != (~length & 0xffff))
            throw new Fault();
        for (; length > 0; length--)
            Put((byte)Bits(8));
    }

    private void Dynamic()
    {
        int literals = Bits(5) + 257, distances = Bits(5) + 1, codes = Bits(4) + 4;
        if (literals > 286 || distances > 30)
            throw new Fault();
        var lengths = new int[19];
        for (int i = 0; i < codes; i++)
            lengths[Order[i]] = Bits(3);
        var code = new Code(lengths);
        if (code.Left != 0)
            throw new Fault();
        lengths = new int[literals + distances];
        for (int i = 0; i < lengths.Length;)
        {
            int symbol = Symbol(code);
            if (symbol < 16)
            {
                lengths[i++] = symbol;
                continue;
            }
            if (symbol == 16 && i == 0)
                throw new Fault();
            int length = symbol == 16 ? lengths[i - 1] : 0;
            int repeat = symbol == 16 ? 3 + Bits(2) : symbol == 17 ? 3 + Bits(3) : 11 + Bits(7);
            if (i + repeat > lengths.Length)
                throw new Fault();
            for (; repeat > 0; repeat--)
                lengths[i++] = length;
        }
        var literal = new Code(lengths[..literals]);
        var distance = new Code(lengths[literals..]);
        if (lengths[256] == 0 || !literal.MayBeUsed || !distance.MayBeUsed)
            throw new Fault();
        Codes(literal, distance);
    }

    private void Codes(Code literals, Code distances)
    {
        while (true)
        {
            int symbol = Symbol(literals);
            if (symbol == 256)
                return;
            if (symbol < 256)
            {
                Put((byte)symbol);
                continue;
            }
            if ((symbol -= 257) >= 29)
                throw new Fault();
            int length = LengthBase[symbol] + Bits(LengthBits[symbol]);
            symbol = Symbol(distances);
            if (symbol >= 30)
                throw new Fault();
            int distance = DistanceBase[symbol] + Bits(DistanceBits[symbol]);
            if (distance > count)
                throw new Fault();
            for (; length > 0; length--)
                Put(result[count - distance]);
        }
    }

    private int Symbol(Code code)
    {
        int value = 0, first = 0, index = 0;
        for (int length = 1; length <= 15; length++)
        {
            value |= Bits(1);
            int number = code.Counts[length];
            if (value - number < first)
                return code.Symbols[index + value - first];
            index += number;
            first = first + number << 1;
            value <<= 1;
        }
        throw new Fault();
    }

    /// <summary>Symbols in the order of their codes, and how many there are of each length.</summary>
    private sealed class Code
    {
        public readonly int[] Counts = new int[16];
        public readonly int[] Symbols;

        public Code(int[] lengths)
        {
            foreach (int length in lengths)
                Counts[length]++;
            IsEmpty = Counts[0] == lengths.Length;
            IsOne = Counts[0] == lengths.Length - 1 && Counts[1] == 1;
            Left = 1;
            for (int length = 1; length <= 15; length++)
            {
                Left = (Left << 1) - Counts[length];
                if (Left < 0)
                    throw new Fault();
            }
            Symbols = [.. Enumerable.Range(0, lengths.Length).Where(symbol => lengths[symbol] > 0).OrderBy(symbol => lengths[symbol])
                .ThenBy(symbol => symbol)];
        }

        /// <summary>Codes that stand for nothing.</summary>
        public int Left { get; }

        public bool MayBeUsed => Left == 0 || IsEmpty || IsOne;

        private bool IsEmpty { get; }

        private bool IsOne { get; }
    }

    private sealed class Fault : Exception;
}
