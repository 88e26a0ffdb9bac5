"""PyTorch's eager step for a model file of gradtop's: Linear, ReLU, GELU, LayerNorm, Residual.

Written as a PyTorch user would: modules, an optimizer, clip_grad_norm_. Reads lines `plain N` or
`fused N` (whether AdamW is the fused one), trains N steps and answers with their seconds.
"""

import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
file = json.loads(sys.argv[2])
size = file["training"]["batch_size"]
inputs = torch.rand(1797, 64)
targets = torch.randint(0, 10, (1797,))


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


def build(layers, width):
    modules = []
    for layer in layers:
        kind = layer["type"]
        if kind == "Linear":
            modules.append(nn.Linear(width, layer["out_features"]))
            width = layer["out_features"]
        elif kind == "LayerNorm":
            modules.append(nn.LayerNorm(width))
        elif kind == "Residual":
            body, width = build(layer["body"], width)
            modules.append(Residual(body))
        else:
            modules.append(getattr(nn, kind)())
    return nn.Sequential(*modules), width


def make(fused):
    model, _ = build(file["model"], 64)
    options = {k: v for k, v in file["optimizer"].items() if k != "type"}
    optimizer = torch.optim.AdamW(model.parameters(), fused=fused, **options)
    return model, optimizer


criterion = nn.CrossEntropyLoss()
trainings = {"plain": make(False), "fused": make(True)}


def train(model, optimizer, steps):
    clip = file["training"].get("clip_grad_norm")
    order, position = torch.randperm(1797), 0
    for _ in range(steps):
        if position + size > 1797:
            order, position = torch.randperm(1797), 0
        rows = order[position : position + size]
        position += size
        optimizer.zero_grad()
        loss = criterion(model(inputs[rows]), targets[rows])
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()


print("ready", torch.__version__, flush=True)
for line in sys.stdin:
    kind, steps = line.split()
    start = time.perf_counter()
    train(*trainings[kind], int(steps))
    print(time.perf_counter() - start, flush=True)
