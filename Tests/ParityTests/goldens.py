"""Writes what PyTorch makes of the models below to Goldens/: run where torch and safetensors are.

For each model a folder with model.json, its data, the weights it starts from, and expected.csv:
loss, total gradient norm and the norm of every parameter's gradient at each step. With running
statistics there is evaluation.txt, too. Names on the command line: only those models.
"""

import csv
import json
import pathlib
import sys

import numpy
from safetensors.torch import save_file

from reference import Reference

STEPS = 12
SAMPLES = 40


def linear(size, **more):
    return {"type": "Linear", "out_features": size, **more}


def layer(kind, **more):
    return {"type": kind, **more}


BLOCK = [layer("LayerNorm"), linear(24), layer("GELU"), linear(16)]

MODELS = {
    "mlp-momentum": {
        "model": [linear(32), layer("ReLU"), linear(16, name="middle"), layer("Tanh"), linear(5)],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
    },
    "mlp-clipped-adamw": {
        "model": [linear(32), layer("Sigmoid"), linear(32, bias=False), layer("GELU"), linear(5)],
        "loss": {"type": "CrossEntropyLoss", "reduction": "sum"},
        "optimizer": {"type": "AdamW", "lr": 0.01, "weight_decay": 0.1, "betas": [0.8, 0.95]},
        "training": {"accumulate": 3, "clip_grad_norm": 1.0},
    },
    "mlp-forgetful": {
        "model": [linear(32), layer("Tanh"), linear(3)],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "SGD", "lr": 0.02, "momentum": 0.8, "nesterov": True},
        "training": {"zero_grad": False, "clip_grad_value": 0.02},
    },
    "residual-adam": {
        "model": [
            linear(16, name="embed"),
            layer("Residual", name="block1", body=BLOCK),
            layer(
                "Residual",
                name="block2",
                body=[linear(20), layer("Tanh"), linear(12)],
                shortcut=[linear(12, bias=False)],
            ),
            layer("LayerNorm", name="norm", elementwise_affine=False),
            linear(5, name="head"),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "Adam", "lr": 0.003, "weight_decay": 0.05, "eps": 1e-6},
    },
    "residual-repeated": {
        "model": [
            linear(16),
            layer("Repeat", name="deep", times=3, body=[layer("Residual", body=BLOCK)]),
            layer("Repeat", name="tied", times=3, share=True, body=[linear(16), layer("Tanh")]),
            linear(3),
        ],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "SGD", "lr": 0.05, "momentum": 0.9, "dampening": 0.2},
        "training": {"accumulate": 2},
    },
    "by-name": {
        "model": [
            linear(8, name="a", input="$input"),
            linear(8, name="b", input="$input"),
            layer("Sigmoid", name="gate"),
            layer("Mul", name="gated", inputs=["a", "gate"]),
            layer("Parameter", name="scale", shape=[8], value=0.5),
            layer("Constant", name="shift", shape=[1, 8], value=0.25),
            layer("Mul", name="scaled", inputs=["gated", "scale"]),
            layer("Add", name="shifted", inputs=["scaled", "shift"]),
            layer("Pow", exponent=2),
            layer("Mean", dim=-1, keepdim=True),
            layer("GELU", approximate="tanh"),
            linear(3),
        ],
        "loss": {"type": "MSELoss", "reduction": "sum"},
        "optimizer": {"type": "AdamW", "lr": 0.01},
    },
    "smoothed-rmsprop": {
        "model": [linear(24), layer("SiLU"), linear(24), layer("LeakyReLU"), linear(5)],
        "loss": {"type": "CrossEntropyLoss", "label_smoothing": 0.1},
        "optimizer": {"type": "RMSprop", "lr": 0.003, "momentum": 0.5, "weight_decay": 0.01},
        "training": {"lr_schedule": {"type": "cosine", "warmup": 3, "min_lr": 0.0001}},
    },
    "centered-rmsprop": {
        "model": [linear(24), layer("ELU", alpha=0.7), linear(3)],
        "loss": {"type": "L1Loss"},
        "optimizer": {"type": "RMSprop", "lr": 0.01, "alpha": 0.9, "centered": True},
        "training": {"lr_schedule": {"type": "linear", "total_steps": 8, "min_lr": 0.002}},
    },
    "huber-adagrad": {
        "model": [linear(24), layer("LeakyReLU", negative_slope=0.2), linear(3)],
        "loss": {"type": "HuberLoss", "delta": 0.5},
        "optimizer": {"type": "Adagrad", "lr": 0.05, "lr_decay": 0.02, "weight_decay": 0.01},
        "training": {"lr_schedule": {"type": "step", "step_size": 4, "gamma": 0.3}},
    },
    "log-likelihood": {
        "model": [linear(24), layer("Softmax"), linear(5), layer("LogSoftmax")],
        "loss": {"type": "NLLLoss"},
        "optimizer": {"type": "Adagrad", "lr": 0.05, "initial_accumulator_value": 0.1},
        "training": {"accumulate": 2, "clip_grad_norm": 0.5},
    },
    "logits": {
        "model": [
            linear(12, name="a", input="$input"),
            layer("Reshape", shape=[3, 4]),
            layer("Transpose", dim0=1, dim1=2, name="turned"),
            layer("Reshape", shape=[3, 4], name="back"),
            layer("MatMul", name="product", inputs=["turned", "back"]),
            layer("Softmax", dim=1),
            layer("Select", dim=1, index=2, name="one"),
            linear(4, name="b", input="$input"),
            layer("Exp", name="e"),
            layer("Div", name="quotient", inputs=["one", "e"]),
            layer("Sub", name="difference", inputs=["quotient", "b"]),
            layer("Concat", dim=-1, inputs=["difference", "one", "b"], name="all"),
            layer("Scale", factor=1.5),
            layer("Residual", body=[layer("Detach"), linear(12)]),
            linear(3),
        ],
        "loss": {"type": "BCEWithLogitsLoss"},
        "optimizer": {"type": "Adam", "lr": 0.01},
    },
    "in-place": {
        "model": [
            linear(16, name="a"),
            layer("ReLU", inplace=True),
            linear(16, name="b"),
            layer("Reshape", shape=[4, 4]),
            layer("LeakyReLU", negative_slope=0.1, inplace=True),
            layer("Flatten", name="flat"),
            layer("Add", name="twice", inputs=["b", "flat"]),
            linear(16),
            layer("Residual", body=[layer("ELU", inplace=True), linear(16)]),
            linear(5),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "SGD", "lr": 0.1},
        "training": {"accumulate": 2, "clip_grad_value": 0.05, "clip_grad_norm": 2.0},
    },
    "half": {
        "model": [linear(32), layer("ReLU"), linear(32), layer("Tanh"), linear(5)],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9},
        "training": {"precision": "bf16", "accumulate": 2},
    },
}

