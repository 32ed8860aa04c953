using System.Diagnostics;
using Browser;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using ModelGen;
using ModelGen.Safetensors;

// Usage: Server PUBLISHED CHROMIUM. Shows the published page to a browser without a window, and compares what it gets with what it should.
string published = Path.GetFullPath(args[0]);
string folder = Directory.CreateTempSubdirectory("plaid-").FullName;
string weights = Path.Combine(folder, "plaid.safetensors");
Write(weights);

WebApplicationBuilder builder = WebApplication.CreateBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
WebApplication app = builder.Build();
var files = new PhysicalFileProvider(published);
app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
app.UseStaticFiles(new StaticFileOptions { FileProvider = files, ContentTypeProvider = new FileExtensionContentTypeProvider() });
app.MapGet("/plaid.safetensors", () => Results.File(weights, "application/octet-stream"));
var report = new TaskCompletionSource<string>();
app.MapPost("/report", async (HttpRequest request) =>
{
    using var reader = new StreamReader(request.Body);
    report.TrySetResult(await reader.ReadToEndAsync());
});
await app.StartAsync();

using Process browser = Process.Start(new ProcessStartInfo(args[1],
[
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
    "--user-data-dir=" + Path.Combine(folder, "profile"), app.Urls.First(),
]) { RedirectStandardError = true })!;
Task<string> complaints = browser.StandardError.ReadToEndAsync();
try
{
    string found = await report.Task.WaitAsync(TimeSpan.FromMinutes(3));
    var halves = new Halves();
    var network = new Plaid(Plaid.LoadWeights(weights)) { Scheduler = halves };
    var scores = new float[Plaid.OutputLength];
    network.Forward(Plaid.Picture(), scores);
    string line = $"1 thread: {string.Join(' ', scores)}", expected = $"{line}\n{line}";
    if (halves.Runs == 0 || scores.Distinct().Count() < scores.Length)
        throw new InvalidOperationException("expected a network that threads share here, with scores that tell something");
    Console.WriteLine(found == expected ? $"answers: right, {line}" : $"answers: wrong; expected\n{expected}\ngot\n{found}");
    return found == expected ? 0 : 1;
}
catch (TimeoutException)
{
    Console.WriteLine("the page did not report");
    browser.Kill(entireProcessTree: true);
    Console.WriteLine(await complaints);
    return 1;
}
finally
{
    browser.Kill(entireProcessTree: true);
    await browser.WaitForExitAsync();
    await app.StopAsync();
    Directory.Delete(folder, recursive: true);
}

// Parameters of −1 to 1, in an order that a generator of random numbers gives, always the same.
static void Write(string path)
{
    Plaid.CreateWeights(seed: 1).Save(path);
    var tensors = new List<SafetensorsTensor>();
    using (SafetensorsFile file = SafetensorsFile.Open(path))
    {
        uint state = 1;
        foreach (SafetensorsEntry tensor in file.Tensors)
        {
            var values = new float[tensor.ElementCount];
            for (int i = 0; i < values.Length; i++)
            {
                state = state * 1664525 + 1013904223;
                values[i] = (state >> 16) % 3 - 1f;
            }
            tensors.Add(new SafetensorsTensor(tensor.Name, tensor.Shape, values));
        }
    }
    SafetensorsWriter.Write(path, tensors);
}

/// <summary>Does both threads' parts on one, and counts how often a network asks for that.</summary>
internal sealed class Halves : IParallelScheduler
{
    public int Runs { get; private set; }

    public int Parallelism => 2;

    public void Run(Action<int> work)
    {
        Runs++;
        work(0);
        work(1);
    }
}
