#!/usr/bin/env python3
"""Writes tensors.json and ops/Tensors.safetensors: cases of operators on tensors of any rank, in the form of ops.json.

    python3 make_tensor_golden.py

Needs PyTorch (made with 1.13) and NumPy; values and gradients are computed in double precision and stored in single.
"""
import os
from collections import OrderedDict

import numpy as np
import torch

import make_golden as golden

HERE = os.path.dirname(os.path.abspath(__file__))


def dims_of(a, x):
    return [d for d in a.get("dims", [])] or list(range(1, x.dim()))


def apply(op, a, x):
    first, n = x[0], x[0].shape[0]
    if op == "Reshape":
        return first.reshape([n] + a["shape"])
    if op == "Flatten":
        return first.flatten(1)
    if op == "Squeeze":
        for d in sorted((d % first.dim() for d in a["dims"]), reverse=True):
            first = first.squeeze(d)
        return first
    if op == "Unsqueeze":
        return first.unsqueeze(a["dim"])
    if op == "Permute":
        return first.permute(a["dims"])
    if op == "Transpose":
        return first.transpose(a["dim0"], a["dim1"])
    if op == "Slice":
        index = [slice(None)] * first.dim()
        index[a["dim"]] = slice(a.get("start", 0), a.get("end"), a.get("step", 1))
        return first[tuple(index)]
    if op == "Expand":
        return first.reshape([n] + [1] * (len(a["shape"]) + 1 - first.dim()) + list(first.shape[1:])).expand([n] + a["shape"])
    if op == "IndexSelect":
        size = first.shape[a["dim"]]
        return first.index_select(a["dim"], torch.tensor([i % size for i in a["indices"]]))
    if op == "Concat":
        return torch.cat(x, a["dim"])
    if op == "Stack":
        return torch.stack(x, a["dim"])
    if op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"):
        function = {"ReduceSum": torch.sum, "ReduceMean": torch.mean, "ReduceMax": torch.amax, "ReduceMin": torch.amin}[op]
        return function(first, dims_of(a, first), a.get("keepdim", False))
    if op == "ArgMax":
        return first.argmax(a["dim"], a.get("keepdim", False)).to(first.dtype)
    if op == "Softmax":
        return first.softmax(a["dim"])
    if op == "LogSoftmax":
        return first.log_softmax(a["dim"])
    if op in ("Greater", "GreaterEqual", "Less", "LessEqual"):
        function = {"Greater": torch.gt, "GreaterEqual": torch.ge, "Less": torch.lt, "LessEqual": torch.le}[op]
        return function(first, a["value"]).to(first.dtype)
    if op == "Pow" and len(x) == 1:
        return first.pow(a["exponent"])
    # Broadcasting is over the dimensions of a sample: those that are missing are missing behind the batch.
    rank = max(t.dim() for t in x)
    x = [t.reshape([n] + [1] * (rank - t.dim()) + list(t.shape[1:])) for t in x]
    function = {"Add": torch.add, "Subtract": torch.sub, "Mul": torch.mul, "Divide": torch.div, "Maximum": torch.maximum,
                "Minimum": torch.minimum, "Pow": torch.pow, "MatMul": torch.matmul}[op]
    y = function(x[0], x[1])
    for t in x[2:]:
        y = function(y, t)
    return y


class Cases:
    def __init__(self):
        self.rows, self.tensors, self.count = [], OrderedDict(), {}

    def put(self, name, array):
        self.tensors[name] = np.ascontiguousarray(array, np.float32).reshape(np.shape(array))
        return name

    def add(self, op, attributes, *shapes, positive=False):
        number = self.count[op] = self.count.get(op, 0) + 1
        ident = "tensor_%s_%03d" % (op.lower(), number - 1)
        rng = golden.rng_for(ident)
        names = ["input"] if len(shapes) == 1 else ["a", "b", "c", "d"][:len(shapes)]
        inputs = OrderedDict()
        for name, shape in zip(names, shapes):
            x = golden.distinct(rng, shape)
            inputs[name] = (np.abs(x) + 0.25 if positive else x).astype(np.float32)
        xs = [torch.tensor(v.astype(np.float64), requires_grad=True) for v in inputs.values()]
        y = apply(op, attributes, xs)
        upstream = golden.normal(rng, tuple(y.shape))
        row = OrderedDict(id=ident, op=op, attributes=attributes, file="ops/Tensors.safetensors")
        row["inputs"] = [self.put(ident + "." + k, v) for k, v in inputs.items()]
        row["parameters"] = {}
        row["outputs"] = [self.put(ident + ".output", y.detach().numpy())]
        row["gradOutput"] = self.put(ident + ".gradOutput", upstream)
        row["gradients"] = {}
        if y.requires_grad:
            grads = torch.autograd.grad(y, xs, torch.tensor(np.asarray(upstream, np.float64)))
            row["gradients"] = {k: self.put(ident + ".grad." + k, g.numpy()) for k, g in zip(inputs, grads)}
        row["shapes"] = {"inputs": [list(s) for s in shapes], "output": list(y.shape)}
        self.rows.append(row)


