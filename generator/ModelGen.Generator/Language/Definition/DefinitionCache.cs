using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// Remembers what definitions came to. Each keystroke makes a new compilation, but a result stands while the text that ran is the same, the
/// rest of the project declares the same (method bodies elsewhere do not matter) and the references are the same.
/// </summary>
internal static class DefinitionCache
{
    // The generator and the analyzer of one build see different sets of trees where other generators run; a few entries serve both.
    private const int MostEntries = 4;

    private static readonly ConditionalWeakTable<SyntaxTree, List<Entry>> Entries = new();

    // All networks of a compilation ask the same.
    private static readonly ConditionalWeakTable<Compilation, Surroundings> Known = new();

    /// <summary>The remembered result, or that of <paramref name="read"/>.</summary>
    /// <param name="compilation">What is compiled now.</param>
    /// <param name="key">The tree that declares the method.</param>
    /// <param name="name">The class in it.</param>
    public static DefinitionResult GetOrRead(Compilation compilation, SyntaxTree key, string name, Func<DefinitionResult> read)
    {
        List<Entry> entries = Entries.GetOrCreateValue(key);
        Surroundings now = Known.GetValue(compilation, static c => new Surroundings(c));
        lock (entries)
        {
            int hit = entries.FindIndex(e => e.Name == name && e.StandsFor(now));
            if (hit >= 0)
            {
                // The newest trees: next time they are compared by reference, and the old ones can go.
                entries[hit] = entries[hit] with { Then = now };
                return entries[hit].Result;
            }
        }
        DefinitionResult result = read();
        lock (entries)
        {
            entries.Insert(0, new Entry(name, now, result));
            List<Entry> sameName = [.. entries.Where(e => e.Name == name)];
            foreach (Entry old in sameName.Skip(MostEntries))
                entries.Remove(old);
        }
        return result;
    }

    /// <summary>True for what the generator wrote, which the analyzer sees and the generator does not.</summary>
    public static bool IsGenerated(SyntaxTree tree) => tree.FilePath.Contains("ModelGen.Generator.Discovery.NetworkGenerator");

    /// <summary>What a result may depend on besides the trees that were read.</summary>
    private sealed class Surroundings(Compilation compilation)
    {
        private readonly ConcurrentDictionary<(SyntaxTree Old, SyntaxTree New), bool> _declareTheSame = new();
        private readonly MetadataReference[] _references = [.. compilation.References];
        private readonly CompilationOptions _options = compilation.Options;

        public SyntaxTree[] Trees { get; } = [.. compilation.SyntaxTrees.Where(t => !IsGenerated(t))];

        public bool HaveReferencesOf(Surroundings other) =>
            (ReferenceEquals(_options, other._options) || _options.Equals(other._options)) && _references.SequenceEqual(other._references);

        /// <summary>True where the trees differ in nothing but method bodies, initializers and comments.</summary>
        public bool DeclareTheSame(SyntaxTree old, SyntaxTree now) =>
            _declareTheSame.GetOrAdd((old, now), static pair => OwnStack.Run(() => pair.New.IsEquivalentTo(pair.Old, topLevel: true)));
    }

    private sealed record Entry(string Name, Surroundings Then, DefinitionResult Result)
    {
        public bool StandsFor(Surroundings now)
        {
            if (ReferenceEquals(now, Then))
                return true;
            if (now.Trees.Length != Then.Trees.Length || !now.HaveReferencesOf(Then))
                return false;
            for (int i = 0; i < now.Trees.Length; i++)
            {
                (SyntaxTree old, SyntaxTree tree) = (Then.Trees[i], now.Trees[i]);
                if (!ReferenceEquals(old, tree) && (Result.TreesRead.Contains(old) || !now.DeclareTheSame(old, tree)))
                    return false;
            }
            return true;
        }
    }
}

/// <summary>What a definition came to.</summary>
/// <param name="Network">The part that is compared by value and goes on to the compiler.</param>
/// <param name="Problems">With their places.</param>
/// <param name="TreesRead">Every tree of which code ran.</param>
internal sealed record DefinitionResult(
    DefinedNetwork Network, IReadOnlyList<LocatedProblem<Location>> Problems, IReadOnlyList<SyntaxTree> TreesRead);
