using System.Runtime.InteropServices;

namespace ModelGen.Benchmarks;

/// <summary>ONNX Runtime's shared library, loaded, with its environment: what sessions are made from.</summary>
/// <remarks>
/// <c>OrtGetApiBase</c> gives a table of function pointers, <c>OrtApi</c>, that only ever grows at its end; a function is
/// therefore its position in it. Source: include/onnxruntime/core/session/onnxruntime_c_api.h.
/// </remarks>
internal sealed unsafe class OnnxRuntimeLibrary : IDisposable
{
    /// <summary>Environment variable that names the library's file, when it is not the one that install-peers.sh fetches.</summary>
    public const string PathVariable = "MODELGEN_ORT";

    // API version 5 (ONNX Runtime 1.5) has every function named below.
    private const uint ApiVersion = 5;
    private const int SeverityError = 3;

    private readonly nint _library;
    private readonly nint* _functions;

    private OnnxRuntimeLibrary(nint library)
    {
        _library = library;
        // struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t); const char* (*GetVersionString)(); }
        var getApiBase = (delegate* unmanaged[Cdecl]<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        nint* apiBase = getApiBase();
        Version = Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)apiBase[1])())!;
        _functions = ((delegate* unmanaged[Cdecl]<uint, nint*>)apiBase[0])(ApiVersion);
        fixed (byte* name = "benchmarks"u8)
        {
            nint environment;
            Check(((delegate* unmanaged[Cdecl]<int, byte*, nint*, nint>)this[Function.CreateEnv])(SeverityError, name, &environment));
            Environment = environment;
        }
    }

    /// <summary>A function's position in OrtApi.</summary>
    internal enum Function
    {
        GetErrorMessage = 2,
        CreateEnv = 3,
        CreateSession = 7,
        Run = 9,
        CreateSessionOptions = 10,
        SetSessionExecutionMode = 13,
        SetSessionGraphOptimizationLevel = 23,
        SetIntraOpNumThreads = 24,
        SetInterOpNumThreads = 25,
        CreateRunOptions = 39,
        CreateTensorWithDataAsOrtValue = 49,
        CreateCpuMemoryInfo = 69,
        ReleaseEnv = 92,
        ReleaseStatus = 93,
        ReleaseMemoryInfo = 94,
        ReleaseSession = 95,
        ReleaseValue = 96,
        ReleaseRunOptions = 97,
        ReleaseSessionOptions = 100,
        AddSessionConfigEntry = 130,
        RunWithBinding = 133,
        CreateIoBinding = 134,
        ReleaseIoBinding = 135,
        BindInput = 136,
        BindOutput = 137,
    }

    public string Version { get; }

    internal nint Environment { get; }

    internal nint this[Function function] => _functions[(int)function];

    /// <summary>Loads the file that <see cref="PathVariable"/> names, or else the one that install-peers.sh fetched.</summary>
    /// <exception cref="PeerMissingException">There is none, or it cannot be loaded.</exception>
    public static OnnxRuntimeLibrary Load()
    {
        string path = System.Environment.GetEnvironmentVariable(PathVariable) ?? FindInstalled();
        try
        {
            return new OnnxRuntimeLibrary(NativeLibrary.Load(path));
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new PeerMissingException($"ONNX Runtime cannot be loaded from '{path}': {exception.Message}", exception);
        }
    }

    /// <summary>Throws what a status says, if it says anything. Null is success.</summary>
    /// <exception cref="InvalidOperationException">The call that returned <paramref name="status"/> failed.</exception>
    internal void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        string? message = Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint, nint>)this[Function.GetErrorMessage])(status));
        Release(Function.ReleaseStatus, status);
        throw new InvalidOperationException($"ONNX Runtime {Version}: {message}");
    }

    internal void Release(Function release, nint handle) => ((delegate* unmanaged[Cdecl]<nint, void>)this[release])(handle);

    public void Dispose()
    {
        Release(Function.ReleaseEnv, Environment);
        NativeLibrary.Free(_library);
    }

    private static string FindInstalled()
    {
        string platform = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        string folder = Path.Combine("tests", "peers", "node_modules", "onnxruntime-node", "bin", "napi-v6", platform, architecture);
        for (DirectoryInfo? root = new(AppContext.BaseDirectory); root is not null; root = root.Parent)
        {
            var installed = new DirectoryInfo(Path.Combine(root.FullName, folder));
            if (installed.Exists && installed.EnumerateFiles()
                    .FirstOrDefault(file => file.Name is "onnxruntime.dll"
                        || file.Name.StartsWith("libonnxruntime.", StringComparison.Ordinal)) is FileInfo library)
            {
                return library.FullName;
            }
        }

        throw new PeerMissingException(
            $"ONNX Runtime is not installed: no library in {folder}. Run tests/ModelGen.Benchmarks/install-peers.sh " +
            $"(npm install --ignore-scripts --prefix tests/peers onnxruntime-node), or name the library's file in {PathVariable}.");
    }
}
