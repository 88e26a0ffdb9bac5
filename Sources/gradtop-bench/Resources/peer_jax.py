"""A model file of gradtop's as JAX trains it: one jitted function for the whole step.

Arguments and answers as in peer.py; there is one KIND, `jit`.
"""

import json
import os
import sys
import time

clock = time.process_time if sys.argv[4:] == ["cpu"] else time.perf_counter
threads = int(sys.argv[1])
os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy

file, form = json.loads(sys.argv[2]), json.loads(sys.argv[3])
random = numpy.random.default_rng(0)


def numbers(kind):
    shape, below = form[kind], form.get(kind + "_below")
    shape = [8, *shape]
    if below:
        return jnp.asarray(random.integers(0, below, shape), dtype=jnp.int32)
    return jnp.asarray(random.random(shape), dtype=jnp.float32)


def uniform(shape, bound):
    return jnp.asarray(random.uniform(-bound, bound, shape), dtype=jnp.float32)


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


# Each maker returns parameters and a function of (parameters, x).
def linear(layer, x):
    width, out = x.shape[-1], layer["out_features"]
    p = {"w": uniform((width, out), width**-0.5)}
    if layer.get("bias", True):
        p["b"] = uniform((out,), width**-0.5)
    return p, lambda p, x: x @ p["w"] + p.get("b", 0)


def conv2d(layer, x):
    kernel, stride = pair(layer["kernel_size"]), pair(layer.get("stride", 1))
    padding = [(n, n) for n in pair(layer.get("padding", 0))]
    fan = x.shape[1] * kernel[0] * kernel[1]
    p = {"w": uniform((layer["out_channels"], x.shape[1], *kernel), fan**-0.5)}
    if layer.get("bias", True):
        p["b"] = uniform((layer["out_channels"], 1, 1), fan**-0.5)

    def apply(p, x):
        y = jax.lax.conv_general_dilated(x, p["w"], stride, padding)
        return y + p.get("b", 0)

    return p, apply


def batch_norm(layer, x):
    axes = (0, 2, 3)[: 1 if x.ndim == 2 else 3]
    shape = (x.shape[1],) if x.ndim == 2 else (x.shape[1], 1, 1)
    p = {"w": jnp.ones(shape), "b": jnp.zeros(shape)}

    def apply(p, x):
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * p["w"] + p["b"]

    return p, apply


def layer_norm(layer, x):
    p = {"w": jnp.ones(x.shape[-1]), "b": jnp.zeros(x.shape[-1])}

    def apply(p, x):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * p["w"] + p["b"]

    return p, apply


def embedding(layer, x):
    count = layer.get("num_embeddings", form.get("input_below"))
    p = {"w": uniform((count, layer["embedding_dim"]), 1.0)}
    return p, lambda p, x: p["w"][x]


def positional_embedding(layer, x):
    p = {"w": uniform(x.shape[1:], 1.0)}
    return p, lambda p, x: x + p["w"]


def attention(layer, x):
    width, heads = x.shape[-1], layer["num_heads"]
    shapes = {"in": (width, 3 * width), "out": (width, width)}
    p = {key: uniform(shape, width**-0.5) for key, shape in shapes.items()}
    p |= {"in_b": jnp.zeros(3 * width), "out_b": jnp.zeros(width)}
    causal = layer.get("causal", False)

    def apply(p, x):
        batch, length, _ = x.shape
        parts = (x @ p["in"] + p["in_b"]).reshape(batch, length, 3, heads, -1)
        q, k, v = (parts[:, :, n] for n in range(3))
        y = jax.nn.dot_product_attention(q, k, v, is_causal=causal)
        return y.reshape(batch, length, width) @ p["out"] + p["out_b"]

    return p, apply


