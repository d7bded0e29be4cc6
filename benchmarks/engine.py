"""What refgrad costs beside torch (CPU, one thread), HIPS autograd and MyGrad, in processor time, in the same run."""

from __future__ import annotations

import gc
import importlib
import math
import os
import platform
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.engines import Engine, Network, Run, TorchLike, find, numpy_engines
from benchmarks.timing import IMPORT_NUMPY, command, interleave, processor_time, ratio_line

__all__ = ["main"]

Line = tuple[str, bool]

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# Settings that choose another BLAS kernel than the processor's own: they would slow NumPy's engines, and not torch.
_FOREIGN_KERNEL = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
# What a single operation may take: of torch's time as the design fixes it, of the other NumPy engines' never more.
_OF_TORCH, _OF_NUMPY_ENGINES = 1.5, 1.0
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


def without_collector(run: Run) -> Run:
    """Return the same with the garbage collector off."""

    def quietly() -> None:
        gc.disable()
        try:
            run()
        finally:
            gc.enable()

    return quietly


def side_by_side(
    what: str, runs: Mapping[str, Run], rounds: int, limit: float, of_numpy_engines: float = math.inf
) -> Iterator[Line]:
    """Time the engines that are there and compare refgrad with each; `limit` is that beside torch."""
    medians = interleave(runs, rounds, processor_time)
    for name in runs:
        if name != "refgrad":
            allowed = limit if name == "torch" else of_numpy_engines
            yield ratio_line(f"{what} / {name}", medians["refgrad"] / medians[name], allowed)


def speed(engines: Mapping[str, Engine], rounds: int) -> Iterator[Line]:
    """Compare the time of single operations, of a network, and of a long sum."""
    chains = {name: engine.chains() for name, engine in engines.items()}
    for operation in chains["refgrad"]:
        runs = {name: each[operation] for name, each in chains.items()}
        what = f"{operation}, 4x4, forward + backward"
        yield from side_by_side(what, runs, rounds, _OF_TORCH, _OF_NUMPY_ENGINES)
    networks = {name: engine.train() for name, engine in engines.items()}
    yield from side_by_side("MLP 784-256-10, batch 64, SGD", networks, rounds, 1.0)
    sums = {name: engine.add(10_000) for name, engine in engines.items()}
    few = max(rounds // 10, 3)
    yield from side_by_side("10,000 adds, forward + backward, gc on", sums, few, 3.0)
    sums = {name: without_collector(run) for name, run in sums.items()}
    yield from side_by_side("10,000 adds, forward + backward, gc off", sums, few, 1.5)


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


def peak_of_torch(torch: Any, network: Network) -> int:
    """Return the same for torch, from each allocation that its profiler saw."""
    network.train()
    network.optimizer.zero_grad()
    loss = network.loss()
    profiler = torch.profiler
    with profiler.profile(activities=[profiler.ProfilerActivity.CPU], profile_memory=True) as seen:
        loss.backward()
    alive = peak = 0
    events = [each for each in seen.profiler.kineto_results.events() if each.name() == "[memory]"]
    for event in sorted(events, key=lambda each: each.start_ns()):
        alive += event.nbytes()
        peak = max(peak, alive)
    return peak


def memory(torch: Any, refgrad: Any) -> Iterator[Line]:
    """Compare the memory of a backward pass with torch's."""
    peak = peak_of_refgrad(Network(refgrad)) / peak_of_torch(torch, Network(torch))
    yield ratio_line("peak bytes in backward of the MLP / torch", peak, 1.05)


def alone(refgrad: TorchLike, rounds: int) -> Iterator[Line]:
    """Check what needs no other engine: deep graphs, release, the import."""
    started = processor_time()
    refgrad.add(1_000_000)()
    print(f"a million adds, backward and deletion: {processor_time() - started:.1f} s of processor time")
    left = subprocess.run([sys.executable, "-c", _LEFT_OVER], capture_output=True, text=True, check=True)
    yield ratio_line("objects alive after del of twenty 50-op graphs, gc off", float(left.stdout), 0)
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # both byte-compiled, as when installed; the warm-up does it
        compiled = ("env", "-u", "PYTHONDONTWRITEBYTECODE", f"PYTHONPYCACHEPREFIX={folder}")
        ours = command((*compiled, sys.executable, "-c", "import refgrad"))
        runs = {"refgrad": ours, "numpy": command((*compiled, *IMPORT_NUMPY))}
        medians = interleave(runs, rounds, processor_time)
    yield ratio_line("import refgrad / import numpy", medians["refgrad"] / medians["numpy"], 1.3)


def kernels() -> str:
    """Say which library multiplies NumPy's matrices, and with the kernel for which processor."""
    threadpoolctl = find("threadpoolctl")
    if threadpoolctl is None:
        return "unknown (threadpoolctl is not installed)"
    found = [each for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
    return ", ".join(
        f"{each['internal_api']} {each['version']} for {each.get('architecture', 'any processor')}"
        for each in found
    )


def main(rounds: int = 60) -> bool:
    """Print the table and return whether every limit holds."""
    for name in _FOREIGN_KERNEL:  # before the libraries are loaded, which read these once
        os.environ.pop(name, None)
    os.environ.update(_ONE_THREAD)
    refgrad = importlib.import_module("refgrad")
    root = Path(str(refgrad.__file__)).parents[1]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    ours = TorchLike(refgrad)
    engines: dict[str, Engine] = {"refgrad": ours}
    print(
        f"Python {platform.python_version()}, NumPy {metadata.version('numpy')}; BLAS of NumPy: {kernels()}"
    )
    torch = find("torch")
    if torch is not None:
        torch.set_num_threads(1)
        engines["torch"] = TorchLike(torch)
    engines.update({name: make() for name, make in numpy_engines().items() if find(name) is not None})
    for name in ("torch", *numpy_engines()):
        there = name in engines
        print(f"{name}: {metadata.version(name) if there else 'not installed, so not compared'}")
    lines = _shown(speed(engines, rounds))
    if torch is not None:
        lines += _shown(memory(torch, refgrad))
    lines += _shown(alone(ours, max(rounds // 3, 5)))
    return all(lines)


def _shown(lines: Iterator[Line]) -> list[bool]:
    found = []
    for line, good in lines:
        print(line, flush=True)
        found.append(good)
    return found
