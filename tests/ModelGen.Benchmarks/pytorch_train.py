"""A network trained by PyTorch, a block of steps for each line read: the peer of TrainRunner.cs.

usage: pytorch_train.py NETWORK CORE THREADS LEARNING_RATE MOMENTUM WEIGHTS BATCH
WEIGHTS: a safetensors file with the parameters and running averages to start from. BATCH: little-endian file of the number of
samples and of an image's channels, height and width (int32), the images (float32) and their labels (int32).
Answers 'ready VERSION', then for each line with a number of steps 'MILLISECONDS_PER_STEP LOSS', where LOSS is that of the last
step, before its update.
"""
import json
import os
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = functional.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = functional.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


class Vgg16(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for count, width in (2, 64), (2, 128), (3, 256), (3, 512), (3, 512):
            for _ in range(count):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(True)]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Linear(512 * 49, 4096), nn.ReLU(True), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(), nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Block(nn.Module):
    """He et al. 2016, figure 5: two 3x3 convolutions, or 1x1, 3x3, 1x1."""

    def __init__(self, channels, width, stride, bottleneck):
        super().__init__()
        self.bottleneck = bottleneck
        out = 4 * width if bottleneck else width
        kernels = [(channels, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)] if bottleneck else [(channels, width, 3, stride), (width, width, 3, 1)]
        for i, (inputs, outputs, kernel, step) in enumerate(kernels, 1):
            setattr(self, f"conv{i}", nn.Conv2d(inputs, outputs, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(outputs))
        if channels != out or stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)), True)
        y = self.bn2(self.conv2(y))
        if self.bottleneck:
            y = self.bn3(self.conv3(functional.relu(y, True)))
        y += self.downsample(x) if hasattr(self, "downsample") else x
        return functional.relu(y, True)


class ResNet(nn.Module):
    def __init__(self, blocks, bottleneck, small_images, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False) if small_images else nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.Identity() if small_images else nn.MaxPool2d(3, 2, 1)
        channels = 64
        for stage, count in enumerate(blocks):
            width, layers = 64 << stage, []
            for block in range(count):
                layers.append(Block(channels, width, 2 if stage > 0 and block == 0 else 1, bottleneck))
                channels = 4 * width if bottleneck else width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.maxpool(functional.relu(self.bn1(self.conv1(x)), True))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


NETWORKS = {
    "lenet5": LeNet5,
    "resnet18": lambda: ResNet([2, 2, 2, 2], False, True, 10),
    "vgg16": Vgg16,
    "resnet50": lambda: ResNet([3, 4, 6, 3], True, False, 1000),
}


def safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:8 + length])
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = numpy.frombuffer(data, "<f4", (end - begin) // 4, 8 + length + begin).copy()
            yield name, torch.from_numpy(values).reshape(entry["shape"])


def main():
    network, core, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    learning_rate, momentum, weights, batch = float(sys.argv[4]), float(sys.argv[5]), sys.argv[6], sys.argv[7]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(range(core, core + threads)))
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)

    model = NETWORKS[network]()
    missing, unexpected = model.load_state_dict(dict(safetensors(weights)), strict=False)
    assert not unexpected and all(key.endswith("num_batches_tracked") for key in missing), (missing, unexpected)
    with open(batch, "rb") as file:
        samples, channels, height, width = numpy.fromfile(file, "<i4", 4)
        images = torch.from_numpy(numpy.fromfile(file, "<f4", samples * channels * height * width).reshape(samples, channels, height, width))
        labels = torch.from_numpy(numpy.fromfile(file, "<i4", samples).astype("int64"))
    model.train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # no two generators draw the same numbers
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=momentum)

    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        steps = int(line)
        start = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)  # faster than filling with zeros
            loss = functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
        milliseconds = (time.perf_counter() - start) * 1e3 / steps
        print(milliseconds, loss.item(), flush=True)


main()
