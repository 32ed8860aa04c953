"""A network of an ONNX file run by PyTorch, a block of calls for each line read: the second peer of PeerRunner.cs.

usage: pytorch_forward.py CORE THREADS MODEL INPUT OUTPUT
MODEL: an ONNX file as OnnxFile.cs writes it. INPUT, OUTPUT: little-endian float32; the output of one call is written at the start.
Answers 'ready VERSION', then for each line with a number of calls 'MILLISECONDS_PER_CALL'. The network is traced and frozen;
of that and what optimize_for_inference makes of it, the faster is used.
"""
import os
import struct
import sys
import time

import numpy
import torch
from torch.nn import functional


def fields(message):
    """The fields of a protobuf message: (number, value), value being an int, or the bytes of a fixed or delimited field."""
    position = 0

    def varint():
        nonlocal position
        value, shift = 0, 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value - (1 << 64) if value >= 1 << 63 else value

    while position < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            length = varint() if key & 7 == 2 else 4
            yield key >> 3, message[position:position + length]
            position += length


def all_of(message, number):
    return [value for field, value in fields(message) if field == number]


def text(message, number):
    return bytes(all_of(message, number)[0]).decode()


def attribute(message):
    kind = all_of(message, 20)[0]
    if kind == 1:
        return struct.unpack("<f", all_of(message, 2)[0])[0]
    return all_of(message, 3)[0] if kind == 2 else text(message, 4) if kind == 3 else all_of(message, 8)


def tensor(message):
    element = {1: "<f4", 7: "<i8"}[all_of(message, 2)[0]]
    return torch.from_numpy(numpy.frombuffer(all_of(message, 9)[0], element).reshape(all_of(message, 1)).copy())


def padded(x, pads, value):
    """The image with a border of its own where the operator cannot have it, and the padding that is left to the operator."""
    top, left, bottom, right = pads
    if top == bottom and left == right:
        return x, (top, left)
    return functional.pad(x, (left, right, top, bottom), value=value), (0, 0)


def conv(x, weight, bias=None, *, strides, pads, dilations, group, kernel_shape):
    x, padding = padded(x, pads, 0.0)
    return functional.conv2d(x, weight, bias, strides, padding, dilations, group)


def max_pool(x, *, kernel_shape, strides, pads, dilations):
    x, padding = padded(x, pads, -float("inf"))
    return functional.max_pool2d(x, kernel_shape, strides, padding, dilations)


def average_pool(x, *, kernel_shape, strides, pads=(0, 0, 0, 0), count_include_pad=0):
    if pads[:2] == pads[2:]:
        return functional.avg_pool2d(x, kernel_shape, strides, tuple(pads[:2]), False, bool(count_include_pad))
    if pads[0] or pads[1]:
        raise NotImplementedError("AveragePool with different padding before and behind, and some before")
    return functional.avg_pool2d(x, kernel_shape, strides, 0, True, False)  # windows hang over at the end


def pad(x, pads, *, mode):
    top, left, bottom, right = (int(pads[i]) for i in (2, 3, 6, 7))
    return functional.pad(x, (left, right, top, bottom), mode={"edge": "replicate"}.get(mode, mode))


OPERATORS = {
    "Add": torch.add, "Mul": torch.mul, "MatMul": torch.matmul, "Relu": torch.relu, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid,
    "Max": torch.maximum, "Conv": conv, "MaxPool": max_pool, "AveragePool": average_pool, "Pad": pad, "Softplus": functional.softplus,
    "Clip": lambda x, low, high: torch.clamp(x, float(low), float(high)),
    "Elu": lambda x, alpha: functional.elu(x, alpha), "LeakyRelu": lambda x, alpha: functional.leaky_relu(x, alpha),
    "Concat": lambda *xs, axis: torch.cat(xs, axis), "Flatten": lambda x, axis: torch.flatten(x, axis),
    "Gemm": lambda x, weight, bias=None, transB=1: functional.linear(x, weight, bias),
    "Softmax": lambda x, axis: torch.softmax(x, axis), "LogSoftmax": lambda x, axis: torch.log_softmax(x, axis),
    "GlobalAveragePool": lambda x: functional.adaptive_avg_pool2d(x, 1),
    "BatchNormalization": lambda x, weight, bias, mean, variance, epsilon:
        functional.batch_norm(x, mean, variance, weight, bias, False, 0.0, epsilon),
    "LRN": lambda x, size, alpha, beta, bias: functional.local_response_norm(x, size, alpha, beta, bias),
}


class Network(torch.nn.Module):
    def __init__(self, graph):
        super().__init__()
        self.constants = {}
        for index, message in enumerate(all_of(graph, 5)):
            self.register_buffer(f"constant{index}", tensor(message))
            self.constants[text(message, 8)] = f"constant{index}"
        self.nodes = [
            (OPERATORS[text(node, 4)], [bytes(name).decode() for name in all_of(node, 1)], text(node, 2),
             {text(a, 1): attribute(a) for a in all_of(node, 5)}) for node in all_of(graph, 1)]
        self.input, self.output = text(all_of(graph, 11)[0], 1), text(all_of(graph, 12)[0], 1)
        shape = all_of(all_of(all_of(all_of(graph, 11)[0], 2)[0], 1)[0], 2)[0]
        self.shape = [all_of(dimension, 1)[0] for dimension in all_of(shape, 1)]

    def forward(self, x):
        values = {self.input: x}
        for operator, inputs, name, attributes in self.nodes:
            read = [values[i] if i in values else getattr(self, self.constants[i]) for i in inputs]
            values[name] = operator(*read, **attributes)
        return values[self.output]


def milliseconds(model, image, calls):
    start = time.perf_counter()
    for _ in range(calls):
        model(image)
    return (time.perf_counter() - start) * 1e3 / calls


def main():
    core, threads = int(sys.argv[1]), int(sys.argv[2])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(core, core + threads))
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    with open(sys.argv[3], "rb") as file:
        network = Network(all_of(memoryview(file.read()), 7)[0]).eval()

    with torch.no_grad():
        image = torch.from_numpy(numpy.fromfile(sys.argv[4], "<f4").reshape(network.shape))
        traced = torch.jit.trace(network, image, check_trace=False)
        candidates = [torch.jit.freeze(traced), torch.jit.optimize_for_inference(traced)]
        times = []
        for candidate in candidates:
            milliseconds(candidate, image, 4)  # the first calls specialise it
            times.append(min(milliseconds(candidate, image, 1) for _ in range(4)))
        model = candidates[times.index(min(times))]
        model(image).numpy().astype("<f4").tofile(sys.argv[5])

        print("ready", torch.__version__, flush=True)
        for line in sys.stdin:
            print(milliseconds(model, image, int(line)), flush=True)


main()
