"""Writes in_place_verdicts.json: small models with layers in place, and what PyTorch says.

Each is a list of layers over an input of shape [4, 4, 4], with `raises`: whether autograd refuses
because a value that backward needs was overwritten; where it does not, with the loss, the sum of what
comes out, and the norm of all gradients. The numbers of the input are cos i, those of the p-th weight
sin(1 + i + 7 p) / 2. Run it where torch is.
"""

import json
import pathlib
import random

import torch
from torch.nn import functional

COUNT = 400
PLAIN = ["Sigmoid", "Tanh", "GELU", "SiLU", "Exp", "Scale", "Identity", "LayerNorm", "Softmax", "RMSNorm"]
IN_PLACE = ["ReLU", "LeakyReLU", "ELU"]


def invent():
    layers = [{"type": "Linear", "name": "first", "out_features": 4, "bias": False}]
    ranks = {"first": 3}
    for index in range(random.randint(2, 7)):
        name = f"n{index}"
        draw = random.random()
        layer = {}
        if random.random() < 0.3:
            layer["input"] = random.choice(list(ranks))
        rank = ranks[layer.get("input", layers[-1]["name"])]
        if draw < 0.4:
            layer |= {"type": random.choice(IN_PLACE), "inplace": random.random() < 0.7}
        elif draw < 0.52:
            layer = {"type": random.choice(["Add", "Mul", "Div"])}
            layer["inputs"] = random.choices(list(ranks)[-3:], k=2)
            rank = max(ranks[name] for name in layer["inputs"])
        elif draw < 0.62:
            layer |= {"type": "Linear", "out_features": 4, "bias": False}
        elif draw < 0.66:
            layer |= {"type": "Detach"}
        elif draw < 0.76:
            layer |= {"type": "Transpose", "dim0": rank - 2, "dim1": rank - 1}
        elif draw < 0.80 and rank == 3:
            layer |= {"type": "Select", "dim": random.choice([1, 2]), "index": random.choice([0, 3])}
            rank = 2
        elif draw < 0.83 and rank == 3:
            layer |= {"type": "MultiheadAttention", "num_heads": 2}
        elif draw < 0.89 and rank == 3:
            layer |= {"type": "Flatten"}
            layers.append({**layer, "name": f"flat{index}"})
            if random.random() < 0.5:
                layers.append({"type": "ReLU", "inplace": True, "name": f"relu{index}"})
            layer = {"type": "Reshape", "shape": [4, 4]}
        else:
            layer |= {"type": random.choice(PLAIN)}
            if layer["type"] == "Scale":
                layer["factor"] = 0.5
        layers.append({**layer, "name": name})
        ranks[name] = rank
    layers.append({"type": "Linear", "name": "last", "out_features": 4, "bias": False})
    return layers


def run(layers):
    """What torch makes of them: the loss and the norm of all gradients, or the error."""
    values, leaves = {}, []
    x = torch.cos(torch.arange(64.0)).reshape(4, 4, 4)

    def weight(*shape):
        count = torch.Size(shape).numel()
        start = torch.sin(1 + torch.arange(float(count)) + 7 * len(leaves)) / 2
        leaves.append(start.reshape(shape).requires_grad_())
        return leaves[-1]

    for layer in layers:
        inputs = [x]
        if "input" in layer:
            inputs = [values[layer["input"]]]
        if "inputs" in layer:
            inputs = [values[name] for name in layer["inputs"]]
        kind, a = layer["type"], inputs[0]
        if kind == "Linear":
            x = functional.linear(a, weight(4, 4))
        elif kind == "LayerNorm":
            x = functional.layer_norm(a, [4], weight(4), weight(4))
        elif kind == "RMSNorm":
            x = functional.rms_norm(a, [4], weight(4))
        elif kind == "MultiheadAttention":
            sizes = ("in_proj_weight", 12, 4), ("in_proj_bias", 12)
            sizes += ("out_proj.weight", 4, 4), ("out_proj.bias", 4)
            named = {name: weight(*shape) for name, *shape in sizes}
            attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)
            x, _ = torch.func.functional_call(attention, named, (a, a, a))
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
        elif kind == "Transpose":
            x = a.transpose(layer["dim0"], layer["dim1"])
        elif kind == "Select":
            x = a.select(layer["dim"], layer["index"])
        elif kind == "Flatten":
            x = a.flatten(1)
        elif kind == "Reshape":
            x = a.reshape(4, *layer["shape"])
        else:
            x = getattr(torch, kind.lower(), None) or getattr(functional, kind.lower())
            x = x(a)
        values[layer["name"]] = x
    loss = x.sum()
    loss.backward()
    norms = [leaf.grad.norm() for leaf in leaves if leaf.grad is not None]
    return loss.item(), torch.stack(norms).norm().item()


def verdict(layers):
    try:
        loss, norm = run(layers)
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error), error
        return {"raises": True}
    return {"raises": False, "loss": loss, "norm": norm}


if __name__ == "__main__":
    random.seed(1)
    rows = []
    while len(rows) < COUNT:
        layers = invent()
        row = {"model": layers, **verdict(layers)}
        # What divides by nearly nothing says nothing.
        if row["raises"] or abs(row["loss"]) < 1e4 and row["norm"] < 1e5:
            rows.append(row)
    path = pathlib.Path(__file__).parent / "in_place_verdicts.json"
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    print(sum(row["raises"] for row in rows), "of", COUNT, "raise")
