using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.ExceptionServices;

namespace ModelGen.Tool;

/// <summary>One pass of a network over arrays.</summary>
/// <param name="network">The instance.</param>
/// <param name="arguments">Inputs and outputs, in the order of <c>Forward</c>.</param>
internal delegate void ForwardCall(object network, float[][] arguments);

/// <summary>A network of a project, through the public members that every generated class has.</summary>
internal sealed class CompiledNetwork(Type type)
{
    private const BindingFlags Static = BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The class' name.</summary>
    public string Name => type.Name;

    /// <summary>The class' name with its namespace.</summary>
    public string FullName => type.FullName!.Replace('+', '.');

    /// <summary>The <c>NetworkSummary</c>, of the library that the project refers to.</summary>
    public object Summary => ProjectAssembly.SummaryOf(type)!.GetValue(null)!;

    /// <summary>A number of the summary.</summary>
    public long Number(string property) =>
        Convert.ToInt64(Summary.GetType().GetProperty(property)?.GetValue(Summary) ?? 0, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An instance with first values that a seed gives.</summary>
    public object Create(int seed) => Activator.CreateInstance(type, Call("CreateWeights", seed))!;

    /// <summary>Loads a file as the program would.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told the share that is loaded, 0 to 1.</param>
    /// <returns>What does not fit, an exception of the project's library; null if all does.</returns>
    public Exception? Load(string path, IProgress<double> progress)
    {
        var method = type.GetMethods(Static).First(TakesPath);
        // The options are of the project's library.
        object options = Activator.CreateInstance(method.GetParameters()[1].ParameterType)!;
        options.GetType().GetProperty("Progress")?.SetValue(options, progress);
        object?[] arguments = [path, options, .. method.GetParameters().Skip(2).Select(parameter => parameter.DefaultValue)];
        try
        {
            Invoke(method, arguments);
            return null;
        }
        catch (Exception fault) when (fault.GetType().FullName == "ModelGen.WeightsMismatchException")
        {
            return fault;
        }
    }

    /// <summary>Arrays for one sample of every input, with numbers of a seed, and of every output.</summary>
    public float[][] Arguments(int seed)
    {
        var random = new Random(seed);
        return [.. Forward.GetParameters().Select(parameter =>
        {
            var values = new float[LengthOf(parameter)];
            if (parameter.ParameterType == typeof(ReadOnlySpan<float>))
                for (int i = 0; i < values.Length; i++)
                    values[i] = random.NextSingle() * 2 - 1;
            return values;
        })];
    }

    /// <summary><c>Forward</c> as a call without reflection, which would allocate, and which spans do not go through.</summary>
    public ForwardCall CompileForward()
    {
        var method = new DynamicMethod("Forward", null, [typeof(object), typeof(float[][])], type.Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Castclass, type);
        var parameters = Forward.GetParameters();
        for (int i = 0; i < parameters.Length; i++)
        {
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Ldc_I4, i);
            code.Emit(OpCodes.Ldelem_Ref);
            code.Emit(OpCodes.Newobj, parameters[i].ParameterType.GetConstructor([typeof(float[])])!);
        }
        code.Emit(OpCodes.Callvirt, Forward);
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<ForwardCall>();
    }

    private MethodInfo Forward =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Single(TakesSpans);

    private static bool TakesPath(MethodInfo method)
    {
        var parameters = method.GetParameters();
        return method.Name == "LoadWeights"
            && parameters is [{ ParameterType.Name: "String" }, { ParameterType.Name: "WeightLoadOptions" }, ..]
            && parameters.Skip(1).All(parameter => parameter.IsOptional);
    }

    private static bool TakesSpans(MethodInfo method) => method.Name == "Forward" && method.GetParameters().All(
        parameter => parameter.ParameterType == typeof(ReadOnlySpan<float>) || parameter.ParameterType == typeof(Span<float>));

    // InputLength, OutputLength, or a constant called like the argument where there are several.
    private int LengthOf(System.Reflection.ParameterInfo parameter)
    {
        bool isInput = parameter.ParameterType == typeof(ReadOnlySpan<float>);
        int siblings = Forward.GetParameters().Count(other => other.ParameterType == parameter.ParameterType);
        string name = siblings > 1 ? parameter.Name!.Replace("_", "", StringComparison.Ordinal) + "Length"
            : isInput ? "InputLength" : "OutputLength";
        var constant = type.GetFields(Static).FirstOrDefault(
            field => field.IsLiteral && string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
        return constant?.GetRawConstantValue() as int?
            ?? throw new ToolException($"{FullName}: expected a constant with the length of '{parameter.Name}', found none");
    }

    private object Call(string name, params object[] arguments) =>
        Invoke(type.GetMethod(name, Static, [.. arguments.Select(argument => argument.GetType())])!, arguments)!;

    private static object? Invoke(MethodInfo method, params object?[] arguments)
    {
        try
        {
            return method.Invoke(null, arguments);
        }
        catch (TargetInvocationException fault) when (fault.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}
