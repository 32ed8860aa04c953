using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>
/// Writes copies between a trainer's parameters, which lie as the kernels read them, and memory in PyTorch's order, which the code calls
/// <c>weights</c>.
/// </summary>
internal sealed class ParameterCopies(PlanWriter step, KernelSet kernels, string kernelClass)
{
    public void Emit(CodeWriter w, Node parameter, int offset, bool toTrainer)
    {
        string weights = $"weights[{offset}]";
        string trained = step.Memory(parameter.Id);
        Layout dense = Layout.Dense(parameter.Shape);
        Layout layout = step.Plan.LayoutOf(parameter.Id);
        if (layout == dense)
        {
            w.Line(toTrainer
                ? $"Elementwise.Copy(ref {weights}, ref {trained}, {parameter.Shape.Length});"
                : $"Elementwise.Copy(ref {trained}, ref {weights}, {parameter.Shape.Length});");
            return;
        }
        Kernel kernel = toTrainer ? new ReorderKernel(dense, layout, PerSample: false) : new ReorderKernel(layout, dense, PerSample: false);
        string[] operands = toTrainer ? [weights, trained] : [trained, weights];
        w.Line(kernel.Call($"{kernelClass}.{kernels.MethodOf(kernel)}", operands, "1"));
    }
}
