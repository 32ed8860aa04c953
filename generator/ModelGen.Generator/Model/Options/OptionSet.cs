using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Model;

/// <summary>What an attribute says, checked: equal where it means the same, however it was said.</summary>
internal abstract record OptionSet
{
    protected OptionSet()
    {
    }

    /// <param name="options">The options that there are.</param>
    /// <param name="said">What was said, as it was written.</param>
    protected OptionSet(EquatableArray<Option> options, AttributeMap said)
    {
        foreach (Option option in options)
        {
            if (said.TryGet(option.Name, out AttributeValue value))
                Values = option.Normalize(Values, value);
        }
    }

    /// <summary>What is not the default, by the options' names.</summary>
    public AttributeMap Values { get; private init; } = AttributeMap.Empty;

    public bool this[Option<bool> option]
    {
        get => option.Read(Values);
        init => Values = option.Write(Values, value);
    }

    public int this[Option<int> option]
    {
        get => option.Read(Values);
        init => Values = option.Write(Values, value);
    }

    public float this[Option<float> option]
    {
        get => option.Read(Values);
        init => Values = option.Write(Values, value);
    }

    public float? this[Option<float?> option]
    {
        get => option.Read(Values);
        init => Values = option.Write(Values, value);
    }

    public string this[Option<string> option]
    {
        get => option.Read(Values);
        init => Values = option.Write(Values, value);
    }

    public sealed override string ToString() => Values.ToString();
}
