using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>How many pixels along a dimension are read for one.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum ResamplingTaps
{
    /// <summary>The nearest one.</summary>
    Nearest = 1,

    /// <summary>Two, by their distance.</summary>
    Linear = 2,

    /// <summary>Four, by cubic convolution.</summary>
    Cubic = 4,
}
