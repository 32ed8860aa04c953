using System.Runtime.InteropServices;
using System.Text;
using static ModelGen.Benchmarks.OnnxRuntimeLibrary;

namespace ModelGen.Benchmarks;

/// <summary>How a session runs, beyond what is the same for all: all graph optimisations, sequential, one inter-op thread.</summary>
/// <param name="Spinning">Whether its threads wait by spinning (the default) or by sleeping: <c>session.intra_op.allow_spinning</c>.</param>
/// <param name="IoBinding">Whether tensors are bound by name once (<c>RunWithBinding</c>) or named at each call (<c>Run</c>).</param>
internal sealed record OnnxRuntimeSettings(int IntraOpThreads, bool Spinning, bool IoBinding)
{
    public override string ToString() => $"{(IoBinding ? "RunWithBinding" : "Run")}, spinning {(Spinning ? "on" : "off")}";
}

/// <summary>
/// A model loaded into ONNX Runtime, with its one input and one output as tensors over memory allocated once: a call
/// allocates nothing on our side and copies nothing, the least that the C interface lets a caller pay.
/// </summary>
internal sealed unsafe class OnnxRuntimeSession : IDisposable
{
    private const int Sequential = 0, AllOptimizations = 99, DeviceAllocator = 0, DefaultMemory = 0, FloatElement = 1;

    private readonly OnnxRuntimeLibrary _runtime;
    private readonly int _inputLength, _outputLength;
        private readonly byte* _inputName, _outputName;
    private readonly nint _session, _input, _inputTensor, _output, _outputTensor, _binding, _runOptions;

    /// <param name="model">An ONNX file's bytes.</param>
    /// <param name="inputShape">With the batch.</param>
    /// <param name="outputShape">With the batch.</param>
    /// <exception cref="InvalidOperationException">The runtime rejects the model; the message is the runtime's.</exception>
    public OnnxRuntimeSession(
        OnnxRuntimeLibrary runtime, byte[] model, string inputName, int[] inputShape, string outputName, int[] outputShape, OnnxRuntimeSettings settings)
    {
        _runtime = runtime;
        Settings = settings;
        _session = CreateSession(model, settings);
        _inputName = ToUtf8(inputName);
        _outputName = ToUtf8(outputName);
        (_input, _inputLength, _inputTensor) = CreateTensor(inputShape);
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

    private nint CreateSession(byte[] model, OnnxRuntimeSettings settings)
    {
        nint options, session;
        Check(((delegate* unmanaged[Cdecl]<nint*, nint>)_runtime[Function.CreateSessionOptions])(&options));
        try
        {
            Set(options, Function.SetIntraOpNumThreads, settings.IntraOpThreads);
            Set(options, Function.SetInterOpNumThreads, 1);
            Set(options, Function.SetSessionExecutionMode, Sequential);
            Set(options, Function.SetSessionGraphOptimizationLevel, AllOptimizations);
            fixed (byte* key = "session.intra_op.allow_spinning\0"u8, on = "1\0"u8, off = "0\0"u8)
            {
                Check(((delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint>)_runtime[Function.AddSessionConfigEntry])(
                    options, key, settings.Spinning ? on : off));
            }

            fixed (byte* bytes = model)
            {
                Check(((delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint, nint*, nint>)_runtime[Function.CreateSessionFromArray])(
                    _runtime.Environment, bytes, (nuint)model.Length, options, &session));
            }

            return session;
        }
        finally
        {
            _runtime.Release(Function.ReleaseSessionOptions, options);
        }
    }

    private void Set(nint options, Function function, int value) =>
        Check(((delegate* unmanaged[Cdecl]<nint, int, nint>)_runtime[function])(options, value));

    private (nint Data, int Length, nint Tensor) CreateTensor(int[] shape)
    {
        int length = shape.Aggregate(1, (product, size) => checked(product * size));
        nuint bytes = (nuint)length * sizeof(float);
        void* data = NativeMemory.AlignedAlloc(bytes, 64);
        long[] dimensions = [.. shape.Select(size => (long)size)];
        nint memory, tensor;
        Check(((delegate* unmanaged[Cdecl]<int, int, nint*, nint>)_runtime[Function.CreateCpuMemoryInfo])(DeviceAllocator, DefaultMemory, &memory));
        fixed (long* pointer = dimensions)
        {
            Check(((delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint>)_runtime[Function.CreateTensorWithDataAsOrtValue])(
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
