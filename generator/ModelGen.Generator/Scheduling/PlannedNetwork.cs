using ModelGen.Generator.Model;

namespace ModelGen.Generator.Scheduling;

/// <summary>A network with everything decided: what is left is to write it down.</summary>
/// <param name="Model">The network as declared.</param>
/// <param name="Parameters">Where its weights lie.</param>
/// <param name="Inference">What Forward runs.</param>
/// <param name="Training">What the trainer runs; null for inference alone.</param>
internal sealed record PlannedNetwork(NetworkModel Model, ParameterOrder Parameters, Plan Inference, TrainingPlans? Training);
