using System.CommandLine;

namespace ModelGen.Tool.Commands;

/// <summary><c>summary PROJECT [CLASS]</c>: layers, memory and kernels.</summary>
internal static class SummaryCommand
{
    public static Command Create(Terminal terminal)
    {
        var project = new ProjectArguments();
        var name = new Argument<string?>("CLASS") { Description = "A network of the project; all of them unless given.",
            Arity = ArgumentArity.ZeroOrOne };
        var json = CommandLine.JsonOption();
        var command = CommandLine.Create("summary",
            "Builds a project and prints its networks: layers, shapes, parameters, memory and kernels.",
            "summary Digits.csproj", "summary . Digits --json", "summary bin/Release/net10.0/Digits.dll");
        project.AddTo(command);
        command.Add(name);
        command.Add(json);
        command.SetAction(parsed =>
        {
            using var assembly = project.Load(parsed, terminal);
            var networks = parsed.GetValue(name) is string one ? [assembly.Network(one)] : assembly.Networks;
            if (parsed.GetValue(json))
                terminal.Json(networks.Select(network => network.Summary).ToArray());
            else
                terminal.Line(string.Join("\n", networks.Select(network => network.Summary.ToString())).TrimEnd());
            return ExitCode.Success;
        });
        return command;
    }
}
