"""LeNet-5 trained by PyTorch on one thread, a block of steps for each line read: the peer of TrainRunner.cs.

usage: pytorch_lenet5.py CORE LEARNING_RATE MOMENTUM DATA
DATA: little-endian file of the batch's images (float32, 64x1x28x28), its labels (int32, 64) and the initial parameters
(float32, in the order of state_dict). Answers 'ready VERSION', then for each line with a number of steps
'MILLISECONDS_PER_STEP LOSS', where LOSS is that of the last step, before its update.
"""
import os
import sys
import time

import numpy
import torch
from torch import nn

BATCH = 64


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = nn.functional.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = nn.functional.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


def main():
    core, learning_rate, momentum, path = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)

    model = LeNet5()
    with open(path, "rb") as file:
        images = torch.from_numpy(numpy.fromfile(file, "<f4", BATCH * 784).reshape(BATCH, 1, 28, 28))
        labels = torch.from_numpy(numpy.fromfile(file, "<i4", BATCH).astype("int64"))
        for parameter in model.state_dict().values():
            parameter.copy_(torch.from_numpy(numpy.fromfile(file, "<f4", parameter.numel()).reshape(tuple(parameter.shape))))
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=momentum)

    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        steps = int(line)
        start = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)  # faster than filling with zeros
            loss = nn.functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
        milliseconds = (time.perf_counter() - start) * 1e3 / steps
        print(milliseconds, loss.item(), flush=True)


main()
