using System.Text.Json;

namespace ModelGen.Tool.Tests;

/// <summary>A command line run in this process, and what it wrote.</summary>
internal sealed record Invocation(int Code, string Output, string Error)
{
    /// <summary>This project's assembly, whose networks are looked at.</summary>
    public static string Assembly { get; } = typeof(Small).Assembly.Location;

    /// <summary>This project's file.</summary>
    public static string Project { get; } = Path.Combine(Root(), "tests", "ModelGen.Tool.Tests", "ModelGen.Tool.Tests.csproj");

    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static Invocation Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, new Terminal(output, error, isTerminal: false, showsProgress: false));
        return new Invocation(code, output.ToString(), error.ToString());
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ModelGen.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
