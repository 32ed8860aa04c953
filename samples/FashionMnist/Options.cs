using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace FashionMnist;

/// <summary>What the command line asks for.</summary>
/// <param name="Network">The network to train.</param>
/// <param name="Data">The folder of the four files, or null to look for them.</param>
/// <param name="Samples">How many of the training images are used; all if there are no more.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Threads">How many share the work of a step.</param>
/// <param name="Seed">Fixes the initial weights, the order of the images and their augmentation.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="Output">The weights file to write.</param>
/// <param name="Checkpoint">The file to go on from, and to write after each epoch; null for none.</param>
/// <param name="Csv">The file of the curves as text; null for none.</param>
/// <param name="Html">The file of the curves as a page; null for none.</param>
/// <param name="TensorBoard">The folder of the curves for TensorBoard; null for none.</param>
internal sealed record Options(
    NetworkChoice Network,
    string? Data,
    int Samples,
    int Epochs,
    int Threads,
    int Seed,
    float LearningRate,
    string Output,
    string? Checkpoint,
    string? Csv,
    string? Html,
    string? TensorBoard)
{
    private const int MaxEpochs = 10_000;
    private const int MaxThreads = 1_024;

    /// <summary>The command line's grammar and help, which runs <paramref name="action"/> with what it read.</summary>
    public static RootCommand Command(Func<Options, int> action)
    {
        var names = string.Join(", ", NetworkChoice.All.Select(choice => choice.Name));
        var network = new Option<NetworkChoice>("--network")
        {
            Description = $"The network to train: {names}.",
            DefaultValueFactory = _ => NetworkChoice.All[0],
            CustomParser = result =>
            {
                var choice = NetworkChoice.All.FirstOrDefault(choice => choice.Name == result.Tokens[0].Value);
                if (choice is null)
                    result.AddError($"--network: expected one of {names}, found '{result.Tokens[0].Value}'");
                return choice;
            },
            HelpName = "NAME",
        };
        var data = new Option<string?>("--data")
        {
            Description = "Folder with the four Fashion-MNIST files in gzip or plain IDX format. "
                + "Without it: the full set where Debian installs it, else the subset that comes with this program.",
            HelpName = "DIR",
        };
        var samples = new Option<int>("--samples")
        {
            Description = "Train on the first N images alone.",
            DefaultValueFactory = _ => int.MaxValue,
            CustomParser = Parser<int>("a whole number of at least 1", value => value >= 1),
            HelpName = "N",
        };
        var epochs = new Option<int?>("--epochs")
        {
            Description = "Passes over the training images; by default what suits the network.",
            CustomParser = Nullable(Parser<int>($"a whole number from 1 to {MaxEpochs}", value => value is >= 1 and <= MaxEpochs)),
            HelpName = "N",
        };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads that share the work of a step. Their number changes no bit of the result.",
            DefaultValueFactory = _ => 1,
            CustomParser = Parser<int>($"a whole number from 1 to {MaxThreads}", value => value is >= 1 and <= MaxThreads),
            HelpName = "N",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Fixes the initial weights, the order of the images and what is done to them: one seed, one result.",
            DefaultValueFactory = _ => 0,
            CustomParser = Parser<int>("a whole number of 32 bits", _ => true),
            HelpName = "N",
        };
        var learningRate = new Option<float?>("--learning-rate")
        {
            Description = "Highest learning rate, by default what suits the network; it rises to it "
                + "and falls to nearly 0, both along half a cosine.",
            CustomParser = Nullable(Parser<float>("a number above 0, at most 10", value => value is > 0 and <= 10)),
            HelpName = "RATE",
        };
        var output = FileOption("--output", "Weights file to write; by default NETWORK.safetensors.");
        var checkpoint = FileOption(
            "--checkpoint", "File that is written after each epoch, and from which a run goes on that was stopped.");
        var csv = FileOption("--csv", "File for the curves, a line an epoch.");
        var html = FileOption("--html", "File for a page with the curves.");
        var tensorBoard = FileOption("--tensorboard", "Folder for the curves as TensorBoard reads them.", "DIR");

        var command = new RootCommand("Trains a network on Fashion-MNIST with code that was generated when this program was built.")
        {
            network, data, samples, epochs, threads, seed, learningRate, output, checkpoint, csv, html, tensorBoard,
        };
        command.SetAction(result =>
        {
            var choice = result.GetRequiredValue(network);
            return action(new Options(
                choice,
                result.GetValue(data),
                result.GetValue(samples),
                result.GetValue(epochs) ?? choice.Epochs,
                result.GetValue(threads),
                result.GetValue(seed),
                result.GetValue(learningRate) ?? choice.LearningRate,
                result.GetValue(output) ?? $"{choice.Name}.safetensors",
                result.GetValue(checkpoint),
                result.GetValue(csv),
                result.GetValue(html),
                result.GetValue(tensorBoard)));
        });
        return command;
    }

    private static Option<string?> FileOption(string name, string description, string helpName = "FILE")
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
                result.AddError($"{name}: expected a name, found ''");
        });
        return option;
    }

    private static Func<ArgumentResult, T?> Nullable<T>(Func<ArgumentResult, T> parser)
        where T : struct => result => parser(result);

    // Reads and judges in one place, so that whatever is wrong gets the same kind of message. NumberStyles.Float leaves out
    // group separators, which would read "0,02" as 2.
    private static Func<ArgumentResult, T> Parser<T>(string expected, Func<T, bool> isGood)
        where T : INumberBase<T> => result =>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && isGood(value))
            return value;
        result.AddError($"{((OptionResult)result.Parent!).Option.Name}: expected {expected}, found '{text}'");
        return default!;
    };
}
