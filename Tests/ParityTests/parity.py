"""Compares gradtop with the PyTorch that is installed: shipped models, goldens' models, random ones.

Each model trains from PyTorch's first weights on made-up data of its own shape, here and in gradtop;
the loss and the norm of every parameter's gradient are compared at each step. The table has, for each
model, the largest relative difference of the loss, and of the norms the largest part of what is
allowed: |ours - theirs| over 1e-4 |theirs| + 1e-6 (the step's total norm); in bfloat16, of eight
binary digits, over 0.02 |theirs| + 4e-3 (that norm). The status is 1 where a part is above 1.

A deep network that learns fast makes the last bit of a number large within some steps. So PyTorch
trains each model in double precision too, and a step counts where PyTorch's own rounding takes no
more than a tenth of what is allowed: the column says how many of all.

Run where torch, numpy and safetensors are; `make parity` does.
"""

import argparse
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import torch
from safetensors.torch import load_file

import goldens
from goldens import layer, linear
from reference import Reference

HERE = pathlib.Path(__file__).parent
SHIPPED = HERE.parent.parent / "traces"


def shipped(path, batch):
    """The model file at `path`, on data of its own shape; nothing is dropped: random numbers differ."""
    file = json.loads(path.read_text())
    data = file.get("data")
    model = {key: file[key] for key in ("model", "loss", "optimizer") if key in file}
    training = file.get("training", {})
    model["training"] = {key: value for key, value in training.items() if key != "steps"}
    model["training"]["batch_size"] = min(batch, training.get("batch_size", 32))
    model["training"].setdefault("lr_schedule", {"type": "constant"}).setdefault(
        "total_steps", training.get("steps", 100)
    )
    if model["training"]["lr_schedule"]["type"] in ("constant", "step"):
        del model["training"]["lr_schedule"]["total_steps"]
    shape = shape_of(data) if data else {"sample": None}
    if not shape:
        return None
    prepare(model["model"], shape.get("tokens"))
    return {**model, **shape}


def shape_of(data):
    """What a batch of the data source looks like; None where that is not made up here."""
    kind = data["type"]
    if kind == "images":
        size = data.get("size", 16)
        return {"sample": [data.get("channels", 1), size, size], "classes": data.get("classes", 4)}
    if kind == "digits":
        return {"sample": [64], "classes": 10}
    if kind == "spirals":
        return {"sample": [2], "classes": data.get("classes", 3)}
    if kind == "text":
        context = data.get("context", 64)
        return {"sample": [context], "tokens": 256, "classes": 256, "targets": [context]}
    if kind == "adding":
        return {"sample": [data.get("length", 50), 2], "targets": [1]}
    if kind == "modular":
        modulus = data.get("modulus", 97)
        return {"sample": [2], "tokens": modulus, "classes": modulus}
    if kind == "teacher":
        return {"sample": [data["inputs"]], "targets": [data["outputs"]]}
    return None


def prepare(layers, tokens):
    """Nothing is dropped; embeddings have as many rows as the data has tokens, where that is left to it."""
    for it in layers:
        if it["type"] == "Dropout":
            it["p"] = 0.0
        if it["type"] == "Embedding":
            it.setdefault("num_embeddings", tokens)
        for part in ("body", "shortcut"):
            prepare(it.get(part, []), tokens)


# MARK: Random models


def activation(random):
    kinds = ["ReLU", "Sigmoid", "Tanh", "GELU", "SiLU", "LeakyReLU", "ELU"]
    return layer(str(random.choice(kinds)))


def perceptron(random):
    layers = []
    for _ in range(random.integers(1, 5)):
        layers += [linear(int(random.integers(1, 40)), bias=bool(random.integers(2)))]
        layers += [activation(random)]
        norm = random.integers(4)
        layers += [layer(["LayerNorm", "RMSNorm", "BatchNorm1d"][norm])] if norm < 3 else []
    return {"sample": [int(random.integers(1, 20))], "model": layers}


def residual(random):
    width = int(random.integers(2, 24))
    body = [layer("LayerNorm"), linear(int(random.integers(1, 40))), activation(random)]
    block = layer("Residual", body=[*body, linear(width)])
    times = int(random.integers(1, 5))
    tied = layer("Repeat", times=times, share=bool(random.integers(2)), body=[block])
    return {"sample": [6], "model": [linear(width), tied, layer("RMSNorm")]}


