namespace ModelGen.Generator.Kernels;

/// <summary>
/// Into what a kernel's work can be divided. No unit has part of a sum or writes what another one writes or reads, so that every division
/// gives the same bits. Neighbouring units suit one thread.
/// </summary>
/// <param name="Count">Independent units, for all samples together; 1 where dividing gains nothing.</param>
/// <param name="Rows">Rows of the result that a unit has, of all planes; 0 where units are something else.</param>
/// <param name="ReadsOwnRows">Whether a unit that has rows reads no others of the images.</param>
internal readonly record struct KernelUnits(int Count, int Rows = 0, bool ReadsOwnRows = false)
{
    // Images of fewer rows are divided by rows of single planes.
    private const int ManyRows = 14;

    /// <summary>Nothing to divide.</summary>
    public static KernelUnits One => new(1);

    /// <summary>Whether an image has enough rows for threads to share them.</summary>
    public static bool HasManyRows(int rows) => rows >= ManyRows;

    /// <summary>Rows of all planes, one a unit.</summary>
    public static KernelUnits OfRows(int rows, bool readsOwn = false) => new(rows, Rows: 1, readsOwn);

    /// <summary>
    /// What kernels divide an image into, if they are free to choose: the rows of all planes, so that what a thread reads is mostly what it
    /// wrote the step before, which is in the cache of its core; or, where rows are few, the rows of each plane.
    /// </summary>
    public static KernelUnits OfImage(int planes, int rows) => HasManyRows(rows) ? OfRows(rows) : new(planes * rows);
}
