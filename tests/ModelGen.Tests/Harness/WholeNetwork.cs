namespace ModelGen.Tests.Harness;

/// <summary>A compiled network as tests run it; <see cref="WholeSource"/> writes a class for each that derives from this one.</summary>
public abstract class WholeNetwork
{
    /// <summary>Floats that an instance keeps its activations in.</summary>
    public abstract int ArenaFloats { get; }

    /// <summary>Weights with these parameters.</summary>
    public abstract WeightStore CreateWeights(IReadOnlyDictionary<string, float[]> values);

    /// <summary>The packed weights, whatever memory they lie in.</summary>
    public abstract ReadOnlySpan<float> PackedOf(WeightStore weights);

    /// <summary>An instance, in the memory given or its own.</summary>
    public abstract object Create(WeightStore weights, float[]? arena);

    /// <summary>Runs it; where inputs and outputs are, in the network's order.</summary>
    public abstract void Forward(object network, nint[] inputs, nint[] outputs, int samples);

    /// <summary>Threads, or who runs parts.</summary>
    public abstract void Use(object network, int parallelism, IParallelScheduler? scheduler);

    /// <summary>A trainer that starts with these weights; null where the network is not trained.</summary>
    public virtual object? CreateTrainer(WeightStore weights, GradientDescent optimizer) => null;

    /// <summary>Threads, or who runs parts.</summary>
    public virtual void UseInTraining(object trainer, int parallelism, IParallelScheduler? scheduler) => throw new NotSupportedException();

    /// <summary>A step, before which as many samples are accumulated where the network can do that.</summary>
    public virtual float TrainStep(object trainer, nint[] inputs, nint targets, int samples) => throw new NotSupportedException();

    /// <summary>The loss in inference mode.</summary>
    public virtual double Evaluate(object trainer, nint[] inputs, nint targets, int samples) => throw new NotSupportedException();

    /// <summary>The trained weights.</summary>
    public virtual WeightStore ToWeights(object trainer) => throw new NotSupportedException();
}
