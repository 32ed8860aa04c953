using System.Text;

namespace ModelGen.Generator.Graphs;

/// <summary>
/// Writes a graph as text, one node a line, in the form that <c>GraphParser</c> reads and pass tests are written in:
/// <code>
/// graph LeNet5
/// %0 = Input "image" : f32[N,1,28,28]
/// %1 = Parameter "conv1.weight" {init=xavierUniform} : f32[6,1,5,5]
/// %3 = Conv2d(%0, %1, %2) "conv1" {padding=[2,2,2,2]} [relu] : f32[N,6,28,28]
/// output "logits" %3
/// </code>
/// </summary>
internal static class GraphPrinter
{
    public static string Print(Graph graph)
    {
        var text = new StringBuilder();
        text.Append("graph ").Append(graph.Name).Append('\n');
        foreach (Node node in graph.Nodes)
            text.Append(Print(node)).Append('\n');
        foreach (GraphOutput output in graph.Outputs)
            text.Append("output \"").Append(output.Name).Append("\" %").Append(output.Value).Append('\n');
        return text.ToString();
    }

    public static string Print(Node node)
    {
        string inputs = node.Inputs.Count == 0 ? "" : "(" + string.Join(", ", node.Inputs.Select(i => "%" + i)) + ")";
        string name = node.Name.Length == 0 ? "" : $" \"{node.Name}\"";
        string attributes = node.Attributes.Entries.Count == 0 ? "" : " " + node.Attributes;
        string implementation = node.Implementation is null ? "" : " " + node.Implementation;
        return $"%{node.Id} = {node.Op}{inputs}{name}{attributes}{implementation} : {node.Type}";
    }
}
