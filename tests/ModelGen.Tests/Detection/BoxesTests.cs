using System.Text.Json;
using ModelGen.Detection;

namespace ModelGen.Tests.Detection;

public sealed class BoxesTests
{
    [Fact]
    public void Overlaps_are_torchvisions()
    {
        JsonElement data = DetectionData.Torchvision("iou");
        float[] expected = data.Floats("result"), actual = new float[expected.Length];
        Boxes.IntersectionOverUnion(data.Floats("a"), data.Floats("b"), actual);
        DetectionData.Near(expected, actual, 1e-7);
        Assert.Equal(1, actual[3 * 5]);
    }

    /// <summary>2×2 and 2×4 boxes that share 1×2: 2 / (4 + 8 − 2).</summary>
    [Fact]
    public void An_overlap_by_hand()
    {
        Assert.Equal(0.2f, Boxes.IntersectionOverUnion([0, 0, 2, 2], [1, 0, 3, 4]));
        Assert.Equal(0, Boxes.IntersectionOverUnion([0, 0, 2, 2], [2, 0, 3, 4]));
        Assert.Equal(8, Boxes.Area([1, 0, 3, 4]));
        Assert.True(float.IsNaN(Boxes.IntersectionOverUnion([1, 1, 1, 1], [2, 2, 2, 2])));
    }

    [Fact]
    public void Clipping_and_removing_are_torchvisions()
    {
        JsonElement data = DetectionData.Torchvision("clip");
        float[] boxes = data.Floats("boxes");
        int[] kept = new int[boxes.Length / 4];
        int count = Boxes.RemoveSmall(boxes, data.Int("minimum"), kept);
        Assert.Equal(data.Ints("kept"), kept[..count]);
        Boxes.ClipToImage(boxes, data.Int("height"), data.Int("width"));
        Assert.Equal(data.Floats("result"), boxes);
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        Assert.Equal("'boxes' needs 4 floats a box (x1, y1, x2, y2), got 5 floats. (Parameter 'boxes')",
            Assert.Throws<ArgumentException>(() => Boxes.ClipToImage(new float[5], 1, 1)).Message);
        Assert.Equal("'result' needs a float for each pair of boxes, 2; got 3. (Parameter 'result')",
            Assert.Throws<ArgumentException>(() => Boxes.IntersectionOverUnion(new float[4], new float[8], new float[3])).Message);
        Assert.Throws<ArgumentException>(() => Boxes.RemoveSmall(new float[8], 1, new int[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Boxes.ClipToImage(new float[4], 0, 1));
    }

    [Fact]
    public void Codes_are_torchvisions()
    {
        JsonElement data = DetectionData.Torchvision("coder");
        var coder = new BoxCoder(10, 10, 5, 5);
        float[] references = data.Floats("references"), boxes = data.Floats("boxes"), codes = new float[boxes.Length];
        coder.Encode(boxes, references, codes);
        DetectionData.Near(data.Floats("codes"), codes, 1e-6);
        // And back.
        coder.Decode(codes, references, codes);
        DetectionData.Near(boxes, codes, 1e-5);
        // Three classes each; the first width is beyond the clip.
        float[] given = data.Floats("given");
        coder.Decode(given, references, given);
        DetectionData.Near(data.Floats("decoded"), given, 2e-6);
    }

    [Fact]
    public void A_coder_refuses_what_it_cannot_do()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoxCoder(x: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoxCoder(height: float.PositiveInfinity));
        Assert.Equal("'codes' needs 4 floats, or a multiple, for each of 2 references; got 12. (Parameter 'codes')",
            Assert.Throws<ArgumentException>(() => new BoxCoder().Decode(new float[12], new float[8], new float[12])).Message);
        Assert.Throws<ArgumentException>(() => new BoxCoder().Encode(new float[8], new float[4], new float[8]));
    }

    [Fact]
    public void Anchors_are_torchvisions()
    {
        var generator = new AnchorGenerator([[32, 50], [64]], [[0.5f, 1, 2], [0.3f, 1]]);
        float[] expected = [.. DetectionData.Read("detection.json").GetProperty("anchors").EnumerateArray().Select(v => v.GetSingle())];
        float[] actual = new float[expected.Length];
        int fine = 4 * 5 * generator.PerPosition(0) * 4;
        generator.Generate(0, 4, 5, 100, 130, actual.AsSpan(0, fine));
        generator.Generate(1, 2, 3, 100, 130, actual.AsSpan(fine));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Anchors_are_of_maps_that_are_there()
    {
        Assert.Equal("Sizes and aspect ratios are for the same maps, at least 1; got 1 and 2. (Parameter 'aspectRatios')",
            Assert.Throws<ArgumentException>(() => new AnchorGenerator([[1]], [[1], [1]])).Message);
        Assert.Throws<ArgumentException>(() => new AnchorGenerator([[0]], [[1]]));
        var generator = new AnchorGenerator([[8]], [[1]]);
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.PerPosition(1));
        Assert.Equal("The image must be at least as large as the grid, 2×2; got 1×8. (Parameter 'imageHeight')",
            Assert.Throws<ArgumentException>(() => generator.Generate(0, 2, 2, 1, 8, new float[16])).Message);
        Assert.Throws<ArgumentException>(() => generator.Generate(0, 2, 2, 8, 8, new float[15]));
    }
}
