namespace ModelGen.Tool;

/// <summary>What the user gave is wrong: one line that names what, and where. The exit code is <see cref="ExitCode.BadInput"/>.</summary>
internal sealed class ToolException(string message) : Exception(message);

/// <summary>What the command came to.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The answer to the question is no: files differ, weights do not fit.</summary>
    public const int No = 1;

    /// <summary>The command line, a file or a project is not what it should be.</summary>
    public const int BadInput = 2;
}