def main():
    c = Cases()
    for shape, to in [((2, 12), [3, 4]), ((3, 4, 6), [2, 3, 4]), ((2, 3, 5, 7), [105]), ((2, 16, 2, 3), [8, 12]), ((1, 2, 3, 4, 5, 6), [24, 30]),
                      ((2, 20), [5, 2, 2]), ((2, 20, 3, 3), [-1, 9]), ((2, 32), [2, 2, 2, 2, 2])]:
        c.add("Reshape", {"shape": to}, shape)
    c.add("Flatten", {}, (2, 3, 4))
    c.add("Flatten", {}, (2, 2, 3, 2, 2))
    c.add("Squeeze", {"dims": [2, -1]}, (2, 3, 1, 4, 1))
    c.add("Unsqueeze", {"dim": 1}, (2, 3, 4))
    c.add("Unsqueeze", {"dim": -1}, (2, 20, 4))
    for shape, dims in [((2, 3, 4), [0, 2, 1]), ((2, 19, 5, 7), [0, 2, 3, 1]), ((2, 33, 17), [0, 2, 1]), ((1, 2, 3, 4, 5), [0, 4, 2, 1, 3]),
                        ((2, 2, 3, 2, 3, 2), [0, 5, 3, 1, 4, 2]), ((3, 7), [0, 1])]:
        c.add("Permute", {"dims": dims}, shape)
    c.add("Transpose", {"dim0": 1, "dim1": -1}, (2, 20, 3, 9))
    c.add("Transpose", {"dim0": -2, "dim1": -1}, (2, 3, 2, 5, 6))
    for shape, a in [((2, 9, 3, 3), {"dim": 1, "start": 3, "end": 7}), ((2, 40, 3, 3), {"dim": 1, "start": 16, "end": 33}),
                     ((2, 6, 9, 5), {"dim": 2, "start": 1, "end": 8, "step": 2}), ((2, 6, 9, 5), {"dim": 3, "start": -3}),
                     ((3, 21), {"dim": 1, "start": 2, "step": 3}), ((2, 4, 5, 6, 7), {"dim": 2, "end": -1, "step": 2}),
                     ((2, 8, 5), {"dim": 2, "start": 4}), ((2, 8, 5), {"dim": 1, "end": 1})]:
        c.add("Slice", a, shape)
    c.add("Expand", {"shape": [3, 4, 5]}, (2, 1, 5))
    c.add("Expand", {"shape": [6, 4, 5]}, (2, 6, 1, 1))
    c.add("Expand", {"shape": [2, 3, 4]}, (2, 4))
    for shape, a in [((2, 5, 4), {"dim": 1, "indices": [4, 0, 0, -2]}), ((2, 3, 4, 6), {"dim": 3, "indices": [5, 1, 5]}),
                     ((2, 20), {"dim": 1, "indices": [19, 3, 3, 7]}), ((2, 17, 3, 2), {"dim": 1, "indices": [16, -1, 2]})]:
        c.add("IndexSelect", a, shape)
    c.add("Concat", {"dim": 2}, (2, 3, 4, 5), (2, 3, 1, 5), (2, 3, 2, 5))
    c.add("Concat", {"dim": 3}, (2, 18, 4, 5), (2, 18, 4, 2))
    c.add("Concat", {"dim": 1}, (2, 3, 4), (2, 5, 4))
    c.add("Concat", {"dim": 2}, (2, 3, 4, 2, 2), (2, 3, 1, 2, 2))
    c.add("Stack", {"dim": 1}, (2, 3, 4), (2, 3, 4))
    c.add("Stack", {"dim": -1}, (2, 20), (2, 20), (2, 20))
    for op in ("Add", "Subtract", "Mul", "Divide", "Maximum", "Minimum", "Pow"):
        for a, b in [((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 19, 4, 5), (2, 1, 4, 5)), ((2, 4, 5), (2, 5)), ((2, 3, 1, 5), (2, 4, 1)),
                     ((2, 7), (2, 3, 7)), ((2, 2, 3, 4, 5), (2, 1, 3, 1, 5)), ((2, 33), (2, 1))]:
            c.add(op, {}, a, b, positive=op in ("Divide", "Pow"))
    c.add("Add", {}, (2, 3, 4), (2, 1, 4), (2, 3, 1))
    for exponent in (2.0, 3.0, 0.5, -1.0):
        c.add("Pow", {"exponent": exponent}, (2, 5, 7), positive=True)
    for op in ("Greater", "GreaterEqual", "Less", "LessEqual"):
        c.add(op, {"value": 0.25}, (2, 5, 7))
    for a, b in [((2, 5, 7), (2, 7, 3)), ((2, 3, 33, 20), (2, 3, 20, 40)), ((2, 4, 3, 6), (2, 6, 5)), ((2, 2, 1, 9, 4), (2, 3, 4, 17)),
                 ((2, 1, 8), (2, 8, 1)), ((1, 64, 48), (1, 48, 50))]:
        c.add("MatMul", {}, a, b)
    for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"):
        for shape, a in [((2, 3, 4, 5), {"dims": [1]}), ((2, 19, 4, 5), {"dims": [2, 3], "keepdim": True}), ((2, 6, 70), {"dims": [-1]}),
                         ((2, 3, 4, 5, 6), {"dims": [2, 4]}), ((2, 21), {"dims": [1], "keepdim": True}), ((2, 5, 7), {"dims": [-2], "keepdim": True})]:
            # Sums that nearly cancel would say nothing about the others' precision.
            c.add(op, a, shape, positive=shape == (2, 21))
    for shape, a in [((2, 3, 9), {"dim": -1}), ((2, 19, 4, 5), {"dim": 1, "keepdim": True}), ((2, 2, 5, 3, 2), {"dim": 2})]:
        c.add("ArgMax", a, shape)
    for op in ("Softmax", "LogSoftmax"):
        for shape, dim in [((2, 3, 9), 2), ((2, 3, 9), 1), ((2, 2, 3, 4, 5), 3), ((2, 2, 3, 4, 5), -1)]:
            c.add(op, {"dim": dim}, shape)
    golden.write_safetensors(os.path.join(HERE, "ops", "Tensors.safetensors"), c.tensors)
    golden.write_json_rows(os.path.join(HERE, "tensors.json"), c.rows)
    print("%d cases" % len(c.rows))


if __name__ == "__main__":
    main()
