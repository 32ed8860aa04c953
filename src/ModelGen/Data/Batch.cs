namespace ModelGen.Data;

/// <summary>Memory of a batch.</summary>
internal sealed class Batch(int size, int imageLength)
{
    public readonly float[] Images = new float[size * imageLength];
    public readonly int[] Labels = new int[size];
    public readonly int[] Indices = new int[size];
    public int Count;
}
