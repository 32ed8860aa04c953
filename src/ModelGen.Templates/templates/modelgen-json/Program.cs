using Company.App_1;
using ModelGen;
using ModelGen.Data;

// The class DigitNetwork is made from digits.network.json whenever the project is built; "dotnet watch" builds it anew when the file
// changes.
Console.WriteLine(DigitNetwork.Summary);

var options = new ImageBatchOptions { BatchSize = DigitNetwork.Trainer.BatchSize };
using var batches = new ImageBatches(DrawnDigits.Draw(10_000, seed: 1), options);
using var validation = new ImageBatches(DrawnDigits.Draw(1_000, seed: 3), new ImageBatchOptions { Shuffle = false });

const int Epochs = 6;
var trainer = new DigitNetwork.Trainer(DigitNetwork.CreateWeights(seed: 1), new Sgd { LearningRate = 0.05f, Momentum = 0.9f });
var fit = new Fit(Epochs)
{
    Schedule = new CosineSchedule(0.05f, Epochs * batches.BatchesPerEpoch),
    Observers = { new ConsoleProgress(), new HtmlCurves("curves.html") },
};
fit.Run(trainer, batches, () => Evaluation.Of(trainer, validation));

trainer.ToWeights().Save("digits.safetensors");
Console.WriteLine("The weights are in digits.safetensors, the curves in curves.html.");
