namespace ModelGen;

/// <summary>A setting of an optimizer by name, so that it can be saved and set again; flags are 0 or 1.</summary>
internal sealed record OptimizerSetting(string Name, Func<float> Get, Action<float> Set)
{
    /// <summary>A setting that is on or off.</summary>
    public static OptimizerSetting Flag(string name, Func<bool> get, Action<bool> set) => new(
        name, () => get() ? 1f : 0f, value =>
            set(value is 0f or 1f ? value == 1f : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 or 1.")));
}
