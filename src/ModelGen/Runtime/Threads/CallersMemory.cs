using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>References to the inputs and then the outputs of a call; those not used are null.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct CallersMemory
{
    /// <summary>The most inputs and outputs of a network that can use several threads.</summary>
    public const int Most = KernelContract.MostArguments;

#pragma warning disable CS1591, CA1051 // They are numbered, and there are no properties of this kind.
    public ref float Argument0, Argument1, Argument2, Argument3, Argument4, Argument5, Argument6, Argument7;
#pragma warning restore CS1591, CA1051
}
