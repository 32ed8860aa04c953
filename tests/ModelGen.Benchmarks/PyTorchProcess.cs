using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ModelGen.Benchmarks;

/// <summary>
/// A Python script in a child process that lives for the whole comparison and waits, blocked in a read and so without using
/// the core, until it is asked for the next block of calls.
/// </summary>
internal sealed class PyTorchProcess : IDisposable
{
    /// <summary>
    /// Environment variable that names the Python to run, when it is not the system's: a package manager's PyTorch belongs to that one.
    /// </summary>
    public const string PythonVariable = "MODELGEN_PYTHON";

    private const string SystemPython = "/usr/bin/python3";
    private const string Install = "Install PyTorch: apt-get install python3-torch, or pip install torch numpy.";

    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="script">The script's file name; it answers "ready VERSION" once it has read its files.</param>
    /// <param name="arguments">The script's.</param>
    /// <exception cref="PeerMissingException">There is no Python, or it has no PyTorch.</exception>
    public PyTorchProcess(string script, params string[] arguments)
    {
        string python = Environment.GetEnvironmentVariable(PythonVariable) ?? (File.Exists(SystemPython) ? SystemPython : "python3");
        var start = new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, script), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new PeerMissingException(
                $"'{python}' cannot be started: {exception.Message}. {Install} {PythonVariable} names another Python.", exception);
        }

        _errors = _process.StandardError.ReadToEndAsync();
        try
        {
            string[] ready = ReadLine().Split(' ');
            Version = ready is ["ready", string version] ? version
                : throw new InvalidOperationException($"{script} began with '{string.Join(' ', ready)}'.");
        }
        catch (InvalidOperationException exception)
        {
            Dispose();
            throw new PeerMissingException(
                $"PyTorch does not run under '{python}': {exception.Message}\n{Install} {PythonVariable} names another Python.", exception);
        }
    }

    public string Version { get; }

    /// <summary>Runs a block of calls.</summary>
    /// <returns>The numbers of the script's answer, of which the first is the milliseconds of one call.</returns>
    /// <exception cref="InvalidOperationException">The process ended; the message holds its last words.</exception>
    public double[] Run(int count)
    {
        _process.StandardInput.WriteLine(count.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
        return [.. ReadLine().Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close(); // the loop over stdin ends
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                _process.Kill();
            }
        }
        catch (IOException)
        {
            // It had ended before.
        }

        _process.Dispose();
    }

    private string ReadLine() => _process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException(_errors.Result.TrimEnd().Split('\n') is [.., string last] && last.Length > 0 ? last
        : "it ended without a word.");
}