def recurrent(layer, x):
    kind, width, size = layer["type"], x.shape[-1], layer["hidden_size"]
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    bound = size**-0.5
    p = {
        "wi": uniform((width, gates * size), bound),
        "wh": uniform((size, gates * size), bound),
        "bi": uniform((gates * size,), bound),
        "bh": uniform((gates * size,), bound),
    }
    only_last = layer.get("output", "sequence") == "last"

    def cell(p, state, given):
        h, c = state
        if kind == "RNN":
            h = jnp.tanh(given + h @ p["wh"] + p["bh"])
        elif kind == "LSTM":
            i, f, g, o = jnp.split(given + h @ p["wh"] + p["bh"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
        else:
            (r, z, n), (hr, hz, hn) = (
                jnp.split(part, 3, axis=-1) for part in (given, h @ p["wh"] + p["bh"])
            )
            z = jax.nn.sigmoid(z + hz)
            h = (1 - z) * jnp.tanh(n + jax.nn.sigmoid(r + hr) * hn) + z * h
        return (h, c), h

    def apply(p, x):
        given = jnp.swapaxes(x @ p["wi"] + p["bi"], 0, 1)
        zero = jnp.zeros((x.shape[0], size))
        (last, _), states = jax.lax.scan(lambda s, g: cell(p, s, g), (zero, zero), given)
        return last if only_last else jnp.swapaxes(states, 0, 1)

    return p, apply


def pool(layer, x):
    kernel = pair(layer["kernel_size"])
    stride = pair(layer.get("stride", layer["kernel_size"]))

    def apply(p, x):
        return jax.lax.reduce_window(
            x, -jnp.inf, jax.lax.max, (1, 1, *kernel), (1, 1, *stride), "VALID"
        )

    return {}, apply


MAKERS = {
    "Linear": linear, "Conv2d": conv2d, "BatchNorm1d": batch_norm, "BatchNorm2d": batch_norm,
    "LayerNorm": layer_norm, "Embedding": embedding, "PositionalEmbedding": positional_embedding,
    "MultiheadAttention": attention, "RNN": recurrent, "LSTM": recurrent, "GRU": recurrent,
    "MaxPool2d": pool,
}  # fmt: skip

PLAIN = {
    "ReLU": jax.nn.relu, "Sigmoid": jax.nn.sigmoid, "Tanh": jnp.tanh, "SiLU": jax.nn.silu,
    "GELU": lambda x: jax.nn.gelu(x, approximate=False), "Identity": lambda x: x,
    "AdaptiveAvgPool2d": lambda x: x.mean((2, 3), keepdims=True),
    "Flatten": lambda x: x.reshape(len(x), -1),
}  # fmt: skip


def make(layer, x):
    kind = layer["type"]
    if kind == "Residual":
        body, run = build(layer["body"], x)
        short, run_short = build(layer.get("shortcut", []), x)
        return (body, short), lambda p, x: run(p[0], x) + run_short(p[1], x)
    if kind == "Sequential":
        return build(layer["body"], x)
    if kind == "Repeat":
        return build(layer["body"] * layer["times"], x)
    if kind == "Select":
        return {}, lambda p, x: jnp.take(x, layer["index"], axis=layer["dim"])
    if kind == "Reshape":
        return {}, lambda p, x: x.reshape(len(x), *layer["shape"])
    if kind in PLAIN:
        return {}, lambda p, x: PLAIN[kind](x)
    return MAKERS[kind](layer, x)


def build(layers, x):
    parameters, functions = [], []
    for layer in layers:
        p, function = make(layer, x)
        x = function(p, x)
        parameters.append(p)
        functions.append(function)

    def apply(parameters, x):
        for p, function in zip(parameters, functions):
            x = function(p, x)
        return x

    return parameters, apply


inputs, targets = numbers("input"), numbers("target")
parameters, apply = build(file["model"], inputs[0])
options = file["optimizer"]


def loss(p, x, target):
    y = apply(p, x)
    if file["loss"]["type"] == "CrossEntropyLoss":
        logits = jax.nn.log_softmax(y)
        return -jnp.take_along_axis(logits, target[..., None], axis=-1).mean()
    return ((y - target) ** 2).mean()


def clipped(gradients):
    limit = file.get("training", {}).get("clip_grad_norm")
    if not limit:
        return gradients
    total = jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(gradients)))
    return jax.tree.map(lambda g: g * jnp.minimum(1, limit / (total + 1e-6)), gradients)


def sgd(p, state, gradients):
    rate, momentum = options["lr"], options.get("momentum", 0)
    decay = options.get("weight_decay", 0)
    gradients = jax.tree.map(lambda g, w: g + decay * w, gradients, p)
    if momentum:
        state = jax.tree.map(lambda m, g: momentum * m + g, state, gradients)
        gradients = state
    return jax.tree.map(lambda w, g: w - rate * g, p, gradients), state


def adam(p, state, gradients):
    first, second, time = state
    b1, b2 = options.get("betas", [0.9, 0.999])
    rate, time = options["lr"], time + 1
    shrink = 1 - rate * options.get("weight_decay", 0.01)
    first = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, second, gradients)
    step, root = rate / (1 - b1**time), (1 - b2**time) ** -0.5
    p = jax.tree.map(
        lambda w, m, v: shrink * w - step * m / (jnp.sqrt(v) * root + 1e-8), p, first, second
    )
    return p, (first, second, time)




def zeros():
    """New ones each time: what is donated may be given once."""
    return jax.tree.map(jnp.zeros_like, parameters)


is_adam = options["type"].startswith("Adam")
state = (zeros(), zeros(), jnp.float32(0)) if is_adam else zeros()


def step(p, state, x, target):
    gradients = clipped(jax.grad(loss)(p, x, target))
    return (adam if is_adam else sgd)(p, state, gradients)


step = jax.jit(step, donate_argnums=(0, 1))

print("ready", jax.__version__, flush=True)
position = 0
for line in sys.stdin:
    try:
        steps = int(line.split()[1])
        start = clock()
        for _ in range(steps):
            parameters, state = step(parameters, state, inputs[position], targets[position])
            position = (position + 1) % len(inputs)
        jax.block_until_ready((parameters, state))
        print(clock() - start, flush=True)
    except Exception as error:
        print("failed", type(error).__name__, file=sys.stderr)
        print("failed", flush=True)
