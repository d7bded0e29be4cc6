"""What refgrad costs, beside torch (CPU, one thread) in the same run; beside NumPy alone where torch is absent."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.timing import IMPORT_NUMPY, command, interleave, ratio_line

__all__ = ["main"]

Line = tuple[str, bool]
Run = Callable[[], None]

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_IN_A_ROW = 100
# Live objects after `del` on a 50-op graph, with the collector off: what there is more than before.
_LEFT_OVER = """
import gc, refgrad
gc.disable()
x = refgrad.ones(4, 4).requires_grad_()
def graph():
    y = x
    for _ in range(50): y = (y * 1.5).relu() + 1
    y.sum()
    y.sum().backward()
    x.grad = None
graph()
before = len(gc.get_objects())
for _ in range(20): graph()
print(len(gc.get_objects()) - before)
"""


def chains(torch: ModuleType) -> dict[str, Run]:
    """Return, by operation, a function that runs a chain of them forward and backward on 4x4 float32."""
    x, w = (torch.ones(4, 4).requires_grad_() for _ in range(2))
    seed = torch.ones(4, 4)

    def chain(step: Callable[[Any], Any], count: int) -> Run:
        def run() -> None:
            y = x
            for _ in range(count):
                y = step(y)
            y.backward(seed)
            x.grad = w.grad = None

        return run

    steps: dict[str, Callable[[Any], Any]] = {
        "add": lambda y: y + w,
        "mul": lambda y: y * w,
        "relu": lambda y: y.relu(),
        "matmul": lambda y: y @ w,
    }
    runs = {name: chain(step, _IN_A_ROW) for name, step in steps.items()}
    runs["reshape"] = chain(lambda y: y.reshape(16).reshape(4, 4), _IN_A_ROW // 2)
    return runs


class Network:
    """A multi-layer perceptron 784-256-10 and a batch of 64."""

    def __init__(self, torch: ModuleType) -> None:
        nn: Any = torch.nn
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
        self.images, self.classes = torch.randn(64, 784), torch.randint(0, 10, (64,))
        self.criterion = nn.CrossEntropyLoss()

    def loss(self) -> Any:
        """Run forward."""
        return self.criterion(self.model(self.images), self.classes)

    def train(self, steps: int = 5) -> None:
        """Take steps of gradient descent."""
        for _ in range(steps):
            self.optimizer.zero_grad()
            self.loss().backward()
            self.optimizer.step()


def additions(torch: ModuleType, count: int, *, collect: bool) -> Run:
    """Return a function that adds `count` times, runs backward and deletes the graph, with the collector on or off."""

    def run() -> None:
        (gc.enable if collect else gc.disable)()
        try:
            x = torch.ones(()).requires_grad_()
            y = x
            for _ in range(count):
                y = y + x
            y.backward()
            del y
        finally:
            gc.enable()

    return run


def peak_of_refgrad(network: Network) -> int:
    """Return the most bytes of arrays that one backward pass has alive beyond what was there before."""
    network.train()
    network.optimizer.zero_grad()
    tracemalloc.start()
    try:
        loss = network.loss()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        loss.backward()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def peak_of_torch(torch: ModuleType, network: Network) -> int:
    """Return the same for torch, from each allocation that its profiler saw."""
    network.train()
    network.optimizer.zero_grad()
    loss = network.loss()
    profiler: Any = torch.profiler
    with profiler.profile(activities=[profiler.ProfilerActivity.CPU], profile_memory=True) as seen:
        loss.backward()
    alive = peak = 0
    events = [each for each in seen.profiler.kineto_results.events() if each.name() == "[memory]"]
    for event in sorted(events, key=lambda each: each.start_ns()):
        alive += event.nbytes()
        peak = max(peak, alive)
    return peak


def beside_torch(torch: ModuleType, refgrad: ModuleType, rounds: int) -> Iterator[Line]:
    """Compare speed and memory with torch's."""

    def ratio(ours: Run, theirs: Run) -> float:
        medians = interleave({"ours": ours, "theirs": theirs}, rounds)
        return medians["ours"] / medians["theirs"]

    theirs = chains(torch)
    for name, ours in chains(refgrad).items():
        yield ratio_line(f"{name}, 4x4, forward + backward / torch", ratio(ours, theirs[name]), 1.5)
    networks = Network(refgrad), Network(torch)
    yield ratio_line(
        "MLP 784-256-10, batch 64, SGD / torch", ratio(networks[0].train, networks[1].train), 1.0
    )
    for collect, limit in ((True, 3.0), (False, 1.5)):
        runs = (additions(each, 10_000, collect=collect) for each in (refgrad, torch))
        name = f"10,000 adds, forward + backward, gc {'on' if collect else 'off'} / torch"
        yield ratio_line(name, ratio(*runs), limit)
    peak = peak_of_refgrad(networks[0]) / peak_of_torch(torch, networks[1])
    yield ratio_line("peak bytes in backward of the MLP / torch", peak, 1.05)


def alone(refgrad: ModuleType, rounds: int) -> Iterator[Line]:
    """Check what needs no other engine: deep graphs, release, the import."""
    started = time.perf_counter()
    additions(refgrad, 1_000_000, collect=True)()
    print(f"a million adds, backward and deletion: {time.perf_counter() - started:.1f} s")
    left = subprocess.run([sys.executable, "-c", _LEFT_OVER], capture_output=True, text=True, check=True)
    yield ratio_line("objects alive after del of twenty 50-op graphs, gc off", float(left.stdout), 0)
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # both byte-compiled, as when installed; the warm-up does it
        compiled = ("env", "-u", "PYTHONDONTWRITEBYTECODE", f"PYTHONPYCACHEPREFIX={folder}")
        ours = command((*compiled, sys.executable, "-c", "import refgrad"))
        medians = interleave({"refgrad": ours, "numpy": command((*compiled, *IMPORT_NUMPY))}, rounds)
    yield ratio_line("import refgrad / import numpy", medians["refgrad"] / medians["numpy"], 1.3)


def main(rounds: int = 25) -> bool:
    """Print the table and return whether every limit holds."""
    os.environ.update(_ONE_THREAD)  # before the libraries are loaded, which read it once
    refgrad = importlib.import_module("refgrad")
    root = Path(str(refgrad.__file__)).parents[1]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    lines = []
    if importlib.util.find_spec("torch"):
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)
        lines += _shown(beside_torch(torch, refgrad, rounds))
    else:
        print("torch is not installed: no comparison with it.")
    lines += _shown(alone(refgrad, rounds))
    return all(lines)


def _shown(lines: Iterator[Line]) -> list[bool]:
    found = []
    for line, good in lines:
        print(line, flush=True)
        found.append(good)
    return found
