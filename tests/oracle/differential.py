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

Pick = Callable[[Sequence[Any]], Any]

SHAPES = [
    "()",
    "(3,)",
    "(1,)",
    "(2, 3)",
    "(2, 1)",
    "(1, 3)",
    "(3, 3)",
    "(0,)",
    "(0, 3)",
    "(2, 2, 3)",
    "(2, 3, 1)",
]
FLOATS = ["float32", "float32", "float32", "float64", "float16"]
OTHERS = ["int64", "int64", "int32", "uint8", "bool", "int8"]
LAYOUTS = [
    "",
    "",
    "",
    ".t()",
    ".transpose(0, -1)",
    ".flip(0)",
    "[..., ::2]",
    ".expand(2, 2, 3)",
    ".unsqueeze(0)",
    "[1:]",
]
DIMS = ["", "0", "-1", "1", "(0, 1)", "0, keepdim=True", "-1, keepdim=True", "2", "-3"]
DIM = ["0", "-1", "1", "2", "-2"]
NUMBERS = ["2", "0.5", "-1", "0", "True", "3.0", "-2.5", "1e-3"]

UNARY = [
    "{a}.exp()",
    "{a}.neg()",
    "-{a}",
    "{a}.abs()",
    "{a}.relu()",
    "{a}.sigmoid()",
    "{a}.tanh()",
    "{a}.sqrt()",
    "{a}.log()",
    "{a}.sin()",
    "{a}.cos()",
    "{a}.square()",
    "{a}.reciprocal()",
    "{a}.sign()",
    "{a}.floor()",
    "{a}.ceil()",
    "{a}.round()",
    "{a}.trunc()",
    "{a}.clone()",
    "{a}.detach()",
    "{a}.contiguous()",
    "{a}.float()",
    "{a}.double()",
    "{a}.half()",
    "{a}.long()",
    "{a}.bool()",
    "~{a}",
    "{a}.isnan()",
    "{a}.log1p()",
    "{a}.expm1()",
    "{a}.rsqrt()",
    "{a}.erf()",
    "{a}.atan()",
    "{a}.sinh()",
    "{a}.cosh()",
    "{a}.logical_not()",
    "{a}.int()",
    "torch.zeros_like({a})",
    "torch.ones_like({a})",
    "{a}.to(torch.float64)",
    "{a}.type(torch.int32)",
    "{a}.data",
    "{a}.frac()",
]
BINARY = [
    "{a} + {b}",
    "{a} - {b}",
    "{a} * {b}",
    "{a} / {b}",
    "{a} ** {b}",
    "{a} // {b}",
    "{a} % {b}",
    "torch.maximum({a}, {b})",
    "torch.minimum({a}, {b})",
    "torch.atan2({a}, {b})",
    "{a} < {b}",
    "{a} == {b}",
    "{a} >= {b}",
    "{a} != {b}",
    "{a} & {b}",
    "{a} ",
    " {b}",
    "{a} + {n}",
    "{n} - {a}",
    "{a} * {n}",
    "{n} / {a}",
    "{a} / {n}",
    "{a} ** {n}",
    "{n} ** {a}",
    "{a} > {n}",
    "{a} // {n}",
    "{a} % {n}",
    "{a}.add({b}, alpha={n})",
    "torch.where({a} > 0, {a}, {b})",
    "torch.where({b} > {n}, {a}, {n})",
    "{a}.masked_fill({b} > 0, {n})",
    "{a}.clamp({n})",
    "{a}.clamp(max={n})",
    "{a}.clamp(-1, 1)",
    "{a}.lerp({b}, 0.25)",
    "torch.logaddexp({a}, {b})",
    "{a}.expand_as({b})",
    "{a}.view_as({b})",
    "{a}.type_as({b})",
    "torch.addcmul({a}, {a}, {b})",
]
REDUCED = [
    "{a}.sum({d})",
    "{a}.mean({d})",
    "{a}.amax({d})",
    "{a}.amin({d})",
    "{a}.logsumexp({d})",
    "{a}.std({d})",
    "{a}.var({d})",
    "{a}.all({d})",
    "{a}.any({d})",
    "{a}.norm()",
    "{a}.max()",
    "{a}.min()",
    "{a}.prod()",
    "{a}.max({i})[0]",
    "{a}.min({i})[1]",
    "{a}.prod({i})",
    "{a}.cumsum({i})",
    "{a}.cumprod({i})",
    "{a}.softmax({i})",
    "{a}.log_softmax({i})",
    "{a}.argmax({i})",
    "{a}.argmin()",
    "{a}.median()",
    "{a}.sort({i})[0]",
    "{a}.topk(1, {i})[0]",
    "{a}.var(unbiased=False)",
    "{a}.count_nonzero()",
    "{a}.nansum()",
]
VIEWS = [
    "{a}.t()",
    "{a}.T",
    "{a}.transpose(0, {i})",
    "{a}.permute(1, 0)",
    "{a}.permute(-1, 0, 1)",
    "{a}.view(-1)",
    "{a}.view(3, 2)",
    "{a}.reshape(-1)",
    "{a}.reshape(3, -1)",
    "{a}.squeeze()",
    "{a}.squeeze({i})",
    "{a}.unsqueeze({i})",
    "{a}.expand(2, 3)",
    "{a}.expand(2, -1, 3)",
    "{a}[0]",
    "{a}[-1]",
    "{a}[..., 1]",
    "{a}[:, 1:]",
    "{a}[::2]",
    "{a}[None]",
    "{a}[1:, ..., :2]",
    "{a}[5]",
    "{a}.narrow({i}, 0, 1)",
    "{a}.select({i}, 0)",
    "{a}.unbind({i})[0]",
    "{a}.split(2, {i})[-1]",
    "{a}.chunk(2, {i})[0]",
    "{a}.flatten()",
    "{a}.flatten(1)",
    "{a}.diagonal()",
    "{a}.movedim(0, -1)",
    "{a}.swapaxes(0, 1)",
    "{a}.ravel()",
    "{a}.repeat(2, 1)",
    "{a}.unfold(0, 2, 1)",
    "{a}.as_strided((2,), (1,))",
    "{a}.tril()",
    "{a}.triu(1)",
    "{a}.roll(1, 0)",
    "{a}.flip({i})",
    "{a}.mT",
]
PICKED = [
    "{a}[{b} > 0]",
    "{a}[torch.tensor([0, -1])]",
    "{a}[[0, 0]]",
    "{a}[:, [0, 1]]",
    "{a}[torch.tensor([True, False])]",
    "{a}.index_select({i}, torch.tensor([0, 0]))",
    "{a}.gather({i}, torch.zeros_like({a}, dtype=torch.int64))",
    "{a}.masked_select({b} > 0)",
    "torch.cat([{a}, {b}], {i})",
    "torch.stack([{a}, {b}], {i})",
    "torch.cat([{a}, {a}])",
    "{a}.take(torch.tensor([0, 1]))",
    "{a}.nonzero()",
    "torch.stack([{a}, {a}], {i})",
    "{a}[{b}.long() * 0]",
    "{a}.scatter({i}, torch.zeros_like({a}, dtype=torch.int64), {n})",
    "{a}.repeat_interleave(2)",
]
PRODUCTS = [
    "{a} @ {b}",
    "{a} @ {b}.mT",
    "{a}.mm({b})",
    "{a}.matmul({b})",
    "torch.dot({a}, {b})",
    "{a}.mv({b})",
    "torch.outer({a}, {b})",
    "torch.bmm({a}, {b})",
    "torch.addmm({a}, {a}, {b})",
]
IN_PLACE = [
    "{a}.add_({b})",
    "{a}.sub_({n})",
    "{a}.mul_({b})",
    "{a}.mul_({n})",
    "{a}.div_({n})",
    "{a}.zero_()",
    "{a}.fill_({n})",
    "{a}.copy_({b})",
    "{a}.clamp_(-1, 1)",
    "{a}.relu_()",
    "{a}.exp_()",
    "{a}.neg_()",
    "{a}.sqrt_()",
    "{a}.tanh_()",
    "{a}.sigmoid_()",
    "{a}.pow_(2)",
    "{a}[0] = {n}",
    "{a}[0] = {b}",
    "{a}[{b} > 0] = {n}",
    "{a}[..., 1:] = {b}",
    "{a}[:] = {b}",
    "{a}[torch.tensor([0, 0])] += 1",
    "{a} += {b}",
    "{a} *= {n}",
    "{a}.masked_fill_({b} > 0, {n})",
    "{a}.detach_()",
    "{a}.requires_grad_()",
    "{a}.data.mul_(2)",
    "{a}.t().mul_({n})",
    "{a}.view(-1)[0] = {n}",
    "{a}[0].add_({n})",
    "{a}.index_add_(0, torch.tensor([0]), {b}[:1])",
    "{a}.index_fill_(0, torch.tensor([0]), {n})",
    "{a}.unsqueeze_(0)",
    "{a}.squeeze_()",
    "{a}.transpose_(0, -1)",
    "torch.no_grad()(lambda: {a}.add_({n}))()",
    "{a}.fill_diagonal_({n})",
    "{a}.scatter_(0, {b}.long() * 0, {n})",
]
FAMILIES = [UNARY, BINARY, BINARY, REDUCED, VIEWS, VIEWS, PICKED, PRODUCTS, IN_PLACE]


def build(pick: Pick) -> list[str]:
    """Return the lines of a program; `pick` chooses one of a sequence, the simplest first."""
    lines = []
    for index in range(pick([1, 2, 3])):
        kind = pick([*FLOATS, *OTHERS])
        numbers = f"fill({pick(SHAPES)}, {index + pick([0, 1, 2])}, '{kind}')"
        leaf = kind in FLOATS and pick([True, True, False])
        lines.append(f"a{index} = {numbers}{'.requires_grad_()' if leaf else ''}")
        if layout := pick(LAYOUTS):
            lines.append(f"a{index} = a{index}{layout}")
    names = [f"a{index}" for index in range(index + 1)]
    for _ in range(pick([1, 2, 3, 4, 5, 6])):
        family = pick(FAMILIES)
        template = pick(family)
        text = template.format(a=pick(names[::-1]), b=pick(names), n=pick(NUMBERS), d=pick(DIMS), i=pick(DIM))
        if family is IN_PLACE:
            lines.append(text)
        else:
            names.append(f"a{len(names)}")
            lines.append(f"{names[-1]} = {text}")
    return lines


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
        return (
            engine.autograd.grad(total, leaves, allow_unused=True, retain_graph=True)
            if total != 0
            else ()
        )

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
