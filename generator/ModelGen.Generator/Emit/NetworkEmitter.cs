namespace ModelGen.Generator.Emit;

/// <summary>Writes a network's generated part.</summary>
internal static class NetworkEmitter
{
    public static string Emit(NetworkModel model) => StubEmitter.Emit(model.Class, model.Training is not null);
}