# No bias stands before a batch norm: its gradient is noise, which Adam makes as large as any other,
# and which evaluation shows.
MODELS.update({
    "cnn": {
        "sample": [3, 9, 9],
        "model": [
            layer("Conv2d", out_channels=8, kernel_size=3, padding=1, bias=False),
            layer("BatchNorm2d"),
            layer("ReLU"),
            layer("MaxPool2d", kernel_size=2),
            layer("Conv2d", out_channels=12, kernel_size=3, stride=2, padding=1, groups=4),
            layer("BatchNorm2d", momentum=0.3, eps=0.001),
            layer("ReLU"),
            layer("AdaptiveAvgPool2d", output_size=1),
            layer("Flatten"),
            linear(5),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "SGD", "lr": 0.05, "momentum": 0.9, "nesterov": True},
    },
    "cnn-options": {
        "sample": [2, 10, 8],
        "model": [
            layer(
                "Conv2d",
                out_channels=6,
                kernel_size=[3, 2],
                stride=[1, 2],
                padding=[2, 1],
                dilation=[2, 1],
            ),
            layer("LeakyReLU"),
            layer("MaxPool2d", kernel_size=3, stride=2, padding=1, ceil_mode=True),
            layer(
                "Residual",
                body=[
                    layer("Conv2d", out_channels=6, kernel_size=3, padding="same", dilation=2),
                    layer("GroupNorm", num_groups=3),
                    layer("SiLU"),
                    layer(
                        "Conv2d",
                        out_channels=6,
                        kernel_size=[2, 4],
                        padding="same",
                        groups=2,
                        bias=False,
                    ),
                ],
            ),
            layer(
                "AvgPool2d",
                kernel_size=2,
                stride=2,
                padding=1,
                ceil_mode=True,
                count_include_pad=False,
            ),
            layer("BatchNorm2d", affine=False, momentum=None),
            layer("Dropout", p=0.0),
            layer("AvgPool2d", kernel_size=[2, 1], stride=1, divisor_override=3),
            layer("AdaptiveAvgPool2d", output_size=[2, None]),
            layer("Flatten"),
            linear(3),
        ],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "AdamW", "lr": 0.01},
        "training": {"accumulate": 2},
    },
    "signals": {
        "sample": [4, 15],
        "model": [
            layer("Conv1d", out_channels=8, kernel_size=5, stride=2, padding=2, bias=False),
            layer("BatchNorm1d"),
            layer("Tanh"),
            layer("Conv1d", out_channels=8, kernel_size=3, padding="same", dilation=2, groups=8),
            layer("GroupNorm", num_groups=4, eps=0.01),
            layer("GELU"),
            layer(
                "Repeat",
                name="tied",
                times=2,
                share=True,
                body=[
                    layer("Conv1d", out_channels=8, kernel_size=3, padding="same", bias=False),
                    layer("BatchNorm1d", momentum=0.2),
                ],
            ),
            layer("Flatten"),
            layer("BatchNorm1d", track_running_stats=False),
            linear(16),
            layer("RMSNorm"),
            layer("SiLU"),
            linear(5),
        ],
        "loss": {"type": "CrossEntropyLoss"},
        "optimizer": {"type": "Adam", "lr": 0.01},
    },
    "root-mean-square": {
        "sample": [6, 8],
        "model": [
            linear(16),
            layer("RMSNorm", eps=0.001),
            layer("GELU"),
            layer("RMSNorm", normalized_shape=[6, 16], elementwise_affine=False),
            layer("Residual", body=[layer("RMSNorm"), linear(16)]),
            layer("GroupNorm", num_groups=2, affine=False),
            layer("GroupNorm", num_groups=6),
            layer("Flatten"),
            linear(3),
        ],
        "loss": {"type": "MSELoss"},
        "optimizer": {"type": "SGD", "lr": 0.05, "momentum": 0.9},
        "training": {"clip_grad_norm": 0.5},
    },
})

