"""The layers of sequences for `Reference`: torch.nn's own modules, called one time step at a time.

So every state h_t is a tensor of its own, whose whole gradient can be kept: `self.states` lists
(node, t, h_t) of the newest forward pass.
"""

import torch
from torch.func import functional_call
from torch.nn import functional


class SequenceLayers:
    def Embedding(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        count, features = layer["num_embeddings"], layer["embedding_dim"]
        weight = self.parameter(f"{owner}.weight", lambda: torch.nn.Embedding(count, features).weight)
        return functional.embedding(x.long(), weight)

    def PositionalEmbedding(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        length = layer.get("max_length", x.shape[1])
        weight = self.parameter(
            f"{owner}.weight", lambda: torch.nn.Embedding(length, x.shape[2]).weight
        )
        return x + functional.embedding(torch.arange(x.shape[1]), weight)

    def RNN(self, *arguments):
        return self.recurrent(torch.nn.RNN, *arguments)

    def LSTM(self, *arguments):
        return self.recurrent(torch.nn.LSTM, *arguments)

    def GRU(self, *arguments):
        return self.recurrent(torch.nn.GRU, *arguments)

    def recurrent(self, kind, layer, inputs, path, owner, outputs):
        (x,) = inputs
        hidden, count = layer["hidden_size"], layer.get("num_layers", 1)
        options = {key: layer[key] for key in ("bias", "nonlinearity") if key in layer}
        whole = []

        def start(name):
            if not whole:
                whole.append(kind(x.shape[-1], hidden, num_layers=count, **options))
            return getattr(whole[0], name)

        sequence = x
        for index in range(count):
            names = [f"weight_ih_l{index}", f"weight_hh_l{index}"]
            if layer.get("bias", True):
                names += [f"bias_ih_l{index}", f"bias_hh_l{index}"]
            weights = {
                name.replace(f"_l{index}", "_l0"): self.parameter(
                    f"{owner}.{name}", lambda name=name: start(name)
                )
                for name in names
            }
            module = kind(sequence.shape[-1], hidden, batch_first=True, **options)
            node = path if count == 1 else f"{path}/l{index}"
            sequence = self.walk(module, weights, sequence, node, layer.get("truncate"))
        return sequence[:, -1] if layer.get("output") == "last" else sequence

    def walk(self, module, weights, x, node, truncate):
        state, steps = None, []
        for t in range(x.shape[1]):
            if state is not None and truncate and t % truncate == 0:
                state = tuple(part.detach() for part in state)
            # An LSTM's state is a pair, the others' a tensor.
            given = state if state is None or len(state) > 1 else state[0]
            y, after = functional_call(module, weights, (x[:, t : t + 1], given))
            h = y[:, 0]
            if h.requires_grad:
                h.retain_grad()
            self.states.append((node, t, h))
            # Everything that uses h_t uses this tensor, so that its gradient is the whole one.
            cells = after[1:] if isinstance(after, tuple) else ()
            state = (h.unsqueeze(0), *cells)
            steps.append(h)
        return torch.stack(steps, 1)

    def MultiheadAttention(self, layer, inputs, path, owner, outputs):
        (x,) = inputs
        features, heads = x.shape[-1], layer["num_heads"]
        module = torch.nn.MultiheadAttention(
            features, heads, bias=layer.get("bias", True), batch_first=True
        )
        weights = {
            name: self.parameter(f"{owner}.{name}", lambda start=start: start)
            for name, start in module.named_parameters()
        }
        mask = None
        if layer.get("causal"):
            mask = torch.nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        y, _ = functional_call(
            module, weights, (x, x, x), {"attn_mask": mask, "need_weights": False}
        )
        return y
