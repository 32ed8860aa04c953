namespace ModelGen.Runtime;

/// <summary>
/// What the library's kernels and threads know of machines: each number once, with its unit and what it was measured by. Where a command is
/// named, it is one of <c>dotnet run -c Release --project tests/ModelGen.Benchmarks --</c>, run with the number and with half and twice of
/// it.
/// </summary>
internal static class Machine
{
    /// <summary>
    /// Microseconds for which a thread that has nothing to do looks for work before it sleeps: waking it takes tens of them, and with 50
    /// those that were done early with a long stage came late to the next. <c>layers --network resnet18 --threads 2</c>.
    /// </summary>
    public const int SpinMicroseconds = 200;

    /// <summary>
    /// Microseconds after which it offers its processor to others at every turn. <c>layers --network resnet18 --threads 2</c>.
    /// </summary>
    public const int OwnTurnMicroseconds = 5;

    /// <summary>
    /// Microseconds after which a processor that was offered comes back late, so that others need it. <c>layers --network resnet18
    /// --threads 4</c> on two.
    /// </summary>
    public const int LentMicroseconds = 50;

    /// <summary>Bytes of a large page: what Linux has on x86 and most Arm systems.</summary>
    public const nuint LargePageBytes = 2 << 20;

    /// <summary>
    /// Bytes of the largest array for which large pages are asked unasked: where the host of a virtual machine takes back unused memory,
    /// getting them again takes 2.5 ms a megabyte, six times as long as small ones. <c>startup --network vgg16</c>, on the first start and
    /// on the second.
    /// </summary>
    public const nuint MostLargePagesBytes = 128 << 20;

    /// <summary>
    /// Bytes of the largest file that is read rather than mapped: there a mapping saves less than a millisecond. <c>startup --network
    /// squeezenet</c>.
    /// </summary>
    public const long ReadRatherThanMappedBytes = 4 << 20;

    /// <summary>
    /// Floats that a sum goes over at a time, so that they are still in the first cache: 16 KiB. <c>trainlayers --network resnet18</c>.
    /// </summary>
    public const int FirstCachePieceFloats = 4_096;

    /// <summary>
    /// Channels whose filters are transposed at a time: 9 KB of 3×3 filters, 26 of 5×5, which stay in the first cache. <c>startup --network
    /// vgg16</c>.
    /// </summary>
    public const int ChannelsPerTranspose = 16;
}