def convolution(random, kind):
    groups, dilation = int(random.choice([1, 1, 2])), int(random.integers(1, 3))
    size = int(random.integers(1, 4))
    return layer(
        kind,
        out_channels=2 * int(random.integers(1, 9)),
        kernel_size=size,
        stride=int(random.integers(1, 3)),
        padding=dilation * (size - 1) // 2 + int(random.integers(2)),
        dilation=dilation,
        groups=groups,
        bias=bool(random.integers(2)),
    )


def images(random):
    layers = []
    for _ in range(random.integers(1, 4)):
        it = convolution(random, "Conv2d")
        norms = [layer("BatchNorm2d"), layer("GroupNorm", num_groups=it["out_channels"] // 2)]
        layers += [it, norms[random.integers(2)], activation(random)]
    pools = [
        layer("MaxPool2d", kernel_size=3, stride=2, padding=1, ceil_mode=bool(random.integers(2))),
        layer("AvgPool2d", kernel_size=2, padding=1, count_include_pad=bool(random.integers(2))),
        layer("AdaptiveAvgPool2d", output_size=[2, 1]),
    ]
    layers += [pools[random.integers(3)], layer("Flatten")]
    side = int(random.integers(12, 20))
    return {"sample": [2, side, side + 1], "model": layers}


def signals(random):
    layers = []
    for _ in range(random.integers(1, 4)):
        layers += [convolution(random, "Conv1d"), layer("BatchNorm1d"), activation(random)]
    return {"sample": [4, int(random.integers(20, 40))], "model": [*layers, layer("Flatten")]}


def recurrent(random):
    kind = str(random.choice(["RNN", "LSTM", "GRU"]))
    options = {"hidden_size": int(random.integers(2, 20)), "output": "last"}
    layers = [layer(kind, num_layers=int(random.integers(1, 3)), **options)]
    return {"sample": [int(random.integers(2, 12)), 3], "model": layers}


def transformer(random):
    heads = int(random.integers(1, 4))
    width, tokens = heads * int(random.integers(2, 8)), 17
    causal = bool(random.integers(2))
    attention = layer("MultiheadAttention", num_heads=heads, causal=causal)
    block = [
        layer("Residual", body=[layer("LayerNorm"), attention]),
        layer(
            "Residual", body=[layer("LayerNorm"), linear(2 * width), layer("GELU"), linear(width)]
        ),
    ]
    length = int(random.integers(2, 12))
    return {
        "sample": [length],
        "tokens": tokens,
        "model": [
            layer("Embedding", num_embeddings=tokens, embedding_dim=width),
            layer("PositionalEmbedding", max_length=length),
            layer("Repeat", times=int(random.integers(1, 4)), body=block),
            layer("Flatten"),
        ],
    }


FAMILIES = [perceptron, residual, images, signals]
FAMILIES += [recurrent] if hasattr(Reference, "LSTM") else []
FAMILIES += [transformer] if hasattr(Reference, "MultiheadAttention") else []


def random_model(random):
    model = FAMILIES[random.integers(len(FAMILIES))](random)
    losses = [
        {"type": "CrossEntropyLoss"},
        {"type": "CrossEntropyLoss", "label_smoothing": 0.1},
        {"type": "MSELoss"},
        {"type": "HuberLoss"},
        {"type": "BCEWithLogitsLoss"},
    ]
    model["loss"] = losses[random.integers(len(losses))]
    model["model"] = [*model["model"], linear(5 if "Entropy" in model["loss"]["type"] else 3)]
    optimizers = [
        {"type": "SGD", "lr": 0.05, "momentum": 0.9, "nesterov": bool(random.integers(2))},
        {"type": "SGD", "lr": 0.05, "weight_decay": 0.01},
        {"type": "Adam", "lr": 0.003},
        {"type": "AdamW", "lr": 0.003, "weight_decay": 0.1},
        {"type": "RMSprop", "lr": 0.001},
        {"type": "Adagrad", "lr": 0.02},
    ]
    model["optimizer"] = optimizers[random.integers(len(optimizers))]
    schedules = [
        {"type": "constant"},
        {"type": "cosine", "warmup": 2},
        {"type": "step", "step_size": 3, "gamma": 0.5},
        {"type": "linear", "min_lr": 0.0001},
    ]
    training = {"lr_schedule": schedules[random.integers(4)]}
    if random.integers(2):
        training["clip_grad_norm"] = float(random.choice([0.1, 1.0, 10.0]))
    training["accumulate"] = int(random.choice([1, 1, 2, 3]))
    model["training"] = training
    return model


# MARK: Comparing


def table(program, trace, name):
    command = [program, "export", str(trace), "--table", name]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(text)))


