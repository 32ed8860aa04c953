namespace ModelGen.Benchmarks;

/// <summary>A program to compare with is not on this machine. The message says how to get it.</summary>
internal sealed class PeerMissingException(string message, Exception? inner = null) : Exception(message, inner);
