using ModelGen;

namespace Browser;

/// <summary>What the page and the server both compile: large enough for threads to share its layers.</summary>
/// <remarks>
/// Pictures and parameters are whole numbers, so small that no sum reaches 2^24: a page has to get the server's bits, though its
/// instructions and the order of its sums are others.
/// </remarks>
[Network, Input(3, Side, Side)]
[Conv2d(8, 5), Relu, MaxPool2d(4)]
[Conv2d(16, 5), Relu, MaxPool2d(4)]
[Flatten, Linear(10)]
internal sealed partial class Plaid
{
    public const int Side = 100;

    /// <summary>A picture of −2 to 2.</summary>
    public static float[] Picture()
    {
        var picture = new float[InputLength];
        for (int i = 0; i < picture.Length; i++)
            picture[i] = i * 7 / 3 % 5 - 2;
        return picture;
    }
}