CLASSES = ("CrossEntropyLoss", "NLLLoss")


def write(name, model, folder, random):
    folder.mkdir(parents=True, exist_ok=True)
    model = dict(model)
    sample, classes = model.pop("sample", [10]), model.pop("classes", 5)
    tokens, form = model.pop("tokens", None), model.pop("targets", None)
    data = {}
    if sample is not None:
        inputs = random.standard_normal((SAMPLES, *sample)).astype(numpy.float32)
        if tokens:
            inputs = random.integers(0, tokens, (SAMPLES, *sample))
        kind = model["loss"]["type"]
        if kind in CLASSES:
            targets = random.integers(0, classes, (SAMPLES, *(form or [])))
        elif kind == "BCEWithLogitsLoss":
            targets = random.integers(0, 2, (SAMPLES, *(form or [3]))).astype(numpy.float32)
        else:
            targets = random.standard_normal((SAMPLES, *(form or [3]))).astype(numpy.float32)
        numpy.save(folder / "inputs.npy", inputs)
        numpy.save(folder / "targets.npy", targets)
        data = {"type": "npy", "inputs": "inputs.npy", "targets": "targets.npy", "shuffle": False}
    file = {
        "name": name,
        **({"data": data} if data else {}),
        **model,
        "training": {"steps": STEPS, "batch_size": 8, **model.get("training", {})},
        "weights": "start.safetensors",
    }
    (folder / "model.json").write_text(json.dumps(file, indent=2) + "\n")
    reference = Reference(folder)
    save_file(reference.weights(), folder / "start.safetensors")
    with open(folder / "expected.csv", "w", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["step", "loss", "total", *reference.parameters])
        for step in range(STEPS):
            loss, norms, total = reference.step(step)
            table.writerow([step, repr(loss), repr(total), *map(repr, norms.values())])
    if reference.buffers:
        # What running statistics are for: the loss of the first batch in evaluation.
        (folder / "evaluation.txt").write_text(repr(reference.evaluate(0)) + "\n")


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent / "Goldens"
    for index, (name, model) in enumerate(MODELS.items()):
        if len(sys.argv) == 1 or name in sys.argv:
            write(name, model, here / name, numpy.random.default_rng(index))
            print(name)
