using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ModelGen.Safetensors;

/// <summary>Reads and checks the header of a safetensors file: all the rules of the format stand here.</summary>
/// <remarks>
/// Accepts what the reference implementation (huggingface/safetensors, <c>tensor.rs</c>) accepts, except what the format's description
/// forbids and the reference lets pass: duplicate keys, and a header that does not begin with '{'. Nothing is allocated by a size the file
/// claims; every allocation is paid for by header bytes that are there, and all of them together are bounded, see
/// <see cref="MaxMemoryInBytes"/>.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's limit for the JSON header, in bytes.</summary>
    public const int MaxLengthInBytes = 100_000_000;

    /// <summary>Bytes before the JSON: its length, little endian.</summary>
    public const int PrefixLengthInBytes = 8;

    public const string MetadataKey = "__metadata__";

    /// <summary>The depth limit of the reference's JSON reader. The format itself needs 3; unknown keys may hold more.</summary>
    const int MaxDepth = 128;

    /// <summary>
    /// What names, shapes and metadata may take in memory, all objects counted: the format bounds the header's length alone, of which two
    /// bytes can be a dimension and sixty a tensor. Enough for some 80,000 tensors, or 20 million characters of metadata.
    /// </summary>
    public const int MaxMemoryInBytes = 48 << 20;

    // What is allocated for each, beside the characters of a string; what lists and dictionaries grow out of included.
    const int BytesOfTensor = 448, BytesOfNumber = 32, BytesOfString = 64;

    readonly string _path;
    readonly List<long> _numbers = [];
    long _memoryLeft = MaxMemoryInBytes;
    readonly List<SafetensorsEntry> _tensors = [];
    readonly Dictionary<string, SafetensorsEntry> _byName = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    SafetensorsHeader(string path) => _path = path;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors => _tensors;

    public IReadOnlyDictionary<string, SafetensorsEntry> ByName => _byName;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Checks the length prefix against the file: how many bytes of JSON follow it.</summary>
    public static int CheckLength(string path, ReadOnlySpan<byte> prefix, long fileLength)
    {
        if (fileLength < PrefixLengthInBytes)
            throw new InvalidSafetensorsException(path, fileLength == 0 ? "the file is empty" : "the file ends inside the header length",
                "at least 8 bytes", MessageText.Invariant($"{fileLength}"));
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxLengthInBytes)
            throw new InvalidSafetensorsException(path, "the header is too long",
                MessageText.Invariant($"at most {MaxLengthInBytes} bytes"), MessageText.Invariant($"{length}"));
        if ((long)length > fileLength - PrefixLengthInBytes)
            throw new InvalidSafetensorsException(path, "the file ends inside the header",
                MessageText.Invariant($"a header of {length} bytes"),
                MessageText.Invariant($"{fileLength - PrefixLengthInBytes} bytes left in the file"));
        return (int)length;
    }

    /// <summary>
    /// Parses the JSON and checks every tensor against the <paramref name="dataLength"/> bytes that follow it, where that is known.
    /// </summary>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long? dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new InvalidSafetensorsException(path, "the header is not a JSON object", "a first byte '{'",
                json.IsEmpty ? "an empty header" : MessageText.Invariant($"byte 0x{json[0]:x2}"));
        if (!Utf8.IsValid(json))
            throw new InvalidSafetensorsException(path, "the header is not text", "valid UTF-8",
                MessageText.Invariant($"an invalid sequence at header byte {FirstInvalidByte(json)}"));

        var header = new SafetensorsHeader(path);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            header.ReadTop(ref reader);
            // Only spaces may follow the object; the reader refuses anything else here.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new InvalidSafetensorsException(path, "the header is not valid JSON", "one JSON object", e.Message, e);
        }
        header.CheckLayout(dataLength ?? (header._tensors.Count == 0 ? 0 : header._tensors.Max(t => t.End)));
        return header;
    }

    void ReadTop(ref Utf8JsonReader reader)
    {
        bool metadataSeen = false;
        while (ReadKey(ref reader))
        {
            string key = ReadString(ref reader);
            reader.Read();
            if (key == MetadataKey)
            {
                if (metadataSeen) throw Duplicate(key, "the header");
                metadataSeen = true;
                ReadMetadata(ref reader);
                continue;
            }
            if (_byName.ContainsKey(key)) throw Duplicate(key, "the header");
            Charge(BytesOfTensor, ref reader);
            var entry = ReadTensor(ref reader, key);
            _byName.Add(key, entry);
            _tensors.Add(entry);
        }
    }

    void ReadMetadata(ref Utf8JsonReader reader)
    {
        // The reference reads null as absent.
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid($"the value of '{MetadataKey}' is of the wrong kind", "an object of strings", reader.TokenType.Kind());
        while (ReadKey(ref reader))
        {
            string key = ReadString(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Invalid($"the metadata value {MessageText.Quote(key)} is of the wrong kind", "a string", reader.TokenType.Kind());
            if (!_metadata.TryAdd(key, ReadString(ref reader))) throw Duplicate(key, $"'{MetadataKey}'");
        }
    }

    SafetensorsEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid($"tensor {MessageText.Quote(name)} is of the wrong kind",
                "an object with dtype, shape and data_offsets", reader.TokenType.Kind());

        SafetensorsDtype? dtype = null;
        long[]? shape = null;
        (long Begin, long End)? offsets = null;
        HashSet<string>? others = null;
        while (ReadKey(ref reader))
        {
            // Keys we do not know are skipped, as the reference does; twice the same key is refused either way.
            // An escaped key may be no text, which comparing it would not say.
            string? escaped = reader.ValueIsEscaped ? ReadString(ref reader) : null;
            if (IsKey(ref reader, escaped, "dtype"))
            {
                if (dtype != null) throw DuplicateIn("dtype", name);
                reader.Read();
                dtype = ReadDtype(ref reader, name);
            }
            else if (IsKey(ref reader, escaped, "shape"))
            {
                if (shape != null) throw DuplicateIn("shape", name);
                reader.Read();
                shape = [.. ReadNumbers(ref reader, name, "shape")];
            }
            else if (IsKey(ref reader, escaped, "data_offsets"))
            {
                if (offsets != null) throw DuplicateIn("data_offsets", name);
                reader.Read();
                var numbers = ReadNumbers(ref reader, name, "data_offsets");
                if (numbers.Count != 2)
                    throw Invalid($"tensor {MessageText.Quote(name)} has malformed data_offsets",
                        "2 numbers, begin and end", MessageText.Invariant($"{numbers.Count}"));
                offsets = (numbers[0], numbers[1]);
            }
            else
            {
                string key = escaped ?? ReadString(ref reader);
                if (!(others ??= new(StringComparer.Ordinal)).Add(key)) throw DuplicateIn(key, name);
                reader.Read();
                reader.Skip();
            }
        }

        string? missing = dtype == null ? "dtype" : shape == null ? "shape" : offsets == null ? "data_offsets" : null;
        if (missing != null) throw Invalid($"tensor {MessageText.Quote(name)} lacks a key", $"'{missing}'", "none");
        return Check(name, dtype!.Value, shape!, offsets!.Value.Begin, offsets.Value.End);
    }

    /// <summary>Checks what one tensor says of itself: its byte range against its shape and dtype.</summary>
    SafetensorsEntry Check(string name, SafetensorsDtype dtype, long[] shape, long begin, long end)
    {
        if (end < begin)
            throw Invalid($"tensor {MessageText.Quote(name)} has malformed data_offsets",
                MessageText.Invariant($"an end of at least {begin}"), MessageText.Invariant($"{end}"));
        long elements = 1, bits;
        try
        {
            foreach (long dimension in shape) elements = checked(elements * dimension);
            bits = checked(elements * dtype.BitsPerElement());
        }
        catch (OverflowException e)
        {
            throw Invalid($"the size of tensor {MessageText.Quote(name)} overflows",
                MessageText.Invariant($"{end - begin} bytes, as its data_offsets say"),
                $"shape {MessageText.Shape(shape)} of {dtype.Name()}, more than 2^63 - 1 bits", e);
        }
        if (bits % 8 != 0)
            throw Invalid($"tensor {MessageText.Quote(name)} does not end at a byte",
                "a multiple of 8 bits", MessageText.Invariant($"{bits} bits, {elements} x {dtype.Name()}"));
        if (bits / 8 != end - begin)
            throw Invalid($"the size of tensor {MessageText.Quote(name)} does not match its shape",
                MessageText.Invariant($"{bits / 8} bytes for shape {MessageText.Shape(shape)} of {dtype.Name()}"),
                MessageText.Invariant($"{end - begin} bytes in data_offsets [{begin}, {end}]"));
        return new SafetensorsEntry(name, dtype, shape, begin, end, elements);
    }

    /// <summary>Checks that the tensors cover the data exactly: no gap, no overlap, nothing after the last.</summary>
    /// <param name="dataLength">Bytes of data.</param>
    /// <param name="isAtLeast">Whether there may be more of them.</param>
    internal void CheckLayout(long dataLength, bool isAtLeast = false)
    {
        // By name last, so that two zero-size tensors at one place have a fixed order.
        _tensors.Sort((a, b) =>
        {
            int order = a.Begin.CompareTo(b.Begin);
            if (order == 0) order = a.End.CompareTo(b.End);
            return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        });
        long end = 0;
        string before = "the start of the data";
        foreach (var tensor in _tensors)
        {
            if (tensor.Begin != end)
                throw Invalid(
                    $"tensor {MessageText.Quote(tensor.Name)} {(tensor.Begin < end ? "overlaps" : "leaves a gap after")} {before}",
                    MessageText.Invariant($"begin {end}"), MessageText.Invariant($"begin {tensor.Begin}"));
            end = tensor.End;
            before = $"tensor {MessageText.Quote(tensor.Name)}";
            if (end > dataLength)
                throw Invalid($"the file ends inside {before}",
                    MessageText.Invariant($"{end} bytes of data"), MessageText.Invariant($"{dataLength}"));
        }
        if (end != dataLength)
            throw Invalid($"the file goes on after {(_tensors.Count == 0 ? "a header without tensors" : "the last tensor")}",
                MessageText.Invariant($"{end} bytes of data"), MessageText.Invariant($"{(isAtLeast ? "at least " : "")}{dataLength}"));
    }

    SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw Invalid($"the dtype of tensor {MessageText.Quote(name)} is of the wrong kind", "a string", reader.TokenType.Kind());
        string text = ReadString(ref reader);
        return SafetensorsDtypes.TryParse(text, out var dtype)
            ? dtype
            : throw Invalid($"the dtype of tensor {MessageText.Quote(name)} is unknown",
                $"one of {SafetensorsDtypes.AllNames()}", MessageText.Quote(text));
    }

    /// <returns>A list that the next call uses again.</returns>
    List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Invalid(
                $"the {key} of tensor {MessageText.Quote(name)} is of the wrong kind", "an array of integers", reader.TokenType.Kind());
        var numbers = _numbers;
        numbers.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number)
                throw Invalid($"the {key} of tensor {MessageText.Quote(name)} has an element of the wrong kind",
                    "an integer", reader.TokenType.Kind());
            // Digits alone: neither 4.0 nor 1e3 nor -0 is an integer to the reference.
            if (reader.ValueSpan.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0 || !reader.TryGetInt64(out long number))
                throw Invalid($"the {key} of tensor {MessageText.Quote(name)} has a malformed number", "an integer from 0 to 2^63 - 1",
                    MessageText.Quote(Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 64)])));
            Charge(BytesOfNumber, ref reader);
            numbers.Add(number);
        }
        return numbers;
    }

    /// <summary>Moves to the next key of the current object; false at the object's end.</summary>
    static bool ReadKey(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    static bool IsKey(ref Utf8JsonReader reader, string? escaped, string key) =>
        escaped is null ? reader.ValueTextEquals(key) : escaped == key;

    void Charge(long bytes, ref Utf8JsonReader reader)
    {
        _memoryLeft -= bytes;
        if (_memoryLeft < 0)
            throw Invalid(
                "the header describes too much",
                MessageText.Invariant($"names, shapes and metadata that take at most {MaxMemoryInBytes} bytes of memory"),
                MessageText.Invariant($"more, at header byte {reader.TokenStartIndex}"));
    }

    string ReadString(ref Utf8JsonReader reader)
    {
        // Escaped text is longer than what it stands for.
        Charge(BytesOfString + sizeof(char) * (long)reader.ValueSpan.Length, ref reader);
        try
        {
            return reader.GetString()!;
        }
        // The JSON grammar allows an escaped half of a surrogate pair; no text can hold it.
        catch (InvalidOperationException e)
        {
            throw Invalid("a string in the header is not text", "paired surrogates",
                MessageText.Invariant($"an unpaired \\u escape at header byte {reader.TokenStartIndex}"), e);
        }
    }

    InvalidSafetensorsException DuplicateIn(string key, string tensor) => Duplicate(key, $"tensor {MessageText.Quote(tensor)}");

    InvalidSafetensorsException Duplicate(string key, string where) =>
        Invalid($"a key stands twice in {where}", "each key once", $"{MessageText.Quote(key)} twice");

    InvalidSafetensorsException Invalid(string problem, string expected, string actual, Exception? inner = null) =>
        new(_path, problem, expected, actual, inner);

    static int FirstInvalidByte(ReadOnlySpan<byte> json)
    {
        int position = 0;
        while (position < json.Length
            && Rune.DecodeFromUtf8(json[position..], out _, out int length) == System.Buffers.OperationStatus.Done)
            position += length;
        return position;
    }
}

file static class JsonKinds
{
    /// <summary>What a user would call this token.</summary>
    public static string Kind(this JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };
}
