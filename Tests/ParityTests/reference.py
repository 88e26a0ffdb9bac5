"""What PyTorch makes of a model.json: the reference that gradtop's engine is held to.

`Reference(folder)` reads `model.json` with its npy data (`"shuffle": false`) and trains it with
torch's own functions and optimizers. Layers are created as torch.nn creates them, so that their
first weights are PyTorch's; `weights()` returns them by their safetensors names.
`Reference(folder, dtype=torch.float64)` does the same in double precision: what differs from it is
PyTorch's own rounding.
"""

import contextlib
import json
import pathlib

import numpy
import torch
from torch.nn import functional

from sequence_layers import SequenceLayers


@contextlib.contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


class Reference(SequenceLayers):
    def __init__(self, folder, seed=0, dtype=torch.float32):
        self.dtype = dtype
        self.folder = pathlib.Path(folder)
        self.file = json.loads((self.folder / "model.json").read_text())
        self.parameters = {}
        self.states = []
        self.buffers = {}
        self.is_training = True
        self.training = self.file.get("training", {})
        self.batch_size = self.training.get("batch_size", 32)
        self.data = [
            torch.from_numpy(numpy.load(self.folder / self.file["data"][key]))
            for key in ("inputs", "targets")
            if "data" in self.file
        ]
        self.data = [part.to(dtype) if part.is_floating_point() else part for part in self.data]
        torch.manual_seed(seed)
        self.loss(0)  # Creates the parameters: sizes of inputs are inferred.
        self.buffers = {}  # The first batch was not a step.
        self.optimizer = self.make_optimizer()

    # MARK: Forward

    def loss(self, batch):
        x = target = None
        if self.data:
            count = len(self.data[0])
            rows = [(batch * self.batch_size + k) % count for k in range(self.batch_size)]
            x, target = (part[rows] for part in self.data)
        self.states = []
        half = self.training.get("precision") == "bf16"
        with default_dtype(self.dtype), torch.autocast("cpu", torch.bfloat16, enabled=half):
            output = self.run(self.file["model"], x, "", "", {"$input": x, "$target": target})
        output = output.to(self.dtype)
        loss = self.file["loss"]
        options = {k: v for k, v in loss.items() if k != "type"}
        if loss["type"] == "CrossEntropyLoss":
            return functional.cross_entropy(
                output.flatten(0, -2), target.flatten().long(), **options
            )
        if loss["type"] == "NLLLoss":
            return functional.nll_loss(output.flatten(0, -2), target.flatten().long(), **options)
        functions = {
            "MSELoss": functional.mse_loss,
            "L1Loss": functional.l1_loss,
            "HuberLoss": functional.huber_loss,
            "BCEWithLogitsLoss": functional.binary_cross_entropy_with_logits,
        }
        if loss["type"] in functions:
            return functions[loss["type"]](output, target, **options)
        return {"Sum": torch.sum, "Mean": torch.mean}[loss["type"]](output)

    def run(self, layers, x, path, owner, outer):
        outputs = dict(outer)
        for index, layer in enumerate(layers):
            name = layer.get("name", f"{layer['type'].lower()}.{index}")
            inputs = [x]
            if "input" in layer:
                inputs = [outputs[layer["input"]]]
            if "inputs" in layer:
                inputs = [outputs[key] for key in layer["inputs"]]
            make = getattr(self, layer["type"])
            x = make(layer, inputs, path + name, owner + name, outputs)
            outputs[name] = x
        return x

    def parameter(self, name, start):
        if name not in self.parameters:
            self.parameters[name] = start().detach().clone().requires_grad_()
        return self.parameters[name]

    # MARK: Containers

    def Sequential(self, layer, inputs, path, owner, outputs):
        return self.run(layer["body"], inputs[0], path + "/", owner + ".", outputs)

    def Residual(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        short = x
        long = self.run(layer["body"], x, path + "/", owner + ".", outputs)
        if "shortcut" in layer:
            short = self.run(
                layer["shortcut"], x, path + "/shortcut/", owner + ".shortcut.", outputs
            )
        return long + short

    def Repeat(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        for copy in range(layer["times"]):
            own = 0 if layer.get("share") else copy
            x = self.run(layer["body"], x, f"{path}/{copy}/", f"{owner}.{own}.", outputs)
        return x

    # MARK: Layers

    def Linear(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        new = []

        def module():
            if not new:
                new.append(torch.nn.Linear(x.shape[-1], layer["out_features"]))
            return new[0]

        weight = self.parameter(f"{owner}.weight", lambda: module().weight)
        bias = None
        if layer.get("bias", True):
            bias = self.parameter(f"{owner}.bias", lambda: module().bias)
        return functional.linear(x, weight, bias)

    def LayerNorm(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        shape = layer.get("normalized_shape", [x.shape[-1]])
        shape = [shape] if isinstance(shape, int) else shape
        weight = bias = None
        if layer.get("elementwise_affine", True):
            weight = self.parameter(f"{owner}.weight", lambda: torch.ones(shape))
            if layer.get("bias", True):
                bias = self.parameter(f"{owner}.bias", lambda: torch.zeros(shape))
        return functional.layer_norm(x, shape, weight, bias, layer.get("eps", 1e-5))

    def RMSNorm(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        shape = layer.get("normalized_shape", [x.shape[-1]])
        shape = [shape] if isinstance(shape, int) else shape
        weight = None
        if layer.get("elementwise_affine", True):
            weight = self.parameter(f"{owner}.weight", lambda: torch.ones(shape))
        return functional.rms_norm(x, shape, weight, layer.get("eps"))

    def affine(self, layer, owner, channels):
        if not layer.get("affine", True):
            return None, None
        weight = self.parameter(f"{owner}.weight", lambda: torch.ones(channels))
        return weight, self.parameter(f"{owner}.bias", lambda: torch.zeros(channels))

    def GroupNorm(self, layer, inputs, path, owner, outputs):
        weight, bias = self.affine(layer, owner, inputs[0].shape[1])
        return functional.group_norm(
            inputs[0], layer["num_groups"], weight, bias, layer.get("eps", 1e-5)
        )

    def batch_norm(self, layer, inputs, path, owner, outputs):
        """As torch.nn.modules.batchnorm: running statistics, or their mean without a momentum."""
        (x,) = inputs
        weight, bias = self.affine(layer, owner, x.shape[1])
        momentum, eps = layer.get("momentum", 0.1), layer.get("eps", 1e-5)
        if not layer.get("track_running_stats", True):
            return functional.batch_norm(x, None, None, weight, bias, True, 0.0, eps)
        start = {"mean": torch.zeros(x.shape[1]), "var": torch.ones(x.shape[1]), "batches": 0}
        running = self.buffers.setdefault(owner, start)
        if self.is_training:
            running["batches"] += 1
            if momentum is None:
                momentum = 1 / running["batches"]
        return functional.batch_norm(
            x, running["mean"], running["var"], weight, bias, self.is_training, momentum or 0.0, eps
        )

    BatchNorm1d = BatchNorm2d = batch_norm

    def convolution(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        new = []

        def module():
            if not new:
                options = {
                    key: layer[key] if isinstance(layer[key], (int, str)) else tuple(layer[key])
                    for key in ("kernel_size", "stride", "padding", "dilation", "groups")
                    if key in layer
                }
                make = getattr(torch.nn, layer["type"])
                new.append(make(x.shape[1], layer["out_channels"], **options))
            return new[0]

        names = ["weight"] + (["bias"] if layer.get("bias", True) else [])
        values = {
            name: self.parameter(f"{owner}.{name}", lambda name=name: getattr(module(), name))
            for name in names
        }
        values.setdefault("bias", torch.zeros(layer["out_channels"]))
        return torch.func.functional_call(module(), values, (x,))

    Conv1d = Conv2d = convolution

    def MaxPool2d(self, layer, inputs, *_):
        options = self.options(layer, "kernel_size", "stride", "padding", "dilation", "ceil_mode")
        return functional.max_pool2d(inputs[0], **options)

    def AvgPool2d(self, layer, inputs, *_):
        names = ("count_include_pad", "divisor_override")
        options = self.options(layer, "kernel_size", "stride", "padding", "ceil_mode", *names)
        return functional.avg_pool2d(inputs[0], **options)

    def AdaptiveAvgPool2d(self, layer, inputs, *_):
        return functional.adaptive_avg_pool2d(inputs[0], layer["output_size"])

    def Dropout(self, layer, inputs, *_):
        """The same only where nothing or everything is dropped: random numbers differ."""
        return functional.dropout(inputs[0], layer.get("p", 0.5), self.is_training)

    @staticmethod
    def options(layer, *names):
        return {name: layer[name] for name in names if name in layer}

    def ReLU(self, layer, inputs, *_):
        return functional.relu(inputs[0], inplace=layer.get("inplace", False))

    def Sigmoid(self, layer, inputs, *_):
        return torch.sigmoid(inputs[0])

    def Tanh(self, layer, inputs, *_):
        return torch.tanh(inputs[0])

    def SiLU(self, layer, inputs, *_):
        return functional.silu(inputs[0])

    def LeakyReLU(self, layer, inputs, *_):
        slope = layer.get("negative_slope", 0.01)
        return functional.leaky_relu(inputs[0], slope, inplace=layer.get("inplace", False))

    def ELU(self, layer, inputs, *_):
        alpha = layer.get("alpha", 1.0)
        return functional.elu(inputs[0], alpha, inplace=layer.get("inplace", False))

    def Softmax(self, layer, inputs, *_):
        return functional.softmax(inputs[0], layer.get("dim", -1))

    def LogSoftmax(self, layer, inputs, *_):
        return functional.log_softmax(inputs[0], layer.get("dim", -1))

    def GELU(self, layer, inputs, *_):
        return functional.gelu(inputs[0], approximate=layer.get("approximate", "none"))

    def Flatten(self, layer, inputs, *_):
        return inputs[0].flatten(layer.get("start_dim", 1), layer.get("end_dim", -1))

    def Reshape(self, layer, inputs, *_):
        return inputs[0].reshape(len(inputs[0]), *layer["shape"])

    def Transpose(self, layer, inputs, *_):
        return inputs[0].transpose(layer["dim0"], layer["dim1"])

    def Select(self, layer, inputs, *_):
        return inputs[0].select(layer["dim"], layer["index"])

    def Concat(self, layer, inputs, *_):
        return torch.cat(inputs, layer["dim"])

    # MARK: Arithmetic

    def Parameter(self, layer, inputs, path, owner, outputs):
        value = torch.tensor(layer["value"], dtype=self.dtype)
        return self.parameter(owner, lambda: value.expand(layer["shape"]))

    def Constant(self, layer, *_):
        return torch.tensor(layer["value"], dtype=self.dtype).expand(layer["shape"])

    def Add(self, layer, inputs, *_):
        return inputs[0] + inputs[1]

    def Sub(self, layer, inputs, *_):
        return inputs[0] - inputs[1]

    def Div(self, layer, inputs, *_):
        return inputs[0] / inputs[1]

    def MatMul(self, layer, inputs, *_):
        return inputs[0] @ inputs[1]

    def Exp(self, layer, inputs, *_):
        return torch.exp(inputs[0])

    def Log(self, layer, inputs, *_):
        return torch.log(inputs[0])

    def Scale(self, layer, inputs, *_):
        return inputs[0] * layer["factor"]

    def Identity(self, layer, inputs, *_):
        return inputs[0]

    def Detach(self, layer, inputs, *_):
        return inputs[0].detach()

    def Mul(self, layer, inputs, *_):
        return inputs[0] * inputs[1]

    def Pow(self, layer, inputs, *_):
        return inputs[0] ** layer["exponent"]

    def Sum(self, layer, inputs, *_):
        return self.reduce(torch.sum, layer, inputs[0])

    def Mean(self, layer, inputs, *_):
        return self.reduce(torch.mean, layer, inputs[0])

    @staticmethod
    def reduce(function, layer, x):
        if "dim" not in layer:
            return function(x)
        return function(x, dim=layer["dim"], keepdim=layer.get("keepdim", False))

    # MARK: Training

    def make_optimizer(self):
        options = {k: v for k, v in self.file["optimizer"].items() if k != "type"}
        make = getattr(torch.optim, self.file["optimizer"]["type"])
        return make(self.parameters.values(), **options)

    def rate(self, step):
        """The learning rate of a step; after a warm-up torch's schedulers give it, from step 0."""
        options = self.file["optimizer"]
        schedule = self.training.get("lr_schedule", {"type": "constant"})
        warmup, kind = schedule.get("warmup", 0), schedule["type"]
        if step < warmup:
            return options["lr"] * (step + 1) / warmup
        leaf = torch.optim.SGD([torch.zeros(1)], lr=options["lr"])
        whole = schedule.get("total_steps", self.training["steps"]) - warmup
        low = schedule.get("min_lr", 0.0)
        make = torch.optim.lr_scheduler
        if kind == "constant":
            return options["lr"]
        if kind == "cosine":
            scheduler = make.CosineAnnealingLR(leaf, whole, eta_min=low)
        elif kind == "linear":
            scheduler = make.LinearLR(leaf, 1.0, low / options["lr"], total_iters=whole)
        else:
            scheduler = make.StepLR(leaf, schedule["step_size"], gamma=schedule.get("gamma", 0.1))
        for _ in range(min(step - warmup, whole)):
            leaf.step()
            scheduler.step()
        return scheduler.get_last_lr()[0]

    def evaluate(self, batch):
        """The loss of a batch in evaluation."""
        self.is_training = False
        with torch.no_grad():
            loss = self.loss(batch).item()
        self.is_training = True
        return loss

    def weights(self):
        return {name: tensor.detach().clone() for name, tensor in self.parameters.items()}

    def load(self, weights):
        with torch.no_grad():
            for name, tensor in weights.items():
                self.parameters[name].copy_(tensor)

    def step(self, index):
        """One optimizer step: loss, gradient norms by parameter, total norm, all before clipping."""
        micros = self.training.get("accumulate", 1)
        if self.training.get("zero_grad", True):
            self.optimizer.zero_grad()
        total = 0.0
        for micro in range(micros):
            loss = self.loss(index * micros + micro) / micros
            loss.backward()
            total += loss.item()
        norms = {
            name: 0.0 if tensor.grad is None else tensor.grad.norm().item()
            for name, tensor in self.parameters.items()
        }
        leaves = list(self.parameters.values())
        if "clip_grad_norm" in self.training:
            torch.nn.utils.clip_grad_norm_(leaves, self.training["clip_grad_norm"])
        if "clip_grad_value" in self.training:
            torch.nn.utils.clip_grad_value_(leaves, self.training["clip_grad_value"])
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(index)
        self.optimizer.step()
        return total, norms, sum(norm * norm for norm in norms.values()) ** 0.5
