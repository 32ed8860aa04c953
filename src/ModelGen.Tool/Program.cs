namespace ModelGen.Tool;

/// <summary>The command <c>modelgen</c>.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        var terminal = new Terminal(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);
        return CommandLine.Run(arguments, terminal);
    }
}
