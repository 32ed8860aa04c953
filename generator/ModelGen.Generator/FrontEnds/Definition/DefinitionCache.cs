using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ModelGen.Generator.FrontEnds.Definition;

/// <summary>
/// Remembers what definitions came to. Each keystroke makes a new compilation, but a result stands while the text that ran is the same, the rest of the
/// project declares the same (method bodies elsewhere do not matter) and the references are the same.
/// </summary>
internal static class DefinitionCache
{
    // The generator and the analyzer of one build see different sets of trees where other generators run; a few entries serve both.
    private const int MostEntries = 4;

    private static readonly ConditionalWeakTable<SyntaxTree, List<Entry>> Entries = new();

    /// <summary>The remembered result, or that of <paramref name="read"/>.</summary>
    /// <param name="compilation">What is compiled now.</param>
    /// <param name="key">The tree that declares the method.</param>
    /// <param name="name">The class in it.</param>
    public static DefinitionResult GetOrRead(Compilation compilation, SyntaxTree key, string name, Func<DefinitionResult> read)
    {
        List<Entry> entries = Entries.GetOrCreateValue(key);
        SyntaxTree[] trees = [.. compilation.SyntaxTrees.Where(t => !IsGenerated(t))];
        MetadataReference[] references = [.. compilation.References];
        lock (entries)
        {
            int hit = entries.FindIndex(e => e.Name == name && e.StandsFor(trees, references, compilation.Options));
            if (hit >= 0)
            {
                // The newest trees: next time they are compared by reference, and the old ones can go.
                entries[hit] = entries[hit] with { Trees = trees };
                return entries[hit].Result;
            }
        }
        DefinitionResult result = read();
        lock (entries)
        {
            entries.Insert(0, new Entry(name, trees, references, compilation.Options, result));
            List<Entry> sameName = [.. entries.Where(e => e.Name == name)];
            foreach (Entry old in sameName.Skip(MostEntries))
                entries.Remove(old);
        }
        return result;
    }

    /// <summary>True for what the generator wrote, which the analyzer sees and the generator does not.</summary>
    public static bool IsGenerated(SyntaxTree tree) => tree.FilePath.Contains("ModelGen.Generator.Discovery.NetworkGenerator");

    private sealed record Entry(string Name, SyntaxTree[] Trees, MetadataReference[] References, CompilationOptions Options, DefinitionResult Result)
    {
        public bool StandsFor(SyntaxTree[] trees, MetadataReference[] references, CompilationOptions options)
        {
            if (trees.Length != Trees.Length || !Options.Equals(options) || !references.SequenceEqual(References))
                return false;
            for (int i = 0; i < trees.Length; i++)
            {
                if (ReferenceEquals(trees[i], Trees[i]))
                    continue;
                if (Result.TreesRead.Contains(Trees[i]) || !trees[i].IsEquivalentTo(Trees[i], topLevel: true))
                    return false;
            }
            return true;
        }
    }
}

/// <summary>What a definition came to.</summary>
/// <param name="Network">The part that is compared by value and goes on to the compiler.</param>
/// <param name="Problems">With their places, for the analyzer.</param>
/// <param name="TreesRead">Every tree of which code ran.</param>
internal sealed record DefinitionResult(DefinedNetwork Network, IReadOnlyList<DefinitionProblem> Problems, IReadOnlyList<SyntaxTree> TreesRead);
