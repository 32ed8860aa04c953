using System.Runtime.CompilerServices;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>
/// Holds text against a file that someone has read and accepted. What differs is written beside it as <c>NAME.received.cs</c>; running the
/// tests with MODELGEN_UPDATE=1 accepts it as <c>NAME.verified.cs</c>.
/// </summary>
internal static class Snapshot
{
    public static void Check(string name, string actual, [CallerFilePath] string caller = "")
    {
        string folder = Path.Combine(Path.GetDirectoryName(caller)!, "Snapshots");
        string verified = Path.Combine(folder, name + ".verified.cs");
        string received = Path.Combine(folder, name + ".received.cs");
        string expected = File.Exists(verified) ? File.ReadAllText(verified).Replace("\r\n", "\n", StringComparison.Ordinal) : "";
        if (expected == actual)
        {
            File.Delete(received);
            return;
        }
        Directory.CreateDirectory(folder);
        if (Environment.GetEnvironmentVariable("MODELGEN_UPDATE") == "1")
        {
            File.WriteAllText(verified, actual);
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, actual);
        (string[] was, string[] now) = (expected.Split('\n'), actual.Split('\n'));
        int line = was.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.Fail(
            $"{name} differs from {verified} in line {line + 1}:\n- {was.ElementAtOrDefault(line)}\n+ {now.ElementAtOrDefault(line)}\n"
            + $"All of it is in {received}; if it is right, run the tests with MODELGEN_UPDATE=1");
    }
}
