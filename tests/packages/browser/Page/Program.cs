using Browser;
using ModelGen;

// What the page finds out goes to the server, whose address is the argument; so does what goes wrong.
using var server = new HttpClient { BaseAddress = new Uri(args[0]) };
string report;
try
{
    report = string.Join('\n', await Results());
}
catch (Exception fault)
{
    report = fault.ToString();
}
await server.PostAsync("report", new StringContent(report));

async Task<List<string>> Results()
{
    byte[] file = await server.GetByteArrayAsync("plaid.safetensors");
    var options = new WeightLoadOptions { Parallelism = 2 };
    using var stream = new MemoryStream(file);
    List<string> results = [];
    foreach (Plaid.Weights weights in (Plaid.Weights[])[Plaid.LoadWeights(stream, options), Plaid.LoadWeights(file, options)])
    {
        var network = new Plaid(weights) { Parallelism = 2 };
        var scores = new float[Plaid.OutputLength];
        network.Forward(Plaid.Picture(), scores);
        results.Add($"{network.Parallelism} thread: {string.Join(' ', scores)}");
    }
    return results;
}
