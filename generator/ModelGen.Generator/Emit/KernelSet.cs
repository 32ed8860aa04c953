using ModelGen.Generator.Kernels;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>
/// The kernels of one generated file: equal ones are one method, named after what they do and numbered where several do the same on other
/// shapes.
/// </summary>
internal sealed class KernelSet
{
    private readonly Dictionary<Kernel, string> _methods = [];
    private readonly List<Kernel> _order = [];
    private readonly Dictionary<string, int> _titles = new(StringComparer.Ordinal);

    /// <summary>The method that runs the kernel; empty for kernels of the runtime library.</summary>
    public string MethodOf(Kernel kernel)
    {
        if (kernel.Title.Length == 0)
            return "";
        if (!_methods.TryGetValue(kernel, out string? method))
        {
            _titles[kernel.Title] = _titles.TryGetValue(kernel.Title, out int used) ? used + 1 : 1;
            method = $"{kernel.Title}_{_titles[kernel.Title]}";
            _methods.Add(kernel, method);
            _order.Add(kernel);
        }
        return method;
    }

    /// <summary>Writes all methods, in the order of first use.</summary>
    public void Emit(CodeWriter writer, string className, CancellationToken cancellation = default)
    {
        writer.Line("/// <summary>One method for each distinct kernel; every size is a constant.</summary>");
        using (writer.Block($"file static class {className}"))
        {
            var tiles = new TileMethods();
            bool first = true;
            foreach (Kernel kernel in _order)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!first)
                    writer.Line();
                first = false;
                kernel.Emit(writer, _methods[kernel], tiles);
            }
            tiles.Emit(writer);
        }
    }
}