def allowed(theirs, total, half):
    return (0.02 if half else 1e-4) * abs(theirs) + (4e-3 if half else 1e-6) * total


def expected(folder):
    """The loss, the total norm and the norms by parameter of each step, as PyTorch found them."""
    with open(folder / "expected.csv") as file:
        for row in csv.DictReader(file):
            step = {name: float(value) for name, value in row.items() if name != "step"}
            yield step.pop("loss"), step.pop("total"), step


def comparable(folder, half):
    """Of each step whether PyTorch's rounding leaves it alone."""
    if half:
        return [True for _ in expected(folder)]  # Autocast rounds nothing in double precision.
    exact = Reference(folder, dtype=torch.float64)
    exact.load(load_file(folder / "start.safetensors"))
    steps = []
    for index, (loss, total, norms) in enumerate(expected(folder)):
        true_loss, true_norms, _ = exact.step(index)
        pairs = [(loss, true_loss)] + [(norms[name], true_norms[name]) for name in norms]
        steps.append(
            all(abs(rounded - true) <= 0.1 * allowed(true, total, half) for rounded, true in pairs)
        )
    return steps


def compare(program, folder):
    """How many steps were compared, the loss's largest relative difference, the norms' largest part."""
    trace = folder / "run.mcap"
    command = [program, "run", "--headless", "--trace", str(trace), str(folder / "model.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    ours = {(row["step"], row["parameter"]): row for row in table(program, trace, "gradients")}
    losses = {row["step"]: float(row["loss"]) for row in table(program, trace, "steps")}
    half = json.loads((folder / "model.json").read_text())["training"].get("precision") == "bf16"
    steps = comparable(folder, half)
    loss, part = 0.0, 0.0
    for index, (theirs, total, norms) in enumerate(expected(folder)):
        if not steps[index]:
            continue
        difference = abs(losses[str(index)] - theirs)
        loss = max(loss, difference / max(abs(theirs), 1e-30))
        part = max(part, difference / allowed(theirs, total, half))
        for name, norm in norms.items():
            found = float(ours[str(index), name]["grad_norm"] or 0)
            part = max(part, abs(found - norm) / allowed(norm, total, half))
    return sum(steps), loss, part


def main():
    options = argparse.ArgumentParser(description="Compares gradtop with PyTorch.")
    options.add_argument("--gradtop", default="gradtop", help="the program")
    options.add_argument("--random", type=int, default=20, help="how many random models")
    options.add_argument("--steps", type=int, default=20, help="steps of each")
    options.add_argument("--seed", type=int, default=0, help="of the random models")
    options.add_argument("--batch", type=int, default=16, help="largest batch of shipped models")
    chosen = options.parse_args()
    goldens.STEPS = chosen.steps
    models = {path.stem: shipped(path, chosen.batch) for path in sorted(SHIPPED.glob("*.json"))}
    models = {name: model for name, model in models.items() if model}
    models |= goldens.MODELS
    for index in range(chosen.random):
        random = numpy.random.default_rng([chosen.seed, index])
        models[f"random-{chosen.seed}-{index}"] = random_model(random)
    worst, compared = 0.0, 0
    print(f"{'model':24}{'steps':>9}{'loss differs by':>18}{'of allowed':>12}{'seconds':>9}")
    for index, (name, model) in enumerate(models.items()):
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            try:
                goldens.write(name, model, folder, numpy.random.default_rng(index))
                count, loss, part = compare(chosen.gradtop, folder)
            except RuntimeError as error:
                print(f"{name:24}{error}")
                worst = float("inf")
                continue
        worst, compared = max(worst, part), compared + count
        seconds = time.monotonic() - start
        steps = f"{count} of {chosen.steps}"
        print(f"{name:24}{steps:>9}{loss:18.1e}{part:12.3f}{seconds:9.1f}", flush=True)
    print(f"largest part of what is allowed: {worst:.3f}, of {compared} steps")
    return 0 if worst <= 1 and compared else 1


if __name__ == "__main__":
    sys.exit(main())
