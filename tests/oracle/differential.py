"""Random programs that torch and refgrad must agree on: values, dtypes, layouts, flags, nodes, gradients, errors.

A program is a list of lines of Python over the names `a0, a1, ...`. A line that raises is an observation like any
other: both engines must raise the same, and the program goes on.

    python tests/oracle/differential.py --count 100000 --seed 0

runs many by hand where torch is installed; a program on which the engines differ is cut down and printed.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from random_programs import build

# ---- running and seeing -----------------------------------------------------------------------------------------


def _space(engine: ModuleType) -> dict[str, Any]:
    def fill(shape: tuple[int, ...], seed: int, kind: str) -> Any:
        numbers = np.random.RandomState(seed).randint(-6, 7, shape) / 4
        if kind == "bool":
            return engine.tensor(numbers > 0)
        return engine.tensor(
            np.abs(numbers * 4) if kind == "uint8" else numbers * 4 if "int" in kind else numbers
        ).to(getattr(engine, kind))

    return {"torch": engine, "fill": fill}


def _seen(engine: ModuleType, value: Any, *, made: bool = True) -> Any:
    """Return what shows of a value; of a gradient (`made` false) not its version, nor whether it is a view."""
    if not isinstance(value, engine.Tensor):
        return ("value", type(value).__name__, str(value))
    node = value.grad_fn
    flags = (value.requires_grad, value.is_leaf, value.output_nr)
    if made:
        flags += (value._is_view(), value._version)
    # The stride of a dimension of size 1 means nothing.
    steps = [
        step for step, size in zip(value.stride(), value.shape, strict=True) if size > 1 and value.numel()
    ]
    shape = (str(value.dtype), tuple(value.shape), steps)
    return (
        "tensor",
        shape,
        flags,
        None if node is None else node.name(),
        value.detach().numpy(force=True).copy(),
    )


def _attempt(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Exception as error:
        return (
            "error",
            type(error).__name__,
            re.sub(r"0x[0-9a-f]+|\s*\(Triggered internally.*", "", str(error)),
        )


def observe(lines: Sequence[str], engine: ModuleType) -> list[Any]:
    """Run a program and return what each line shows, and then the gradients, first and second order."""
    space = _space(engine)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for line in lines:
            error = _attempt(lambda line=line: exec(line, space))
            name = re.match(r"a\d+", line)
            target = space.get(name[0]) if name else None
            found.append(error or _attempt(lambda target=target: _seen(engine, target)))
        found += _gradients(engine, space)
    return found


def _gradients(engine: ModuleType, space: dict[str, Any]) -> list[Any]:
    tensors = [value for name, value in sorted(space.items()) if re.fullmatch(r"a\d+", name)]
    tensors = [value for value in tensors if isinstance(value, engine.Tensor)]
    leaves = [
        value
        for value in tensors
        if _attempt(lambda value=value: value.requires_grad and value.is_leaf) is True
    ]
    made = [value for value in tensors if _attempt(lambda value=value: value.grad_fn is not None) is True]
    if not leaves or not made:
        return []
    last = made[-1]

    def once() -> Any:
        return engine.autograd.grad(
            last, leaves, engine.ones_like(last), allow_unused=True, create_graph=True
        )

    def twice(grads: Any) -> Any:
        total = sum((grad * grad).sum() for grad in grads if grad is not None and grad.requires_grad)
        return engine.autograd.grad(total, leaves, allow_unused=True, retain_graph=True) if total != 0 else ()

    first = _attempt(once)
    second = None if _is_error(first) else _attempt(lambda: twice(first))
    third = _attempt(lambda: last.backward(engine.ones_like(last)))
    grads = [_attempt(lambda leaf=leaf: _seen(engine, leaf.grad, made=False)) for leaf in leaves]
    return [_plain(engine, first), _plain(engine, second), third, *grads]


def _is_error(value: Any) -> bool:
    return (
        isinstance(value, tuple) and len(value) > 0 and value[0] == "error"
        if not _has_tensors(value)
        else False
    )


def _has_tensors(value: Any) -> bool:
    return isinstance(value, tuple) and any(hasattr(each, "grad_fn") for each in value)


def _plain(engine: ModuleType, value: Any) -> Any:
    if _has_tensors(value):
        return ("grads", [None if each is None else _seen(engine, each, made=False) for each in value])
    return value


def differ(ours: Any, theirs: Any) -> str:
    """Return how two observations differ, or nothing."""
    if isinstance(theirs, np.ndarray) and isinstance(ours, np.ndarray):
        return "" if _close(ours, theirs) else f"values {theirs.tolist()} but {ours.tolist()}"
    if isinstance(theirs, list | tuple) and isinstance(ours, list | tuple) and len(ours) == len(theirs):
        return next((found for a, b in zip(ours, theirs, strict=True) if (found := differ(a, b))), "")
    return "" if ours == theirs else f"{theirs!r} but {ours!r}"


def _close(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> bool:
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return False
    if theirs.dtype.kind != "f" or not theirs.size:
        return bool((ours == theirs).all())
    slack = {2: 2e-2, 4: 1e-4, 8: 1e-9}[theirs.itemsize]
    finite = np.abs(theirs[np.isfinite(theirs)]).astype(np.float64)
    scale = float(finite.max(initial=0.0))
    wide, narrow = ours.astype(np.float64), theirs.astype(np.float64)
    return bool(np.allclose(wide, narrow, rtol=slack, atol=slack * max(scale, 1e-2), equal_nan=True))


def compare(lines: Sequence[str], ours: ModuleType, theirs: ModuleType) -> str:
    """Return where and how the engines differ on a program, or nothing."""
    expected, found = observe(lines, theirs), observe(lines, ours)
    labels = [*lines, "grad", "second grad", "backward", *["leaf.grad"] * len(expected)]
    for label, a, b in zip(labels, found, expected, strict=False):
        if text := differ(a, b):
            return f"{label}: {text}"
    return "" if len(expected) == len(found) else "gradients of different leaves"


# ---- by hand ----------------------------------------------------------------------------------------------------


def reduced(lines: list[str], ours: ModuleType, theirs: ModuleType) -> list[str]:
    """Leave out lines for as long as the engines still differ in the same way."""

    def kind(text: str) -> str:
        return re.sub(r"a\d+|[-\d.]+", "", text)[:60]

    wanted = kind(compare(lines, ours, theirs))
    index = 0
    while index < len(lines):
        shorter = lines[:index] + lines[index + 1 :]
        if shorter and kind(compare(shorter, ours, theirs)) == wanted:
            lines = shorter
        else:
            index += 1
    return lines


def main() -> None:
    """Run programs by seed, print each new kind of difference once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "reference"))
    ours, theirs = importlib.import_module("refgrad"), importlib.import_module("torch")
    kinds: Counter[str] = Counter()
    for seed in range(options.seed, options.seed + options.count):
        lines = build(random.Random(seed).choice)
        if text := compare(lines, ours, theirs):
            kind = re.sub(r"a\d+ = |[-\d.]+", "", text)[:50]
            kinds[kind] += 1
            if kinds[kind] == 1:
                lines = reduced(lines, ours, theirs)
                print(
                    f"# seed {seed}\n" + "\n".join(lines) + f"\n# {compare(lines, ours, theirs)[:400]}\n",
                    flush=True,
                )
    print(f"{options.count} programs, {sum(kinds.values())} differ in {len(kinds)} ways")


if __name__ == "__main__":
    main()
