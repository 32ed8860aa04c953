using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>Softmax, its logarithm, cross-entropy and accuracy.</summary>
internal static class Probabilities
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["Softmax"] = Softmax,
        ["SoftmaxGradient"] = SoftmaxGradient,
        ["LogSoftmax"] = LogSoftmax,
        ["LogSoftmaxGradient"] = LogSoftmaxGradient,
        ["CrossEntropy"] = Loss,
        ["CrossEntropyGradient"] = LossGradient,
        ["CountCorrect"] = CountCorrect,
        ["WeightedCrossEntropy"] = WeightedLoss,
        ["WeightedCrossEntropyGradient"] = WeightedLossGradient,
        ["CountCorrectLabels"] = CountCorrectLabels,
    };

    private static double[] Softmax(Operation operation)
    {
        double[] y = operation.NewResult();
        foreach (int[] line in Lines(operation.Shape, operation.Batch, AxisOf(operation.Attributes, operation.Shape)))
            SoftmaxOf(operation[0], line, y);
        return y;
    }

    private static double[] SoftmaxGradient(Operation operation)
    {
        (double[] y, double[] dy, double[] dx) = (operation[0], operation[1], operation.NewResult());
        foreach (int[] line in Lines(operation.Shape, operation.Batch, AxisOf(operation.Attributes, operation.Shape)))
        {
            double product = line.Sum(i => y[i] * dy[i]);
            foreach (int i in line)
                dx[i] = y[i] * (dy[i] - product);
        }
        return dx;
    }

    private static double[] LogSoftmax(Operation operation)
    {
        double[] y = operation.NewResult();
        foreach (int[] line in Lines(operation.Shape, operation.Batch, AxisOf(operation.Attributes, operation.Shape)))
        {
            double logOfSum = LogOfSum(operation[0], line);
            foreach (int i in line)
                y[i] = operation[0][i] - logOfSum;
        }
        return y;
    }

    private static double[] LogSoftmaxGradient(Operation operation)
    {
        (double[] y, double[] dy, double[] dx) = (operation[0], operation[1], operation.NewResult());
        foreach (int[] line in Lines(operation.Shape, operation.Batch, AxisOf(operation.Attributes, operation.Shape)))
        {
            double sum = line.Sum(i => dy[i]);
            foreach (int i in line)
                dx[i] = dy[i] - Math.Exp(y[i]) * sum;
        }
        return dx;
    }

    // −Σ target · log softmax, averaged over all positions; the target is (1 − s)·onehot + s/C.
    private static double[] Loss(Operation operation)
    {
        (double[] logits, double[] labels) = (operation[0], operation[1]);
        double smoothing = operation.Attributes["labelSmoothing"].Number;
        double sum = 0;
        int position = 0;
        foreach (int[] line in Lines(operation.ShapeOf(0), operation.Batch, 0))
        {
            double logOfSum = LogOfSum(logits, line);
            int label = (int)labels[position++];
            for (int c = 0; c < line.Length; c++)
                sum -= Target(c, label, line.Length, smoothing) * (logits[line[c]] - logOfSum);
        }
        return [operation.LossWeight * sum / position];
    }

    private static double[] LossGradient(Operation operation)
    {
        double smoothing = operation.Attributes["labelSmoothing"].Number;
        double scale = Losses.Scale(operation);
        double[] dx = operation.NewResult();
        int position = 0;
        foreach (int[] line in Lines(operation.Shape, operation.Batch, 0))
        {
            SoftmaxOf(operation[0], line, dx);
            int label = (int)operation[1][position++];
            for (int c = 0; c < line.Length; c++)
                dx[line[c]] = (dx[line[c]] - Target(c, label, line.Length, smoothing)) * scale / operation[1].Length;
        }
        return dx;
    }

    private static double[] CountCorrect(Operation operation)
    {
        int position = 0;
        return [Lines(operation.ShapeOf(0), operation.Batch, 0).Count(line =>
            Array.IndexOf(line, line.MaxBy(i => operation[0][i])) == (int)operation[1][position++])];
    }

    private static double[] CountCorrectLabels(Operation operation)
    {
        int position = 0, ignored = operation.Attributes.Int("ignoreIndex");
        return [Lines(operation.ShapeOf(0), operation.Batch, 0).Count(line => (int)operation[1][position++] is int label && label != ignored
            && Array.IndexOf(line, line.MaxBy(i => operation[0][i])) == label)];
    }

    // Σ wanted · −log softmax over the weights of the labels.
    private static double[] WeightedLoss(Operation operation)
    {
        (double sum, double weight) = (0, 0);
        int position = 0;
        foreach (int[] line in Lines(operation.ShapeOf(0), operation.Batch, 0))
        {
            (double[] wanted, double own) = Wanted(operation.Attributes, (int)operation[1][position++], line.Length);
            double logOfSum = LogOfSum(operation[0], line);
            sum += line.Select((i, c) => wanted[c] * (logOfSum - operation[0][i])).Sum();
            weight += own;
        }
        return [weight == 0 ? 0 : operation.LossWeight * sum / weight];
    }

    private static double[] WeightedLossGradient(Operation operation)
    {
        double[] dx = operation.NewResult();
        double weight = operation[1].Sum(l => Wanted(operation.Attributes, (int)l, operation.Shape[0]).Own);
        int position = 0;
        foreach (int[] line in Lines(operation.Shape, operation.Batch, 0))
        {
            (double[] wanted, _) = Wanted(operation.Attributes, (int)operation[1][position++], line.Length);
            SoftmaxOf(operation[0], line, dx);
            for (int c = 0; c < line.Length; c++)
                dx[line[c]] = weight == 0 ? 0 : (dx[line[c]] * wanted.Sum() - wanted[c]) * Losses.Scale(operation) / weight;
        }
        return dx;
    }

    /// <summary>What a label wants of each class, and its weight; zeros where it does not count.</summary>
    public static (double[] Wanted, double Own) Wanted(AttributeMap attributes, int label, int classes)
    {
        double[] wanted = new double[classes];
        if (label == attributes.Int("ignoreIndex"))
            return (wanted, 0);
        double smoothing = attributes["labelSmoothing"].Number;
        float[] given = WeightedCrossEntropy.Weights(attributes["classWeights"].Word);
        for (int c = 0; c < classes; c++)
            wanted[c] = (given.Length == 0 ? 1 : given[c]) * Target(c, label, classes, smoothing);
        return (wanted, given.Length == 0 ? 1 : given[label]);
    }

    /// <summary>The share of a class that the loss wants.</summary>
    public static double Target(int c, int label, int classes, double smoothing) => (c == label ? 1 - smoothing : 0) + smoothing / classes;

    private static double LogOfSum(double[] x, int[] line)
    {
        double largest = line.Max(i => x[i]);
        return largest + Math.Log(line.Sum(i => Math.Exp(x[i] - largest)));
    }

    private static void SoftmaxOf(double[] x, int[] line, double[] y)
    {
        double largest = line.Max(i => x[i]);
        double sum = line.Sum(i => Math.Exp(x[i] - largest));
        foreach (int i in line)
            y[i] = Math.Exp(x[i] - largest) / sum;
    }

    /// <summary>The dimension of a sample that the attribute names.</summary>
    public static int AxisOf(AttributeMap attributes, Shape shape)
    {
        int dim = attributes.Int("dim");
        return dim < 0 ? shape.Rank + dim : dim - 1;
    }

    /// <summary>The elements along one dimension of a sample, for every place in the others, in row-major order of those.</summary>
    public static IEnumerable<int[]> Lines(Shape shape, int batch, int axis)
    {
        int inner = 1;
        for (int i = axis + 1; i < shape.Rank; i++)
            inner *= shape[i];
        int length = (int)shape.Length;
        for (int start = 0; start < batch * length; start += shape[axis] * inner)
        {
            for (int i = 0; i < inner; i++)
                yield return [.. Enumerable.Range(0, shape[axis]).Select(c => start + c * inner + i)];
        }
    }
}
