using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace FashionMnist;

/// <summary>What the command line asks for.</summary>
/// <param name="Data">The folder of the four files, or null to look for them.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Seed">Fixes the initial weights and the order of the images.</param>
/// <param name="LearningRate">The learning rate of the first step; it falls to 0 along half a cosine.</param>
/// <param name="Output">The weights file to write.</param>
internal sealed record Options(string? Data, int Epochs, int Seed, float LearningRate, string Output)
{
    private const int MaxEpochs = 10_000;

    /// <summary>The command line's grammar and help, which runs <paramref name="action"/> with what it read.</summary>
    public static RootCommand Command(Func<Options, int> action)
    {
        var data = new Option<string?>("--data")
        {
            Description = "Folder with the four Fashion-MNIST files in gzip or plain IDX format. "
                + "Without it: the full set where Debian installs it, else the subset that comes with this program.",
            HelpName = "DIR",
        };
        var epochs = new Option<int>("--epochs")
        {
            Description = "Passes over the training images.",
            DefaultValueFactory = _ => 10,
            CustomParser = Parser<int>($"a whole number from 1 to {MaxEpochs}", value => value is >= 1 and <= MaxEpochs),
            HelpName = "N",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Fixes the initial weights and the order of the images: one seed, one result.",
            DefaultValueFactory = _ => 0,
            CustomParser = Parser<int>("a whole number of 32 bits", _ => true),
            HelpName = "N",
        };
        var learningRate = new Option<float>("--learning-rate")
        {
            Description = "Learning rate of the first step; it falls to 0 along half a cosine.",
            DefaultValueFactory = _ => 0.05f,
            CustomParser = Parser<float>("a number above 0, at most 10", value => value is > 0 and <= 10),
            HelpName = "RATE",
        };
        var output = new Option<string>("--output")
        {
            Description = "Weights file to write.",
            DefaultValueFactory = _ => "lenet5.safetensors",
            HelpName = "FILE",
        };
        output.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
                result.AddError($"{output.Name}: expected a file name, found ''");
        });

        var command = new RootCommand("Trains LeNet-5 on Fashion-MNIST with code that was generated when this program was built.")
        {
            data, epochs, seed, learningRate, output,
        };
        command.SetAction(result => action(new Options(
            result.GetValue(data),
            result.GetValue(epochs),
            result.GetValue(seed),
            result.GetValue(learningRate),
            result.GetRequiredValue(output))));
        return command;
    }

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
