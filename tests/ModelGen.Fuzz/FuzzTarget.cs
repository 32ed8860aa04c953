namespace ModelGen.Fuzz;

/// <summary>
/// Something that takes input from outside, with a way to make inputs for it and to say what must hold. One class a target, found by
/// reflection.
/// </summary>
internal abstract class FuzzTarget
{
    /// <summary>The name on the command line, and of the folder in the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>One line: what is read, and what must hold.</summary>
    public abstract string Description { get; }

    /// <summary>After how many times its limit an input is given up, on a machine that has other work as well.</summary>
    public const int Patience = 20;

    /// <summary>How much processor time one input may take.</summary>
    public virtual TimeSpan TimeLimit => TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many bytes one input may allocate, beyond itself; null if it is not measured. What is allocated in all is an upper bound of what
    /// is held at once.
    /// </summary>
    public virtual long? AllocationLimit => 64L << 20;

    /// <summary>How many random inputs <c>dotnet test</c> tries, beside the corpus.</summary>
    public virtual int TestShare => 200;

    /// <summary>What else a run came to, printed at its end; empty for most.</summary>
    public virtual string Summary => "";

    /// <summary>Prepares what all inputs share; called once, before the first input.</summary>
    public virtual void Start()
    {
    }

    /// <summary>The input that these random numbers give: always the same bytes for the same numbers.</summary>
    public abstract byte[] Make(Random random);

    /// <summary>Reads the input and checks what must hold.</summary>
    /// <exception cref="FuzzException">It does not hold. Any other exception is a failure too.</exception>
    public abstract FuzzOutcome Check(byte[] input);

    /// <summary>All targets, by name.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. typeof(FuzzTarget).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(FuzzTarget)) && !type.IsAbstract)
            .Select(type => (FuzzTarget)Activator.CreateInstance(type)!)
            .OrderBy(target => target.Name, StringComparer.Ordinal),
    ];
}

/// <summary>What became of an input that was treated rightly.</summary>
internal enum FuzzOutcome
{
    /// <summary>It was taken, and the result is right.</summary>
    Accepted,

    /// <summary>It was refused by the error that is documented.</summary>
    Refused,
}

/// <summary>What must hold does not.</summary>
internal sealed class FuzzException(string message, byte[]? smaller = null) : Exception(message)
{
    /// <summary>
    /// A smaller input that fails the same way, to report and keep in place of the one that was tried; null if none was looked for.
    /// </summary>
    public byte[]? Smaller => smaller;
}
