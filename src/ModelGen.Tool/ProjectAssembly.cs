using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;

namespace ModelGen.Tool;

/// <summary>A project, built, and its networks. Loaded beside the tool, with its own dependencies; nothing of it is run but what commands
/// ask for.</summary>
internal sealed class ProjectAssembly : IDisposable
{
    private readonly Context context;

    private ProjectAssembly(string path)
    {
        Path = path;
        try
        {
            context = new Context(path);
            var assembly = context.LoadFromAssemblyPath(path);
            RefuseNewer(assembly, path);
            Networks = [.. TypesOf(assembly).Where(type => SummaryOf(type) is not null).Select(type => new CompiledNetwork(type))
                .OrderBy(network => network.Name, StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is BadImageFormatException or FileLoadException or InvalidOperationException)
        {
            context?.Unload();
            throw new ToolException($"{path}: expected a .NET assembly: {fault.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The assembly.</summary>
    public string Path { get; }

    /// <summary>The networks that are declared in it, by name.</summary>
    public IReadOnlyList<CompiledNetwork> Networks { get; }

    /// <summary>Builds a project and loads it.</summary>
    /// <param name="project">A project file, a folder with one, or an assembly.</param>
    /// <param name="framework">Of those that the project is built for; null for the newest.</param>
    /// <param name="isBuilt">Whether it is built already.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <exception cref="ToolException">There is no such project, it does not build, or has no network.</exception>
    public static ProjectAssembly Load(string project, string? framework, bool isBuilt, Terminal terminal)
    {
        string path = project.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? System.IO.Path.GetFullPath(project)
            : Build(Find(project), framework, isBuilt, terminal);
        if (!File.Exists(path))
            throw new ToolException($"{project}: expected {path}, which is not there{(isBuilt ? "; leave --no-build out" : "")}");
        var assembly = new ProjectAssembly(path);
        return assembly.Networks.Count > 0 ? assembly
            : throw new ToolException($"{project}: expected classes with [Network], found none in {path}");
    }

    /// <summary>The network that is meant.</summary>
    /// <param name="name">Its name, with or without namespaces; null for the only one.</param>
    /// <exception cref="ToolException">There is none, or more than one.</exception>
    public CompiledNetwork Network(string? name)
    {
        var found = Networks.Where(network => name is null || network.FullName == name || network.Name == name).ToList();
        if (found.Count == 1)
            return found[0];
        string all = string.Join(", ", Networks.Select(network => network.FullName));
        throw new ToolException(name is null ? $"{Path}: expected the name of one of its networks: {all}"
            : found.Count > 1 ? $"{name}: expected a name with its namespace: "
                + $"{string.Join(", ", found.Select(network => network.FullName))}"
            : $"{name}: expected a network of {Path}: {all}");
    }

    public void Dispose() => context.Unload();

    internal static PropertyInfo? SummaryOf(Type type)
    {
        var summary = type.GetProperty("Summary", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);
        return summary?.PropertyType.FullName == "ModelGen.NetworkSummary" ? summary : null;
    }

    // An assembly for an older .NET runs on this one. The tool itself runs on the newest that is installed.
    private static void RefuseNewer(Assembly assembly, string path)
    {
        var version = assembly.GetReferencedAssemblies().FirstOrDefault(name => name.Name == "System.Runtime")?.Version;
        if (version?.Major > Environment.Version.Major)
            throw new ToolException($"{path}: expected an assembly for .NET {Environment.Version.Major} or an older one, since that is the "
                + $"newest runtime here; this one is for .NET {version.Major}: install its runtime, or name an older --framework");
    }

    // A type whose base cannot be loaded is no network.
    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException fault)
        {
            return fault.Types.OfType<Type>();
        }
    }

    private static string Find(string project)
    {
        if (File.Exists(project))
            return System.IO.Path.GetFullPath(project);
        if (!Directory.Exists(project))
            throw new ToolException($"{project}: expected a project file, a folder with one, or an assembly; there is nothing");
        string[] files = [.. Directory.GetFiles(project, "*.*proj").Order(StringComparer.Ordinal)];
        return files.Length == 1 ? System.IO.Path.GetFullPath(files[0])
            : throw new ToolException($"{project}: expected one project file, found {files.Length}");
    }

    private static string Build(string project, string? framework, bool isBuilt, Terminal terminal)
    {
        string[] configuration = ["-p:Configuration=Release", "-getProperty:TargetPath", "-getProperty:TargetFrameworks"];
        var properties = Properties(Dotnet(project, terminal, ["msbuild", project, .. configuration, .. Framework(framework)]), project);
        if (framework is null && properties.TargetFrameworks.Length > 0)
        {
            framework = properties.TargetFrameworks.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(name => Version(name) <= Environment.Version.Major)
                .MaxBy(Version) ?? throw new ToolException($"{project}: expected a framework up to net{Environment.Version.Major}.0, "
                    + $"found {properties.TargetFrameworks}");
            properties = Properties(Dotnet(project, terminal, ["msbuild", project, .. configuration, .. Framework(framework)]), project);
        }
        if (!isBuilt)
            Dotnet(project, terminal,
                ["build", project, "-c", "Release", "-v", "quiet", "-nologo", "-p:UseSharedCompilation=false", .. Framework(framework)]);
        return properties.TargetPath;

        static string[] Framework(string? name) => name is null ? [] : [$"-p:TargetFramework={name}"];

        static int Version(string name) =>
            name.StartsWith("net", StringComparison.Ordinal) && int.TryParse(name.AsSpan(3).ToString().Split('.')[0], out int version)
            ? version : int.MaxValue;
    }

    private static (string TargetPath, string TargetFrameworks) Properties(string output, string project)
    {
        try
        {
            using var json = JsonDocument.Parse(output);
            var properties = json.RootElement.GetProperty("Properties");
            return (properties.GetProperty("TargetPath").GetString()!, properties.GetProperty("TargetFrameworks").GetString()!);
        }
        catch (JsonException)
        {
            throw new ToolException($"{project}: expected an SDK of .NET 8 or later, which says where the project's assembly is");
        }
    }

    private static string Dotnet(string project, Terminal terminal, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Build servers would keep the pipes open that are read here to their end.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (string inherited in (string[])["MSBuildExtensionsPath", "MSBuildSDKsPath", "MSBUILD_EXE_PATH",
            "MSBuildLoadMicrosoftTargetsReadOnly"])
            start.Environment.Remove(inherited);
        using var process = Process.Start(start) ?? throw new ToolException("dotnet: expected the .NET SDK on the path");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        while (!process.WaitForExit(200))
            terminal.Progress($"dotnet {arguments[0]} {System.IO.Path.GetFileName(project)} …");
        terminal.EndProgress();
        string text = output.GetAwaiter().GetResult();
        if (process.ExitCode == 0)
            return text;
        text += errors.GetAwaiter().GetResult();
        string? first = text.Split('\n').FirstOrDefault(line => line.Contains(": error ", StringComparison.Ordinal))
            ?? text.Split('\n').FirstOrDefault(line => line.Trim().Length > 0);
        throw new ToolException($"{project}: dotnet {arguments[0]} failed: {first?.Trim()}");
    }

    /// <summary>Resolves what the project refers to as its own program would, and what the tool has besides only where that has
    /// nothing.</summary>
    private sealed class Context(string path) : AssemblyLoadContext("project", isCollectible: true)
    {
        private readonly AssemblyDependencyResolver resolver = new(path);

        protected override Assembly? Load(AssemblyName name) =>
            resolver.ResolveAssemblyToPath(name) is string found ? LoadFromAssemblyPath(found) : null;

        protected override nint LoadUnmanagedDll(string name) =>
            resolver.ResolveUnmanagedDllToPath(name) is string found ? LoadUnmanagedDllFromPath(found) : 0;
    }
}
