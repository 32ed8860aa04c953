using System.CommandLine;
using System.Text.RegularExpressions;

namespace ModelGen.Tool.Commands;

/// <summary><c>new NAME</c>: writes a network of the zoo as a class to start from.</summary>
internal static class NewCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("NAME") { Description = "A network; without it all are listed.", Arity = ArgumentArity.ZeroOrOne };
        var className = new Option<string?>("--class") { Description = "What the class is called." };
        var nameSpace = new Option<string?>("--namespace") { Description = "Its namespace." };
        var output = new Option<string?>("--output") { Description =
            "The file; the class' name with .cs unless given, - for the standard output. One that is there is not replaced." };
        var json = CommandLine.JsonOption();
        var command = CommandLine.Create("new", "Writes a classic network as a class to start from, with torchvision's parameter keys.",
            "new", "new resnet50", "new vgg16 --class Flowers --namespace Shop.Vision --output Flowers.cs");
        command.Add(name);
        foreach (var option in (Option[])[className, nameSpace, output, json])
            command.Add(option);
        command.SetAction(parsed => parsed.GetValue(name) is string wanted
            ? Write(terminal, wanted, parsed.GetValue(className), parsed.GetValue(nameSpace), parsed.GetValue(output),
                parsed.GetValue(json))
            : List(terminal, parsed.GetValue(json)));
        return command;
    }

    private static int List(Terminal terminal, bool json)
    {
        if (json)
            terminal.Json(ZooTemplate.All.Select(template => new { template.Name, @class = template.ClassName, input = template.Shape }));
        else
            terminal.Table(["Name ", "Class ", "Input "], ZooTemplate.All.Select(template => (string[])
                [template.Name, template.ClassName, template.Shape.Replace(", ", "×", StringComparison.Ordinal)]));
        return ExitCode.Success;
    }

    private static int Write(Terminal terminal, string name, string? className, string? nameSpace, string? output, bool json)
    {
        var template = ZooTemplate.All.FirstOrDefault(template => string.Equals(template.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ToolException($"{name}: expected one of {string.Join(", ", ZooTemplate.All.Select(template => template.Name))}");
        className ??= template.ClassName;
        if (!Regex.IsMatch(className, @"^[\p{L}_][\p{L}\p{Nd}_]*$"))
            throw new ToolException($"--class: expected a name of C#, got '{className}'");
        if (nameSpace is not null && !Regex.IsMatch(nameSpace, @"^[\p{L}_][\p{L}\p{Nd}_]*(\.[\p{L}_][\p{L}\p{Nd}_]*)*$"))
            throw new ToolException($"--namespace: expected names of C# with points between, got '{nameSpace}'");
        string text = template.Write(className, nameSpace);
        if (output == "-")
        {
            terminal.Output.Write(text);
            return ExitCode.Success;
        }
        string path = output ?? className + ".cs";
        // Also where somebody makes the file at the same time.
        using (var file = new StreamWriter(new FileStream(path, FileMode.CreateNew)))
            file.Write(text);
        if (json)
            terminal.Json(new { template.Name, @class = className, file = path });
        else
            terminal.Line($"{path}: class {className}, input {template.Shape.Replace(", ", "×", StringComparison.Ordinal)}");
        return ExitCode.Success;
    }
}
