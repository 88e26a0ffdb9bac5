"""Writes what PyTorch makes of models of sequences to Goldens/, as goldens.py does for others.

Where a model has recurrent layers there is also time.csv: the root mean square of the gradient of
each state h_t, by step, node and time step.
"""

import csv
import json
import pathlib
import zlib

import numpy
from safetensors.torch import save_file

from goldens import SAMPLES, STEPS, layer, linear
from reference import Reference

BLOCK = [
    layer("Residual", body=[layer("LayerNorm"), layer("MultiheadAttention", num_heads=4, causal=True)]),
    layer("Residual", body=[layer("LayerNorm"), linear(32), layer("GELU"), linear(16)]),
]

# What the data is: sizes of an input, or (tokens, length); sizes of a target, or (classes, sizes).
MODELS = {
    "rnn-two-layers": {
        "inputs": [9, 3],
        "targets": [3],
        "model": [layer("RNN", hidden_size=12, num_layers=2, output="last"), linear(3)],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9},
    },
    "rnn-relu-truncated": {
        "inputs": [11, 4],
        "targets": (5, [11]),
        "model": [
            layer("RNN", hidden_size=10, nonlinearity="relu", bias=False, truncate=4),
            linear(5),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "SGD", "lr": 0.2},
    },
    "lstm-two-layers": {
        "inputs": (7, 8),
        "targets": (7, [8]),
        "model": [
            layer("Embedding", num_embeddings=7, embedding_dim=6),
            layer("LSTM", name="memory", hidden_size=12, num_layers=2),
            linear(7),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "Adam", "lr": 0.01},
    },
    "lstm-truncated": {
        "inputs": [10, 3],
        "targets": [2],
        "model": [
            layer("LSTM", hidden_size=9, num_layers=2, truncate=3, output="last"),
            linear(2),
        ],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "AdamW", "lr": 0.01},
        "training": {"accumulate": 2, "clip_grad_norm": 0.3},
    },
    "gru-two-layers": {
        "inputs": [7, 3],
        "targets": [2],
        "model": [
            layer("Residual", body=[linear(3), layer("Tanh")]),
            layer("GRU", hidden_size=11, num_layers=2, output="last"),
            linear(2),
        ],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "RMSprop", "lr": 0.003},
    },
    "gru-truncated": {
        "inputs": [9, 4],
        "targets": (3, [9]),
        "model": [
            layer("GRU", hidden_size=8, truncate=4),
            layer("GRU", hidden_size=6, bias=False, truncate=2),
            linear(3),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "SGD", "lr": 0.3, "momentum": 0.5},
    },
    "one-time-step": {
        "inputs": [1, 4],
        "targets": [1],
        "model": [
            layer("RNN", hidden_size=6),
            layer("LSTM", hidden_size=5),
            layer("GRU", hidden_size=4),
            layer("PositionalEmbedding", max_length=3),
            layer("MultiheadAttention", num_heads=2, causal=True),
            layer("Flatten"),
            linear(1),
        ],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "Adam", "lr": 0.01},
    },
    "one-class": {
        "inputs": [5, 3],
        "targets": (1, [5]),
        "model": [layer("LSTM", hidden_size=4), linear(1)],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "SGD", "lr": 0.1},
    },
    "transformer": {
        "inputs": (11, 9),
        "targets": (11, [9]),
        "model": [
            layer("Embedding", name="tokens", num_embeddings=11, embedding_dim=16),
            layer("PositionalEmbedding", name="places", max_length=12),
            layer("Repeat", name="blocks", times=2, body=BLOCK),
            layer("LayerNorm", name="norm"),
            linear(11, name="head", bias=False),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "AdamW", "lr": 0.003, "weight_decay": 0.1},
        "training": {"clip_grad_norm": 1.0},
    },
    "attention-both-ways": {
        "inputs": [40, 6],
        "targets": [3],
        "model": [
            layer("MultiheadAttention", name="look", num_heads=1, bias=False),
            layer("Mean", dim=1),
            linear(3),
        ],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "Adam", "lr": 0.01},
    },
}


def numbers(description, random):
    if isinstance(description, list):
        return random.standard_normal((SAMPLES, *description)).astype(numpy.float32)
    bound, sizes = description
    sizes = sizes if isinstance(sizes, list) else [sizes]
    return random.integers(0, bound, (SAMPLES, *sizes))


def write(name, model, folder):
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(zlib.crc32(name.encode()))
    for key in ("inputs", "targets"):
        numpy.save(folder / f"{key}.npy", numbers(model[key], random))
    file = {
        "name": name,
        "data": {"type": "npy", "inputs": "inputs.npy", "targets": "targets.npy", "shuffle": False},
        **{key: value for key, value in model.items() if key not in ("inputs", "targets")},
        "training": {"steps": STEPS, "batch_size": 8, **model.get("training", {})},
        "weights": "start.safetensors",
    }
    (folder / "model.json").write_text(json.dumps(file, indent=2) + "\n")
    reference = Reference(folder)
    save_file(reference.weights(), folder / "start.safetensors")
    times = []
    with open(folder / "expected.csv", "w", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["step", "loss", "total", *reference.parameters])
        for step in range(STEPS):
            loss, norms, total = reference.step(step)
            table.writerow([step, repr(loss), repr(total), *map(repr, norms.values())])
            for node, t, h in reference.states:
                rms = 0.0 if h.grad is None else h.grad.pow(2).mean().sqrt().item()
                times.append([step, node, t, repr(rms)])
    if times:
        with open(folder / "time.csv", "w", newline="") as out:
            table = csv.writer(out, lineterminator="\n")
            table.writerow(["step", "node", "t", "grad_rms"])
            table.writerows(times)


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent / "Goldens"
    for name, model in MODELS.items():
        write(name, model, here / name)
        print(name)
