using System.Net;
using System.Text;
using ModelGen.Data;
using Web;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
builder.Services.AddSingleton<Classifier>();
WebApplication app = builder.Build();

app.MapPost("/classify", async (HttpRequest request, Classifier classifier, CancellationToken cancellation) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, cancellation);
    try
    {
        return Results.Ok(await classifier.ClassifyAsync(body.ToArray(), cancellation));
    }
    catch (InvalidDataFileException bad)
    {
        return Results.BadRequest(bad.Message);
    }
});

// The program is its own client, whose argument is a JPEG:
// the same picture many times at once, one that is none, and a request that is given up.
await app.StartAsync();
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
byte[] picture = await File.ReadAllBytesAsync(args[0]);

string[] answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Ask(picture, HttpStatusCode.OK)));
string refusal = await Ask(Encoding.ASCII.GetBytes("no picture"), HttpStatusCode.BadRequest);
bool givenUp = false;
try
{
    using var cancellation = new CancellationTokenSource();
    Task<HttpResponseMessage> asked = client.PostAsync("/classify", new EndlessContent(), cancellation.Token);
    await cancellation.CancelAsync();
    await asked;
}
catch (OperationCanceledException)
{
    givenUp = true;
}
string after = await Ask(picture, HttpStatusCode.OK);
await app.StopAsync();

bool right = answers.All(answer => answer == answers[0]) && after == answers[0] && givenUp
    && refusal.Contains("the picture", StringComparison.Ordinal);
Console.WriteLine($"answers: {(right ? "right" : "wrong")}, {answers[0]}");
return right ? 0 : 1;

async Task<string> Ask(byte[] file, HttpStatusCode expected)
{
    using HttpResponseMessage response = await client.PostAsync("/classify", new ByteArrayContent(file));
    string text = await response.Content.ReadAsStringAsync();
    if (response.StatusCode != expected)
        throw new InvalidOperationException($"expected {expected}, got {response.StatusCode}: {text}");
    return text;
}

/// <summary>A body that does not end before the request is cancelled.</summary>
internal sealed class EndlessContent : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.Delay(Timeout.Infinite);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new byte[16], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
