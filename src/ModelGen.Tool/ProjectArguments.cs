using System.CommandLine;

namespace ModelGen.Tool;

/// <summary>PROJECT and what is said of it, which several commands take.</summary>
internal sealed class ProjectArguments
{
    private readonly Argument<string> project = new("PROJECT") { Description =
        "A project file, a folder with one, or an assembly (.dll)." };
    private readonly Option<string?> framework = new("--framework") { Description =
        "Of those that the project is built for: net10.0. The newest that this tool runs on unless given." };
    private readonly Option<bool> noBuild = new("--no-build") { Description = "Take the project's Release build as it is." };

    public void AddTo(Command command)
    {
        command.Add(project);
        command.Add(framework);
        command.Add(noBuild);
    }

    public ProjectAssembly Load(ParseResult parsed, Terminal terminal) =>
        ProjectAssembly.Load(parsed.GetValue(project)!, parsed.GetValue(framework), parsed.GetValue(noBuild), terminal);
}
