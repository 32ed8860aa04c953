using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Scheduling;

/// <summary>
/// Where each parameter lies in the memory of a network's weights, in PyTorch's order but for one thing: what Forward reads comes first.
/// </summary>
/// <param name="Offsets">In floats, by key.</param>
/// <param name="Length">Floats of all.</param>
/// <param name="ReadLength">Floats of what Forward reads as it is; the rest can be left out once weights are packed.</param>
internal sealed record ParameterOrder(IReadOnlyDictionary<string, int> Offsets, int Length, int ReadLength)
{
    /// <exception cref="OverflowException">They are more than an array can have.</exception>
    public static ParameterOrder Of(Graph declared, LaidOutGraph inference)
    {
        ISet<string> read = Scheduler.ParametersReadByForward(inference);
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        int length = 0;
        int readLength = 0;
        foreach (IGrouping<bool, Node> group in declared.Parameters.GroupBy(p => read.Contains(p.Name)).OrderByDescending(g => g.Key))
        {
            foreach (Node parameter in group)
            {
                offsets.Add(parameter.Name, length);
                length = checked(length + Arena.Align(checked((int)parameter.Shape.Length)));
            }
            if (group.Key)
                readLength = length;
        }
        return new ParameterOrder(offsets, length, readLength);
    }
}
