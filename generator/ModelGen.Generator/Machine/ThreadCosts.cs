namespace ModelGen.Generator.Machine;

/// <summary>
/// What a step takes, roughly, and what it takes to share it, in nanoseconds:
/// <code>dotnet run -c Release --project tests/ModelGen.Benchmarks -- layers --network resnet18 --threads 2</code>
/// prints times and speeds of steps and stages, and the time between a stage and the next.
/// </summary>
internal static class ThreadCosts
{
    /// <summary>Multiply-adds of one thread in a nanosecond.</summary>
    public const double MultiplyAddsPerNanosecond = 50;

    /// <summary>Floats from the caches in a nanosecond.</summary>
    public const double FloatsPerNanosecond = 20;

    /// <summary>Floats of an image in a nanosecond whose halo alone is cleared.</summary>
    public const double HaloFloatsPerNanosecond = 100;

    /// <summary>
    /// The shortest stage that is shared, in nanoseconds: handing it out and waiting for its end takes about a microsecond where threads
    /// are awake, and two threads save half a stage at best.
    /// </summary>
    public const double LeastStage = 5_000;

    /// <summary>
    /// The least that all stages together take, in nanoseconds: threads that sleep take as long to wake up, and until then the calling
    /// thread is alone.
    /// </summary>
    public const double LeastPlan = 50_000;

    /// <summary>
    /// The smallest batch, in samples, of which threads share the samples in training: then each finds what it wrote the steps before in
    /// its own cache, and seldom waits for another one. <c>train --network resnet18 --threads 2</c>.
    /// </summary>
    public const int LeastSamples = 8;
}
