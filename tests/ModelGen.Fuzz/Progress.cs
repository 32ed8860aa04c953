using System.IO.MemoryMappedFiles;

namespace ModelGen.Fuzz;

/// <summary>The number of the input at hand and the totals, in a file that outlives a process that dies.</summary>
internal sealed class Progress : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public Progress(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, capacity: 4096);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>The input that is being tried.</summary>
    public long Index
    {
        get => _view.ReadInt64(0);
        set => _view.Write(0, value);
    }

    public void Write(FuzzTotals totals)
    {
        _view.Write(8, totals.Accepted);
        _view.Write(16, totals.Refused);
        _view.Write(24, totals.Failed);
        _view.Write(32, totals.Inputs);
        _view.Write(40, totals.Slowest.Ticks);
        _view.Write(48, totals.MostAllocated);
        _view.Write(56, totals.SlowestInput);
        _view.Write(64, totals.LargestInput);
    }

    /// <summary>Adds what a process did to what was done before.</summary>
    public void AddTo(FuzzTotals totals)
    {
        totals.Accepted += _view.ReadInt64(8);
        totals.Refused += _view.ReadInt64(16);
        totals.Failed += _view.ReadInt64(24);
        totals.Inputs += _view.ReadInt64(32);
        totals.Count(_view.ReadInt64(56), TimeSpan.FromTicks(_view.ReadInt64(40)), 0);
        totals.Count(_view.ReadInt64(64), TimeSpan.Zero, _view.ReadInt64(48));
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
