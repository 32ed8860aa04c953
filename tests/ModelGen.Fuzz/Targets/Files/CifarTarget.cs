using ModelGen.Data;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>CIFAR files: whole records with labels that are classes.</summary>
internal sealed class CifarTarget : FuzzTarget
{
    public override string Name => "cifar";

    public override string Description =>
        "CIFAR files (first byte: whether of 100 classes): refused if anything is wrong with them, or the right images";

    public override byte[] Make(Random random)
    {
        int labels = random.Next(2), records = random.Next(1, 4), bytes = 3073 + labels;
        var file = ByteMutation.Random(random, 1 + records * bytes);
        file[0] = (byte)labels;
        for (int r = 0; r < records; r++)
            for (int l = 0; l <= labels; l++)
                file[1 + r * bytes + l] %= (byte)(random.Next(12) == 0 ? 255 : labels == 0 ? 10 : l == 0 ? 20 : 100);
        return random.Next(3) switch { 0 => ByteMutation.Damage(file, random),
            1 when random.Next(3) == 0 => ByteMutation.Cut(file, random, 3100), _ => file };
    }

    public override FuzzOutcome Check(byte[] input)
    {
        int labels = input.Length > 0 && (input[0] & 1) != 0 ? 2 : 1;
        byte[] file = input.Length > 0 ? input[1..] : [];
        int[] classes = labels == 2 ? [20, 100] : [10];
        int bytes = 3072 + labels, count = file.Length / bytes;
        bool isRight = file.Length > 0 && file.Length % bytes == 0
            && Enumerable.Range(0, count).All(r => Enumerable.Range(0, labels).All(l => file[r * bytes + l] < classes[l]));
        try
        {
            LabeledImages images = CifarFile.Read(["fuzz.bin"], [file], labels, labels - 1, classes, null);
            if (!isRight || images.Count != count)
                throw new FuzzException("a damaged file was accepted");
            for (int r = 0; r < count; r++)
            {
                if (images.Labels[r] != file[r * bytes + labels - 1]
                    || !images.Bytes.Slice(r * 3072, 3072).SequenceEqual(file.AsSpan(r * bytes + labels, 3072)))
                    throw new FuzzException("wrong pixels or labels");
            }
            return FuzzOutcome.Accepted;
        }
        catch (InvalidDataFileException fault)
        {
            return isRight ? throw new FuzzException("a good file was refused: " + fault.Message) : FuzzOutcome.Refused;
        }
    }
}
