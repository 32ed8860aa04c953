using System;
using ModelGen;

namespace Consumers
{
    /// <summary>Tells a horizontal line from a vertical one.</summary>
    [Network, Input(1, 6, 6)]
    [Conv2d(4, 3), BatchNorm2d, Relu, MaxPool2d(2)]
    [Flatten, Linear(2)]
    [Trainable(BatchSize = 2)]
    internal sealed partial class Lines
    {
    }

    /// <summary>Trains the network and asks it.</summary>
    internal static class Check
    {
        /// <summary>Prints what the network answers.</summary>
        /// <returns>The exit code: 0 if both answers are right.</returns>
        public static int Run()
        {
            var images = new float[2 * Lines.InputLength];
            for (var i = 0; i < 6; i++)
            {
                images[2 * 6 + i] = 1;
                images[Lines.InputLength + i * 6 + 2] = 1;
            }

            var trainer = new Lines.Trainer(Lines.CreateWeights(1), new Sgd { LearningRate = 0.1f, Momentum = 0.9f });
            var loss = 0f;
            for (var step = 0; step < 50; step++)
                loss = trainer.Step(images, new int[] { 0, 1 });

            var network = new Lines(trainer.ToWeights());
            var scores = new float[Lines.OutputLength];
            network.Forward(images.AsSpan(0, Lines.InputLength), scores);
            var horizontal = scores[0] > scores[1];
            network.Forward(images.AsSpan(Lines.InputLength), scores);
            var vertical = scores[1] > scores[0];
            Console.WriteLine("answers: " + (horizontal && vertical ? "right" : "wrong") + ", loss " + (loss < 0.1f ? "small" : "large"));
            return horizontal && vertical && loss < 0.1f ? 0 : 1;
        }
    }
}
