"""Profiles of a small training loop in PyTorch, and what an importer must find in them.

Run in this folder; writes Profiles/*.json.gz and Profiles/*.expected.json. What is expected is found
by a plain walk over the parsed file: outermost ops by containment, flows by (thread, time).
"""

import gzip
import json
import os

import torch
from torch.profiler import ProfilerActivity, profile, schedule

FUNCTION = "autograd::engine::evaluate_function: "


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(
            torch.nn.Linear(8, 8), torch.nn.Tanh(), torch.nn.Linear(8, 8), torch.nn.ReLU()
        )
        self.head = torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.head(torch.nn.functional.dropout(self.body(x), 0.1))


def train(path, steps, with_stack, scheduled):
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, y = torch.randn(16, 8), torch.randint(0, 4, (16,))
    plan = schedule(wait=0, warmup=1, active=steps) if scheduled else None
    with profile(
        activities=[ProfilerActivity.CPU],
        record_shapes=True,
        with_stack=with_stack,
        schedule=plan,
        on_trace_ready=lambda profiler: profiler.export_chrome_trace(path),
    ) as profiler:
        for _ in range(steps + scheduled):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
            if scheduled:
                profiler.step()
    with open(path) as file:
        text = file.read()
    os.remove(path)
    # What is of no use here and differs between machines.
    data = json.loads(text)
    data["host_name"] = "host"
    data["traceEvents"] = [
        event
        for event in data["traceEvents"]
        if event.get("cat") != "python_function" or event["name"].startswith("nn.Module")
    ]
    return data


def nanoseconds(microseconds):
    return round(microseconds * 1000)


def outermost(events):
    """Ops that no other op contains, in order of time."""
    result, end = [], -1
    for event in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
        if nanoseconds(event["ts"]) < end:
            continue
        result.append(event)
        end = nanoseconds(event["ts"]) + nanoseconds(event["dur"])
    return result


def expected(data):
    events = [e for e in data["traceEvents"] if e["ph"] == "X"]
    ops = [
        e
        for e in events
        if e["cat"] == "cpu_op" or e["name"].startswith(("Optimizer.", "enumerate(DataLoader)"))
    ]
    units = outermost([e for e in ops if not e["name"].startswith("ProfilerStep")])
    marks = [e for e in events if e["name"].startswith("ProfilerStep#")]
    if marks:
        ranges = [(int(e["name"].split("#")[1]), e["ts"], e["ts"] + e["dur"]) for e in marks]
    else:
        ends = [u["ts"] + u["dur"] for u in units if u["name"].startswith("Optimizer.step")]
        starts = [units[0]["ts"]] + ends[:-1]
        ranges = [(i, a, b) for i, (a, b) in enumerate(zip(starts, ends))]
    return [
        {
            "step": number,
            "forward": [
                [u["name"].removeprefix("aten::"), nanoseconds(u["dur"])]
                for u in units
                if start <= u["ts"] < end
                and u["cat"] == "cpu_op"
                and not u["name"].startswith(FUNCTION)
            ],
            "backward_ns": sum(
                nanoseconds(u["dur"])
                for u in units
                if start <= u["ts"] < end and u["name"].startswith(FUNCTION)
            ),
            "optimizer_ns": sum(
                nanoseconds(u["dur"])
                for u in units
                if start <= u["ts"] < end and u["name"].startswith("Optimizer.step")
            ),
        }
        for number, start, end in ranges
    ]


def main():
    os.makedirs("Profiles", exist_ok=True)
    for name, steps, with_stack, scheduled in [
        ("plain", 2, False, False),
        ("scheduled", 2, False, True),
        ("modules", 1, True, True),
    ]:
        data = train("profile.json", steps, with_stack, scheduled)
        with open(f"Profiles/{name}.json.gz", "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
                file.write(json.dumps(data).encode())
        with open(f"Profiles/{name}.expected.json", "w") as file:
            json.dump(expected(data), file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
