using System.CommandLine;

namespace ModelGen.Tool.Commands;

/// <summary><c>check PROJECT CLASS FILE</c>: whether weights would load.</summary>
internal static class CheckCommand
{
    public static Command Create(Terminal terminal)
    {
        var project = new ProjectArguments();
        var name = new Argument<string>("CLASS") { Description = "A network of the project." };
        var file = new Argument<string>("FILE") { Description = "A safetensors file." };
        var json = CommandLine.JsonOption();
        var command = CommandLine.Create("check",
            "Says whether a file's weights fit a network: every key that is missing, unexpected or of another shape, with the nearest "
                + "names. Exit code 1 if they do not.",
            "check Digits.csproj Digits digits.safetensors", "check . ResNet50 resnet50.safetensors --no-build");
        project.AddTo(command);
        command.Add(name);
        command.Add(file);
        command.Add(json);
        command.SetAction(parsed =>
        {
            using var assembly = project.Load(parsed, terminal);
            var network = assembly.Network(parsed.GetValue(name));
            string path = parsed.GetValue(file)!;
            var mismatch = network.Load(path, new LoadProgress(terminal, path));
            if (parsed.GetValue(json))
                terminal.Json(new
                {
                    network = network.FullName, file = path, fits = mismatch is null,
                    missing = List(mismatch, "Missing"), unexpected = List(mismatch, "Unexpected"),
                        wrongShape = List(mismatch, "WrongShape"), wrongDtype = List(mismatch, "WrongDtype"),
                });
            else
                terminal.Line(mismatch?.Message ?? $"{path} fits {network.FullName}");
            return mismatch is null ? ExitCode.Success : ExitCode.No;
        });
        return command;
    }

    // Told on the thread that loads, so that nothing is written once the answer is.
    private sealed class LoadProgress(Terminal terminal, string path) : IProgress<double>
    {
        public void Report(double value) => terminal.Progress($"{100 * value:F0} % of {path}");
    }

    private static IReadOnlyList<string> List(Exception? mismatch, string property) =>
        mismatch?.GetType().GetProperty(property)?.GetValue(mismatch) as IReadOnlyList<string> ?? [];
}
