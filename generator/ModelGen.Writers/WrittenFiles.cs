using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Ops;

namespace ModelGen.Writers;

/// <summary>The files that are written from the compiler's own tables and never by hand.</summary>
internal static class WrittenFiles
{
    private const string DefinitionPage = "docs/definitions.md";

    /// <summary>Each file's path from the root of the repository, and all that it must hold.</summary>
    /// <param name="root">The repository, whose pages keep what is written in them by hand.</param>
    public static IEnumerable<(string Path, string Text)> All(string root)
    {
        yield return ("src/ModelGen/Declaration/LayerAttributes.g.cs", LayerAttributeWriter.Write());
        yield return ("src/ModelGen/Declaration/OptionAttributes.g.cs", OptionAttributeWriter.Write());
        yield return ("docs/options.md", OptionPageWriter.Write());
        yield return ("src/ModelGen/Declaration/TensorLayers.g.cs", TensorLayersWriter.Write());
        yield return ("src/ModelGen/network.schema.json", NetworkSchemaWriter.Write());
        yield return (DefinitionPage, DefinitionPageWriter.Write(File.ReadAllText(Path.Combine(root, DefinitionPage))));
        foreach (Operator op in OperatorTable.Layers)
            yield return ($"docs/operators/{op.Name}.md", OperatorPageWriter.Write(op));
    }
}
