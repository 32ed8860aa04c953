using System.Buffers.Binary;
using System.CommandLine;
using System.Text.RegularExpressions;
using ModelGen.Runtime;
using ModelGen.Safetensors;

namespace ModelGen.Tool.Commands;

/// <summary><c>convert IN OUT</c>: another type of numbers, other names, fewer tensors.</summary>
internal static class ConvertCommand
{
    // A pattern that goes back and forth for ever ends.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal)
    {
        var input = new Argument<string>("IN") { Description = "A safetensors file." };
        var output = new Argument<string>("OUT") { Description = "The file to write; replaced if it is there." };
        var dtype = new Option<SafetensorsDtype?>("--dtype") { Description =
            "F32, F16 or BF16, rounded to the nearest; tensors of other types stay as they are." };
        var rename = new Option<string[]>("--rename") { Description =
            "PATTERN=NAME, a regular expression and what takes its place ($1 for a group); several are done in order." };
        var strip = new Option<string[]>("--strip-prefix") { Description =
            "What is left out at the beginning of names that begin with it: module. for one." };
        var drop = new Option<string[]>("--drop") { Description = "A regular expression of names, as they are in IN, that are left out." };
        var json = CommandLine.JsonOption();
        var command = CommandLine.Create("convert",
            "Writes a file anew: with another type of numbers, other names, or without some tensors.",
            "convert model.safetensors half.safetensors --dtype BF16",
            "convert ddp.safetensors model.safetensors --strip-prefix module.",
            @"convert timm.safetensors model.safetensors --rename ""^blocks\.(\d+)\.=layer$1."" --drop num_batches_tracked$");
        foreach (var argument in (Argument[])[input, output])
            command.Add(argument);
        foreach (var option in (Option[])[dtype, rename, strip, drop, json])
            command.Add(option);
        command.SetAction(parsed => Run(terminal, parsed.GetValue(input)!, parsed.GetValue(output)!, parsed.GetValue(dtype),
            new Names(parsed.GetValue(rename) ?? [], parsed.GetValue(strip) ?? [], parsed.GetValue(drop) ?? []), parsed.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string input, string output, SafetensorsDtype? dtype, Names names, bool json)
    {
        if (dtype is not (null or SafetensorsDtype.F32 or SafetensorsDtype.F16 or SafetensorsDtype.BF16))
            throw new ToolException($"--dtype: expected F32, F16 or BF16, got {dtype}");
        using var file = SafetensorsFile.Open(input);
        var tensors = new List<SafetensorsContent>();
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        int renamed = 0, done = 0;
        foreach (var tensor in file.Tensors)
        {
            if (names.Of(tensor.Name) is not string name)
                continue;
            if (name.Length == 0 || !sources.TryAdd(name, tensor.Name))
                throw new ToolException($"{input}: '{tensor.Name}' would be called "
                    + $"'{name}'{(name.Length == 0 ? "" : $", as '{sources[name]}' is")}");
            renamed += name == tensor.Name ? 0 : 1;
            bool isFloat = tensor.Dtype is SafetensorsDtype.F32 or SafetensorsDtype.F16 or SafetensorsDtype.BF16;
            var type = isFloat && dtype is { } wanted ? wanted : tensor.Dtype;
            long length = type == tensor.Dtype ? tensor.End - tensor.Begin : tensor.ElementCount * (type == SafetensorsDtype.F32 ? 4 : 2);
            tensors.Add(new SafetensorsContent(name, type, tensor.Shape, length, stream =>
            {
                terminal.Progress($"{done++} of {tensors.Count} tensors");
                stream.Write(type == tensor.Dtype ? file.ReadRaw(tensor.Name) : Convert(file, tensor, type));
            }));
        }
        SafetensorsWriter.WriteContents(output, tensors, file.Metadata.Count == 0 ? null : file.Metadata);
        if (json)
            terminal.Json(new { input, output, tensors = tensors.Count, renamed, dropped = file.Tensors.Count - tensors.Count,
                bytes = tensors.Sum(t => t.Length) });
        else
            terminal.Line($"{output}: {Numbers.Count(tensors.Count)} tensors, {Numbers.Count(tensors.Sum(t => t.Length))} bytes; "
                + $"{Numbers.Count(renamed)} renamed, {Numbers.Count(file.Tensors.Count - tensors.Count)} left out");
        return ExitCode.Success;
    }

    private static byte[] Convert(SafetensorsFile file, SafetensorsEntry tensor, SafetensorsDtype dtype)
    {
        float[] values = TensorStatistics.FloatsOf(file, tensor)!;
        var bytes = new byte[checked(values.Length * (dtype == SafetensorsDtype.F32 ? 4 : 2))];
        for (int i = 0; i < values.Length; i++)
        {
            float value = values[i];
            if (dtype == SafetensorsDtype.F32)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), value);
                continue;
            }
            ushort bits = dtype == SafetensorsDtype.F16 ? BitConverter.HalfToUInt16Bits((Half)value) : BFloat16.Round(value);
            bool isInfinite = (bits & 0x7FFF) == (dtype == SafetensorsDtype.F16 ? 0x7C00 : 0x7F80);
            if (isInfinite && float.IsFinite(value))
                throw new ToolException($"{file.Path}: {tensor.Name}: {value:R} is too large for {dtype}");
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), bits);
        }
        return bytes;
    }

    /// <summary>What tensors are called, and which are left out.</summary>
    private sealed class Names(string[] renames, string[] prefixes, string[] drops)
    {
        private readonly Regex[] dropped = [.. drops.Select(pattern => Parse("--drop", pattern))];
        private readonly (Regex Pattern, string Name)[] renamed = [.. renames.Select(rename =>
        {
            int equals = rename.LastIndexOf('=');
            return equals < 1 ? throw new ToolException($"--rename: expected PATTERN=NAME, got '{rename}'")
                : (Parse("--rename", rename[..equals]), rename[(equals + 1)..]);
        })];

        public string? Of(string name)
        {
            if (dropped.Any(pattern => pattern.IsMatch(name)))
                return null;
            foreach (string prefix in prefixes)
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                    name = name[prefix.Length..];
            foreach (var (pattern, replacement) in renamed)
                name = pattern.Replace(name, replacement);
            return name;
        }

        private static Regex Parse(string option, string pattern)
        {
            try
            {
                return new Regex(pattern, RegexOptions.CultureInvariant, MatchLimit);
            }
            catch (ArgumentException fault)
            {
                throw new ToolException($"{option}: {fault.Message}");
            }
        }
    }
}
