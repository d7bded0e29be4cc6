"""What refgrad costs on a GPU: beside itself on the CPU, and beside torch on the same GPU, where each is installed.

    python -m benchmarks.cuda

Needs CuPy and a GPU. Each thing runs until the GPU has done it, in rounds in which every engine runs once; the figures
are medians, by the clock. The first round, in which kernels are compiled, does not count.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import sys
from collections.abc import Callable
from typing import Any

import refgrad
from benchmarks.timing import interleave

__all__ = ["main"]

Run = Callable[[], object]
_IN_A_ROW, _RATE = 100, 0.01


def chain(torch: Any, where: str, step: Callable[[Any, Any], Any]) -> Run:
    """Return a hundred times an operation on 4x4 float32, forward and backward."""
    x, w = (torch.ones(4, 4, device=where).requires_grad_() for _ in range(2))

    def run() -> None:
        y = x
        for _ in range(_IN_A_ROW):
            y = step(y, w)
        y.sum().backward()
        x.grad = w.grad = None

    return run


def once(torch: Any, where: str, size: tuple[int, ...], step: Callable[[Any, Any], Any]) -> Run:
    """Return an operation on two large float32 tensors, forward and backward."""
    x, w = (torch.rand(*size, device=where).requires_grad_() for _ in range(2))

    def run() -> None:
        step(x, w).sum().backward()
        x.grad = w.grad = None

    return run


def network(torch: Any, where: str, sizes: tuple[int, ...], batch: int) -> Run:
    """Return one step of gradient descent on a multi-layer perceptron."""
    nn = torch.nn
    layers: list[Any] = []
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Linear(a, b), nn.ReLU()]
    model = nn.Sequential(*layers[:-1]).to(where)
    inputs = torch.rand(batch, sizes[0], device=where)
    targets = torch.randint(sizes[-1], (batch,)).to(where)
    optimizer = torch.optim.SGD(model.parameters(), lr=_RATE)

    def run() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), targets).backward()
        optimizer.step()

    return run


Make = Callable[[Any, str], Run]


def _chained(step: Callable[[Any, Any], Any]) -> Make:
    return lambda torch, where: chain(torch, where, step)


def _large(size: tuple[int, ...], step: Callable[[Any, Any], Any]) -> Make:
    return lambda torch, where: once(torch, where, size, step)


def _trained(sizes: tuple[int, ...], batch: int) -> Make:
    return lambda torch, where: network(torch, where, sizes, batch)


# What is measured: how it is made for an engine on a device.
PROGRAMS: dict[str, Make] = {
    "add, a chain of 100 on 4x4": _chained(lambda y, w: y + w),
    "mul": _chained(lambda y, w: y * w),
    "relu": _chained(lambda y, w: y.relu()),
    "matmul": _chained(lambda y, w: y @ w),
    "add, 10^7 elements": _large((10**7,), lambda x, w: x + w),
    "mul, 10^7 elements": _large((10**7,), lambda x, w: x * w),
    "exp, 10^7 elements": _large((10**7,), lambda x, w: x.exp()),
    "softmax, 10^4 x 10^3": _large((10**4, 10**3), lambda x, w: x.softmax(1)),
    "matmul, 4096x4096": _large((4096, 4096), lambda x, w: x @ w),
    "MLP 784-256-10, batch 64": _trained((784, 256, 10), 64),
    "MLP 4096-4096-4096-10, batch 1024": _trained((4096, 4096, 4096, 10), 1024),
}


def finished(run: Run, torch: Any) -> Run:
    """Return the same until the GPU has done it."""

    def whole() -> None:
        run()
        torch.cuda.synchronize()

    return whole


def main(rounds: int = 7) -> int:
    """Print the table; 2 where there is no GPU."""
    if not refgrad.cuda.is_available():
        print("benchmarks.cuda needs CuPy and a GPU; neither tensors nor figures are here without them")
        return 2
    print(f"{refgrad.cuda.get_device_name()}; milliseconds, medians of {rounds} rounds")
    engines: dict[str, tuple[Any, str]] = {
        "refgrad, GPU": (refgrad, "cuda"),
        "refgrad, CPU": (refgrad, "cpu"),
    }
    if importlib.util.find_spec("torch") is not None:
        torch = importlib.import_module("torch")
        if torch.cuda.is_available():
            engines["torch, GPU"] = torch, "cuda"
            print(f"torch {torch.__version__}")
    print(f"{'':<36}" + "".join(f"{name:>15}" for name in engines) + f"{'/ CPU':>9}{'/ torch':>9}")
    for name, make in PROGRAMS.items():
        things = {
            engine: finished(make(library, where), library) for engine, (library, where) in engines.items()
        }
        seconds = interleave(things, rounds)
        own = seconds["refgrad, GPU"]
        line = f"{name:<36}" + "".join(f"{1000 * each:>15.3f}" for each in seconds.values())
        line += f"{own / seconds['refgrad, CPU']:>9.2f}"
        if "torch, GPU" in seconds:
            line += f"{own / seconds['torch, GPU']:>9.2f}"
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
