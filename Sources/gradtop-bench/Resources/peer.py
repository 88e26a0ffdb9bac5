"""A model file of gradtop's as PyTorch trains it: modules, an optimizer, clip_grad_norm_.

Arguments: threads, the model file, the shapes of a batch with what its numbers are, both JSON, and
`cpu` to count seconds of the processor rather than of the wall.
Reads lines `KIND N` (`eager`, `fused`: with the optimizer's fused kernel; `compiled`: by
torch.compile), trains N steps and answers with their seconds, or with `failed`; `saved` answers with
the bytes that autograd keeps for backward, parameters left out.
"""

import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
clock = time.process_time if sys.argv[4:] == ["cpu"] else time.perf_counter
file, form = json.loads(sys.argv[2]), json.loads(sys.argv[3])


def numbers(kind):
    shape, below = form[kind], form.get(kind + "_below")
    shape = [8 * shape[0], *shape[1:]]
    return torch.randint(0, below, shape) if below else torch.rand(shape)


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.shortcut(x) + self.body(x)


class PositionalEmbedding(nn.Module):
    def __init__(self, length, width):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(length, width))

    def forward(self, x):
        return x + self.weight[: x.shape[1]]


class Attention(nn.Module):
    """Self-attention as a PyTorch user writes it today: scaled_dot_product_attention."""

    def __init__(self, width, heads, causal):
        super().__init__()
        self.inward, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.heads, self.causal = heads, causal

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.inward(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = nn.functional.scaled_dot_product_attention(*parts, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(batch, length, width))


class Recurrent(nn.Module):
    def __init__(self, kind, options, width, only_last):
        super().__init__()
        self.inner = getattr(nn, kind)(width, batch_first=True, **options)
        self.only_last = only_last

    def forward(self, x):
        y, _ = self.inner(x)
        return y[:, -1] if self.only_last else y


class Reshape(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


class Select(nn.Module):
    def __init__(self, dim, index):
        super().__init__()
        self.dim, self.index = dim, index

    def forward(self, x):
        return x.select(self.dim, self.index)


FIRST = {
    "Linear": "in_features", "Conv1d": "in_channels", "Conv2d": "in_channels",
    "BatchNorm1d": "num_features", "BatchNorm2d": "num_features", "LayerNorm": "normalized_shape",
}  # fmt: skip


def make(layer, x):
    """The module of a layer that takes x."""
    kind = layer["type"]
    options = {k: v for k, v in layer.items() if k not in ("type", "name", "init", "bias_init")}
    if kind == "Sequential":
        return build(layer["body"], x)
    if kind == "Residual":
        shortcut = build(layer["shortcut"], x) if "shortcut" in layer else nn.Identity()
        return Residual(build(layer["body"], x), shortcut)
    if kind == "Repeat":
        modules = []
        for _ in range(layer["times"]):
            modules.append(build(layer["body"], x))
            x = modules[-1](x)
        return nn.Sequential(*modules)
    if kind in ("RNN", "LSTM", "GRU"):
        only_last = options.pop("output", "sequence") == "last"
        options.pop("truncate", None)
        return Recurrent(kind, options, x.shape[-1], only_last)
    if kind == "MultiheadAttention":
        return Attention(x.shape[-1], layer["num_heads"], layer.get("causal", False))
    if kind == "Embedding":
        count = layer.get("num_embeddings", form.get("input_below"))
        return nn.Embedding(count, layer["embedding_dim"])
    if kind == "PositionalEmbedding":
        return PositionalEmbedding(layer.get("max_length", x.shape[1]), x.shape[-1])
    if kind in ("Reshape", "Select"):
        return globals()[kind](**options)
    if kind in FIRST:
        size = x.shape[1] if kind[:4] in ("Conv", "Batc") else x.shape[-1]
        options[FIRST[kind]] = options.get(FIRST[kind], size)
        if kind == "Linear" or kind.startswith("Conv"):
            out = "out_features" if kind == "Linear" else "out_channels"
            return getattr(nn, kind)(options.pop(FIRST[kind]), options.pop(out), **options)
    return getattr(nn, kind)(**options)


def build(layers, x):
    modules = []
    for layer in layers:
        modules.append(make(layer, x))
        x = modules[-1](x)
    return nn.Sequential(*modules)


inputs, targets = numbers("input"), numbers("target")
size = form["input"][0]


def criterion(output, target):
    if file["loss"]["type"] == "CrossEntropyLoss":
        return nn.functional.cross_entropy(output.flatten(0, -2), target.flatten())
    return getattr(nn, file["loss"]["type"])()(output, target)


class Training:
    def __init__(self, kind):
        self.model = build(file["model"], inputs[:size])
        options = {k: v for k, v in file["optimizer"].items() if k != "type"}
        if "betas" in options:
            options["betas"] = tuple(options["betas"])
        if kind != "eager":
            options["fused"] = True
        optimizer = getattr(torch.optim, file["optimizer"]["type"])
        self.optimizer = optimizer(self.model.parameters(), **options)
        self.loss = self.measure
        if kind == "compiled":
            self.loss = torch.compile(self.measure)
        self.position = 0

    def measure(self, x, target):
        return criterion(self.model(x), target)

    def train(self, steps):
        clip = file.get("training", {}).get("clip_grad_norm")
        for _ in range(steps):
            rows = slice(self.position, self.position + size)
            self.position = (self.position + size) % len(inputs)
            self.optimizer.zero_grad()
            self.loss(inputs[rows], targets[rows]).backward()
            if clip:
                nn.utils.clip_grad_norm_(self.model.parameters(), clip)
            self.optimizer.step()

    def saved_bytes(self):
        """Storages that backward keeps, each once; parameters and buffers are there anyway."""
        own = [*self.model.parameters(), *self.model.buffers()]
        own = {tensor.untyped_storage().data_ptr() for tensor in own}
        kept = {}

        def pack(tensor):
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own:
                # Views share a storage: what counts is each of its bytes that one of them shows,
                # so that q, k, v in one tensor count as three, and a window as itself.
                size = tensor.element_size()
                shown = torch.zeros(storage.nbytes() // size, dtype=torch.bool)
                shown, _ = kept.setdefault(storage.data_ptr(), (shown, size))
                shown.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).fill_(True)
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss = self.measure(inputs[:size].clone(), targets[:size].clone())
        del loss
        return sum(int(shown.sum()) * size for shown, size in kept.values())


trainings = {}


def answer(kind, steps):
    if kind not in trainings:
        trainings[kind] = Training(kind)
    if steps is None:
        return trainings[kind].saved_bytes()
    start = clock()
    trainings[kind].train(steps)
    return clock() - start


print("ready", torch.__version__, flush=True)
for line in sys.stdin:
    kind, steps = line.split()
    try:
        result = answer("eager", None) if kind == "saved" else answer(kind, int(steps))
        print(result, flush=True)
    except Exception as error:
        print("failed", type(error).__name__, file=sys.stderr)
        print("failed", flush=True)
