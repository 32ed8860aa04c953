using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Model;

/// <summary>
/// Something that <c>[Network]</c> or <c>[Trainable]</c> says. From it are written the attribute's property, the schema of network files
/// and the page in docs; by it attributes and files are read, checked and written.
/// </summary>
/// <param name="name">The attribute's property.</param>
/// <param name="documentation">What it says, in whole sentences; code between backticks.</param>
internal abstract class Option(string name, string documentation)
{
    public string Name => name;

    /// <summary>The key in network files.</summary>
    public string Key { get; } = char.ToLowerInvariant(name[0]) + name.Substring(1);

    public string Documentation => documentation;

    /// <summary>What else there is to know, for the attribute and the page.</summary>
    public string Remarks { get; init; } = "";

    /// <summary>The loss whose setting it is; null for what has nothing to do with the loss.</summary>
    public string? OfLoss { get; init; }

    /// <summary>What it is where nothing is said; null where that is something else than any value.</summary>
    public abstract AttributeValue? Default { get; }

    /// <summary>What values have to be, as messages have it behind "must be"; empty where none can be wrong.</summary>
    public virtual string Requirement => "";

    /// <summary>Whether it can have a value of its kind; members of enums are words, or the numbers of none.</summary>
    public virtual bool Allows(AttributeValue value) => true;

    /// <summary>What is wrong with a value, as the end of a message; null where nothing is.</summary>
    public string? Refuse(AttributeValue value) => Allows(value) ? null : $"must be {Requirement}, got {Got(value)}";

    /// <summary>The value in its one form, or none where it is the default.</summary>
    public abstract AttributeMap Normalize(AttributeMap values, AttributeValue value);

    /// <summary>The value as messages have it.</summary>
    protected virtual string Got(AttributeValue value) => value.IsWord ? $"'{Readable.Name(value.Word)}'" : AttributeText.Number(value);
}

/// <summary>An option whose values are of one type.</summary>
internal abstract class Option<T>(string name, string documentation) : Option(name, documentation)
{
    /// <summary>The value, or the default.</summary>
    public T Read(AttributeMap values) => Of(values.TryGet(Name, out AttributeValue value) ? value : Default);

    /// <summary>The same values with this one, which is left out where it is the default.</summary>
    public AttributeMap Write(AttributeMap values, T value) =>
        ValueOf(value) is AttributeValue written && written != Default ? values.With(Name, written) : values.Without(Name);

    public sealed override AttributeMap Normalize(AttributeMap values, AttributeValue value) => Write(values, Of(value));

    protected abstract T Of(AttributeValue? value);

    protected abstract AttributeValue? ValueOf(T value);
}
