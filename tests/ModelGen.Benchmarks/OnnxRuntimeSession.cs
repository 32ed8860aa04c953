using System.Runtime.InteropServices;
using System.Text;
using ModelGen.Benchmarks.Onnx;
using static ModelGen.Benchmarks.OnnxRuntimeLibrary;

namespace ModelGen.Benchmarks;

/// <summary>How a session runs, beyond what is the same for all: sequential, one inter-op thread.</summary>
/// <param name="Spinning">Whether its threads wait by spinning (the default) or by sleeping:
/// <c>session.intra_op.allow_spinning</c>.</param>
/// <param name="IoBinding">Whether tensors are bound by name once (<c>RunWithBinding</c>) or named at each call (<c>Run</c>).</param>
/// <param name="AllOptimizations">All graph optimisations, or all but those of layout: <c>ORT_ENABLE_ALL</c> and
/// <c>ORT_ENABLE_EXTENDED</c>.</param>
internal sealed record OnnxRuntimeSettings(int IntraOpThreads, bool Spinning = true, bool IoBinding = true, bool AllOptimizations = true)
{
    /// <summary>Those that may be the fastest, depending on network and machine.</summary>
    public static IEnumerable<OnnxRuntimeSettings> Candidates(int threads)
    {
        var usual = new OnnxRuntimeSettings(threads);
        yield return usual;
        yield return usual with { IoBinding = false };
        yield return usual with { AllOptimizations = false };
        if (threads > 1) // one thread waits for nobody
        {
            yield return usual with { Spinning = false };
        }
    }

    public override string ToString() =>
        $"{(IoBinding ? "RunWithBinding" : "Run")}, {(AllOptimizations ? "all" : "extended")} "
            + $"optimisations{(IntraOpThreads == 1 ? "" : Spinning ? ", spinning" : ", sleeping")}";
}

/// <summary>
/// A model loaded into ONNX Runtime, with its one input and one output as tensors over memory allocated once: a call
/// allocates nothing on our side and copies nothing, the least that the C interface lets a caller pay.
/// </summary>
internal sealed unsafe class OnnxRuntimeSession : IDisposable
{
    private const int Sequential = 0, ExtendedOptimizations = 2, AllOptimizations = 99, DeviceAllocator = 0, DefaultMemory = 0,
        FloatElement = 1;

    private readonly OnnxRuntimeLibrary _runtime;
    private readonly int _inputLength, _outputLength;
    private readonly byte* _inputName, _outputName;
    private readonly nint _session, _input, _inputTensor, _output, _outputTensor, _binding, _runOptions;

    /// <param name="path">The model's file.</param>
    /// <param name="outputShape">With the batch.</param>
    /// <exception cref="InvalidOperationException">The runtime rejects the model; the message is the runtime's.</exception>
    public OnnxRuntimeSession(OnnxRuntimeLibrary runtime, string path, OnnxModel model, int[] outputShape, OnnxRuntimeSettings settings)
    {
        _runtime = runtime;
        Settings = settings;
        _session = CreateSession(runtime, path, settings);
        _inputName = ToUtf8(model.InputName);
        _outputName = ToUtf8(model.OutputName);
        (_input, _inputLength, _inputTensor) = CreateTensor(model.InputShape);
        (_output, _outputLength, _outputTensor) = CreateTensor(outputShape);
        nint handle;
        Check(((delegate* unmanaged[Cdecl]<nint*, nint>)runtime[Function.CreateRunOptions])(&handle));
        _runOptions = handle;
        Check(((delegate* unmanaged[Cdecl]<nint, nint*, nint>)runtime[Function.CreateIoBinding])(_session, &handle));
        _binding = handle;
        Check(((delegate* unmanaged[Cdecl]<nint, byte*, nint, nint>)runtime[Function.BindInput])(_binding, _inputName, _inputTensor));
        Check(((delegate* unmanaged[Cdecl]<nint, byte*, nint, nint>)runtime[Function.BindOutput])(_binding, _outputName, _outputTensor));
    }

    public OnnxRuntimeSettings Settings { get; }

    /// <summary>The memory that <see cref="Run"/> reads, in the input's shape, row-major.</summary>
    public Span<float> Input => new((void*)_input, _inputLength);

    /// <summary>The memory that <see cref="Run"/> writes, in the output's shape, row-major.</summary>
    public ReadOnlySpan<float> Output => new((void*)_output, _outputLength);

