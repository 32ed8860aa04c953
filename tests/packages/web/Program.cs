using System.Net;
using System.Text;
using ModelGen;
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

// The program is its own client, whose argument is a JPEG.
await app.StartAsync();
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
byte[] picture = await File.ReadAllBytesAsync(args[0]);
string expected = await Ask(picture, HttpStatusCode.OK);

// While both instances are rented, every request waits for one, none in the way of another.
const int Requests = 64;
NetworkPool<PictureNetwork> pool = app.Services.GetRequiredService<Classifier>().Pool;
NetworkLease<PictureNetwork> first = await pool.RentAsync(), second = await pool.RentAsync();
Task<string>[] asked = [.. Enumerable.Range(0, Requests).Select(_ => Ask(picture, HttpStatusCode.OK))];
await UntilWaiting(Requests);

// One more, whose client goes away, leaves the queue; what is no picture is refused without waiting.
using var cancellation = new CancellationTokenSource();
Task<HttpResponseMessage> abandoned = client.PostAsync("/classify", new ByteArrayContent(picture), cancellation.Token);
await UntilWaiting(Requests + 1);
await cancellation.CancelAsync();
await UntilWaiting(Requests);
string refusal = await Ask(Encoding.ASCII.GetBytes("no picture"), HttpStatusCode.BadRequest);

first.Dispose();
second.Dispose();
string[] answers = await Task.WhenAll(asked);
await Task.WhenAny(abandoned);
await app.StopAsync();

bool right = answers.All(answer => answer == expected) && abandoned.IsCanceled && pool.Available == pool.Capacity
    && refusal.Contains("the picture", StringComparison.Ordinal);
Console.WriteLine($"answers: {(right ? "right" : "wrong")}, {answers.Length} at a time, {expected}");
return right ? 0 : 1;

async Task<string> Ask(byte[] file, HttpStatusCode status)
{
    using HttpResponseMessage response = await client.PostAsync("/classify", new ByteArrayContent(file));
    string text = await response.Content.ReadAsStringAsync();
    if (response.StatusCode != status)
        throw new InvalidOperationException($"expected {status}, got {response.StatusCode}: {text}");
    return text;
}

async Task UntilWaiting(int requests)
{
    using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
    while (pool.Waiting != requests)
        await Task.Delay(10, limit.Token);
}
