#!/usr/bin/env python3
"""Writes networks/attention.safetensors, the weights of a torch.nn.MultiheadAttention, and networks/attention_values.safetensors, what it
gives and one step of gradient descent on a mean squared error. Its first projection is called in_proj, as a module of its own would be."""
import os

import numpy as np
import torch

import make_golden as golden

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES, LENGTH, WIDTH, HEADS, RATE = 2, 7, 24, 4, 0.5


def main():
    rng = golden.rng_for("attention")
    attention = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True).double()
    weights, tensors = {}, {}
    with torch.no_grad():
        for name, parameter in attention.named_parameters():
            value = golden.normal(rng, tuple(parameter.shape), 0.3)
            parameter.copy_(torch.tensor(value.astype(np.float64)))
            weights[name.replace("in_proj_", "in_proj.")] = value
    x = golden.normal(rng, (SAMPLES, LENGTH, WIDTH))
    target = golden.normal(rng, (SAMPLES, LENGTH, WIDTH))
    tensors["input"], tensors["target"] = x, target
    xs = torch.tensor(x.astype(np.float64))
    y, shares = attention(xs, xs, xs)
    tensors["output"], tensors["attention"] = golden.to32(y.detach()), golden.to32(shares.detach())
    loss = torch.nn.functional.mse_loss(y, torch.tensor(target.astype(np.float64)))
    optimizer = torch.optim.SGD(attention.parameters(), lr=RATE)
    loss.backward()
    optimizer.step()
    tensors["loss"] = np.array([loss.item()], np.float32)
    for name, parameter in attention.named_parameters():
        tensors["after." + name.replace("in_proj_", "in_proj.")] = golden.to32(parameter.detach())
    for file, values in (("attention", weights), ("attention_values", tensors)):
        golden.write_safetensors(os.path.join(HERE, "networks", file + ".safetensors"),
                                 {k: np.ascontiguousarray(v, np.float32) for k, v in values.items()})
    print({k: v.shape for k, v in tensors.items()}, loss.item())


if __name__ == "__main__":
    main()