    /// <summary>Runs the model once, from <see cref="Input"/> to <see cref="Output"/>.</summary>
    /// <exception cref="InvalidOperationException">The run failed; the message is the runtime's.</exception>
    public void Run()
    {
        if (Settings.IoBinding)
        {
            Check(((delegate* unmanaged[Cdecl]<nint, nint, nint, nint>)_runtime[Function.RunWithBinding])(_session, _runOptions, _binding));
            return;
        }

        byte* inputName = _inputName, outputName = _outputName;
        nint input = _inputTensor, output = _outputTensor;
        Check(((delegate* unmanaged[Cdecl]<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)_runtime[Function.Run])(
            _session, _runOptions, &inputName, &input, 1, &outputName, 1, &output));
    }

    public void Dispose()
    {
        _runtime.Release(Function.ReleaseIoBinding, _binding);
        _runtime.Release(Function.ReleaseRunOptions, _runOptions);
        _runtime.Release(Function.ReleaseValue, _inputTensor);
        _runtime.Release(Function.ReleaseValue, _outputTensor);
        _runtime.Release(Function.ReleaseSession, _session);
        NativeMemory.AlignedFree((void*)_input);
        NativeMemory.AlignedFree((void*)_output);
        NativeMemory.Free(_inputName);
        NativeMemory.Free(_outputName);
    }

    /// <summary>Creates a session alone, for <see cref="OnnxRuntimeLibrary.Release"/>.</summary>
    /// <exception cref="InvalidOperationException">The runtime rejects the model; the message is the runtime's.</exception>
    public static nint CreateSession(OnnxRuntimeLibrary runtime, string path, OnnxRuntimeSettings settings)
    {
        nint options, session;
        runtime.Check(((delegate* unmanaged[Cdecl]<nint*, nint>)runtime[Function.CreateSessionOptions])(&options));
        try
        {
            Set(options, Function.SetIntraOpNumThreads, settings.IntraOpThreads);
            Set(options, Function.SetInterOpNumThreads, 1);
            Set(options, Function.SetSessionExecutionMode, Sequential);
            Set(options, Function.SetSessionGraphOptimizationLevel, settings.AllOptimizations ? AllOptimizations : ExtendedOptimizations);
            fixed (byte* key = "session.intra_op.allow_spinning\0"u8, on = "1\0"u8, off = "0\0"u8)
            {
                runtime.Check(((delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint>)runtime[Function.AddSessionConfigEntry])(
                    options, key, settings.Spinning ? on : off));
            }

            // ORTCHAR_T is wchar_t on Windows and char elsewhere.
            fixed (byte* file = (OperatingSystem.IsWindows() ? Encoding.Unicode : Encoding.UTF8).GetBytes(path + '\0'))
            {
                runtime.Check(((delegate* unmanaged[Cdecl]<nint, byte*, nint, nint*, nint>)runtime[Function.CreateSession])(
                    runtime.Environment, file, options, &session));
            }

            return session;
        }
        finally
        {
            runtime.Release(Function.ReleaseSessionOptions, options);
        }

        void Set(nint options, Function function, int value) =>
            runtime.Check(((delegate* unmanaged[Cdecl]<nint, int, nint>)runtime[function])(options, value));
    }

    private (nint Data, int Length, nint Tensor) CreateTensor(int[] shape)
    {
        int length = shape.Aggregate(1, (product, size) => checked(product * size));
        nuint bytes = (nuint)length * sizeof(float);
        void* data = NativeMemory.AlignedAlloc(bytes, 64);
        long[] dimensions = [.. shape.Select(size => (long)size)];
        nint memory, tensor;
        Check(((delegate* unmanaged[Cdecl]<int, int, nint*, nint>)_runtime[Function.CreateCpuMemoryInfo])(DeviceAllocator, DefaultMemory,
            &memory));
        fixed (long* pointer = dimensions)
        {
            Check(((delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*,
                nint>)_runtime[Function.CreateTensorWithDataAsOrtValue])(
                memory, data, bytes, pointer, (nuint)dimensions.Length, FloatElement, &tensor));
        }

        _runtime.Release(Function.ReleaseMemoryInfo, memory);
        return ((nint)data, length, tensor);
    }

    private static byte* ToUtf8(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + '\0');
        byte* copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    private void Check(nint status) => _runtime.Check(status);
}
