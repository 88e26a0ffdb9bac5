"""Writes in_place_verdicts.json: small models with layers in place, and what PyTorch says.

Each is a list of layers that keep the shape [2, 4], with `raises`: whether autograd refuses because
a value that backward needs was overwritten. Run it where torch is.
"""

import json
import pathlib
import random

import torch
from torch.nn import functional

COUNT = 200
PLAIN = ["Sigmoid", "Tanh", "GELU", "SiLU", "Exp", "Scale", "Identity", "LayerNorm", "Softmax"]
IN_PLACE = ["ReLU", "LeakyReLU", "ELU"]


def invent():
    layers = [{"type": "Linear", "name": "first", "out_features": 4}]
    for index in range(random.randint(2, 6)):
        name = f"n{index}"
        draw = random.random()
        if draw < 0.45:
            kind = random.choice(IN_PLACE)
            layer = {"type": kind, "inplace": random.random() < 0.7}
        elif draw < 0.6:
            layer = {"type": random.choice(["Add", "Mul", "Div"])}
            names = [layer["name"] for layer in layers]
            layer["inputs"] = random.choices(names[-3:], k=2)
        elif draw < 0.75:
            layer = {"type": "Linear", "out_features": 4}
        elif draw < 0.8:
            layer = {"type": "Detach"}
        else:
            layer = {"type": random.choice(PLAIN)}
            if layer["type"] == "Scale":
                layer["factor"] = 0.5
        if layer["type"] not in ("Add", "Mul", "Div") and random.random() < 0.3:
            layer["input"] = random.choice([layer["name"] for layer in layers])
        layers.append({**layer, "name": name})
    layers.append({"type": "Linear", "name": "last", "out_features": 4})
    return layers


def run(layers):
    """What torch makes of them: the gradients' norms, or the error."""
    torch.manual_seed(0)
    values = {}
    x = torch.rand(2, 4)
    leaves = []
    for layer in layers:
        inputs = [x]
        if "input" in layer:
            inputs = [values[layer["input"]]]
        if "inputs" in layer:
            inputs = [values[name] for name in layer["inputs"]]
        kind, a = layer["type"], inputs[0]
        if kind == "Linear":
            weight = torch.rand(4, 4, requires_grad=True)
            leaves.append(weight)
            x = functional.linear(a, weight)
        elif kind == "LayerNorm":
            weight = torch.rand(4, requires_grad=True)
            leaves.append(weight)
            x = functional.layer_norm(a, [4], weight)
        elif kind == "ReLU":
            x = functional.relu(a, inplace=layer["inplace"])
        elif kind == "LeakyReLU":
            x = functional.leaky_relu(a, inplace=layer["inplace"])
        elif kind == "ELU":
            x = functional.elu(a, inplace=layer["inplace"])
        elif kind in ("Add", "Mul", "Div"):
            x = {"Add": torch.add, "Mul": torch.mul, "Div": torch.div}[kind](a, inputs[1])
        elif kind == "Scale":
            x = a * layer["factor"]
        elif kind == "Identity":
            x = a
        elif kind == "Detach":
            x = a.detach()
        elif kind == "Softmax":
            x = torch.softmax(a, -1)
        else:
            x = getattr(torch, kind.lower(), None) or getattr(functional, kind.lower())
            x = x(a)
        values[layer["name"]] = x
    x.sum().backward()


def verdict(layers):
    try:
        run(layers)
        return False
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error), error
        return True


if __name__ == "__main__":
    random.seed(1)
    rows = []
    for _ in range(COUNT):
        layers = invent()
        rows.append({"model": layers, "raises": verdict(layers)})
    path = pathlib.Path(__file__).parent / "in_place_verdicts.json"
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    print(sum(row["raises"] for row in rows), "of", COUNT, "raise")
