namespace ModelGen.Generator.Diagnostics;

/// <summary>Something wrong with a network, without a place: the front end that knows the place adds it.</summary>
/// <param name="Id">One of <see cref="ProblemIds"/>.</param>
/// <param name="Message">What is wrong, the numbers, and what would be right; fit to be shown, whatever was put into it.</param>
internal readonly record struct Problem(string Id, string Message)
{
    public string Message { get; } = Readable.Message(Message);
}
