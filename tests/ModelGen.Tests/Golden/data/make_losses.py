"""Writes losses.json: losses and their gradients by PyTorch and torchvision, in float64, of inputs that are multiples of 1/64.

Needs torch and torchvision (Debian: python3-torch, python3-torchvision).
"""
import json
import os

import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

torch.manual_seed(2)
torch.set_default_dtype(torch.float64)


def grid(*shape, scale=1.0):
    return torch.round(torch.randn(*shape) * scale * 64) / 64


def case(name, x, of, **more):
    x = x.clone().requires_grad_()
    loss = of(x)
    loss.backward()
    values = {k: v.reshape(-1).tolist() if isinstance(v, torch.Tensor) else v for k, v in more.items()}
    return {"name": name, "shape": list(x.shape), "input": x.detach().reshape(-1).tolist(), **values, "loss": loss.item(),
            "gradient": x.grad.reshape(-1).tolist()}


def dice(x, t, smooth):
    p, t, dims = torch.sigmoid(x), t, tuple(range(2, x.dim()))
    return (1 - (2 * (p * t).sum(dims) + smooth) / ((p * p).sum(dims) + (t * t).sum(dims) + smooth)).mean()


cases = []
x, t = grid(3, 37), grid(3, 37)
for beta in (1.0, 0.25):
    cases.append(case("SmoothL1", x, lambda x: F.smooth_l1_loss(x, t, beta=beta), target=t, beta=beta))
x, t = grid(3, 37, scale=4), (torch.rand(3, 37) < 0.3).to(torch.float64)
for alpha, gamma in ((0.25, 2.0), (0.5, 0.0), (0.75, 1.5)):
    cases.append(case("Focal", x, lambda x: sigmoid_focal_loss(x, t, alpha, gamma, "mean"), target=t, alpha=alpha, gamma=gamma))
x, t = grid(2, 3, 5, 7, scale=2), (torch.rand(2, 3, 5, 7) < 0.4).to(torch.float64)
t[1, 2] = 0
for smooth in (1.0, 0.125):
    cases.append(case("Dice", x, lambda x: dice(x, t, smooth), target=t, smooth=smooth))
for shape in ((6, 5), (2, 5, 3, 7)):
    x, labels = grid(*shape, scale=2), torch.randint(0, 5, (shape[0], *shape[2:]))
    labels[torch.rand(labels.shape) < 0.3] = 255
    for weight in (None, torch.tensor([0.5, 1.0, 2.0, 0.0, 1.5])):
        for smoothing in (0.0, 0.125):
            cases.append(case("WeightedCrossEntropy", x, lambda x: F.cross_entropy(
                x, labels, weight, ignore_index=255, label_smoothing=smoothing), labels=labels,
                weights=[] if weight is None else weight, smoothing=smoothing, ignore=255))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
