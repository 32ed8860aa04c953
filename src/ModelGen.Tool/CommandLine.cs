using System.CommandLine;
using System.CommandLine.Help;
using ModelGen.Tool.Commands;

namespace ModelGen.Tool;

/// <summary>The commands, and what becomes of their errors.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line.</summary>
    /// <returns>A code of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, Terminal terminal)
    {
        // A RootCommand would be called like the file that runs.
        var root = new Command("modelgen",
            "Networks compiled by ModelGen, and their weights.\n\nExit codes: 0 all right, 1 the answer is no, 2 the input is wrong.")
        {
            new HelpOption(),
            new VersionOption(),
            InspectCommand.Create(terminal),
            DiffCommand.Create(terminal),
            ConvertCommand.Create(terminal),
            SummaryCommand.Create(terminal),
            CheckCommand.Create(terminal),
            BenchCommand.Create(terminal),
            NewCommand.Create(terminal),
        };
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            // Some messages go on with a list, a line each.
            string message = parsed.UnmatchedTokens.Count > 0
                ? $"'{parsed.UnmatchedTokens[0]}' is no command, argument or option."
                : parsed.Errors[0].Message.ReplaceLineEndings(" ");
            string command = parsed.CommandResult.Command == root ? "modelgen" : $"modelgen {parsed.CommandResult.Command.Name}";
            terminal.Error.Write($"modelgen: {message} See {command} --help.\n");
            return ExitCode.BadInput;
        }
        try
        {
            return parsed.Invoke(
                new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception fault) when (fault is ToolException or IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException or TimeoutException or System.ComponentModel.Win32Exception)
        {
            terminal.EndProgress();
            terminal.Error.Write($"modelgen: {fault.Message.ReplaceLineEndings("\n").Split('\n')[0]}\n");
            return ExitCode.BadInput;
        }
    }

    /// <summary>A command with examples below its description.</summary>
    public static Command Create(string name, string description, params string[] examples) =>
        new(name, $"{description}\n\nExamples:\n{string.Join('\n', examples.Select(example => "  modelgen " + example))}");

    /// <summary>The option that all commands have.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Write JSON instead of tables." };
}
