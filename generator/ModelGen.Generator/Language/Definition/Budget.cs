namespace ModelGen.Generator.Language.Definition;

/// <summary>The work that a definition may take, counted in evaluations.</summary>
internal sealed class Budget(CancellationToken cancellation)
{
    /// <summary>Steps after which a definition is taken for one without end. The largest networks we know need a fifth.</summary>
    public const int MostSteps = 1_000_000;

    /// <summary>
    /// How many characters of a text are charged like one evaluation: they are copied in less time, but all of them may be kept.
    /// </summary>
    public const int CharactersOfStep = 16;

    private long _spent;
    private long _asked;

    /// <summary>Charges some work; false where there is no more to spend.</summary>
    public bool Charge(long work)
    {
        _spent += Math.Min(Math.Max(work, 0), MostSteps + 1);
        if (_spent - _asked >= 1024)
        {
            _asked = _spent;
            cancellation.ThrowIfCancellationRequested();
        }
        return _spent <= MostSteps;
    }
}
