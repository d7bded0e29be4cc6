"""Run a random program on torch or on an engine that stands in for it, and keep everything that shows.

What shows of a line is a list of `(aspect, what)`: error, warnings, dtype, sizes, strides, flags, version, node, the
node's edges, values. Two engines are compared aspect by aspect, so that a difference has a name.
"""

from __future__ import annotations

import copy
import pickle
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Seen = list[tuple[str, Any]]
_NOT_OURS = re.compile(
    r"0x[0-9a-f]{6,}|\s*\((?:Triggered|function) internally.*|\nException raised from.*", re.DOTALL
)
# What a method is said to belong to changes in torch with what was imported before.
_BASE = re.compile(r"\b_?TensorBase\.")
_NAME = re.compile(r"a\d+")


def observe(lines: Sequence[str], engine: Any) -> list[tuple[str, Seen]]:
    """Run a program; return what each line shows, every tensor at the end, and gradients of first and second order."""
    space = space_of(engine)
    found = []
    for line in lines:
        name = _NAME.match(line)
        error = _attempt(lambda line=line: exec(line, space))
        shows = (
            error
            if error and error[0][0] == "error"
            else error + _shown(engine, space.get(name[0] if name else ""))
        )
        found.append((line, shows))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _names(space):
            found.append((f"{name}, at the end", _shown(engine, space[name], values=False)))
        found += _gradients(engine, space)
    return found


def space_of(engine: Any) -> dict[str, Any]:
    """Return the names that a program may use."""

    def fill(shape: tuple[int, ...], seed: int, kind: str) -> Any:
        numbers = np.random.RandomState(seed).randint(-6, 7, shape) / 4
        if not numbers.size:  # NumPy forgets the strides of an empty array, torch takes them over
            return engine.zeros(shape, dtype=getattr(engine, kind))
        if kind == "bool":
            return engine.tensor(numbers > 0)
        wide = np.abs(numbers * 4) if kind == "uint8" else numbers * 4 if "int" in kind else numbers
        if "complex" in kind:
            wide = numbers + 1j * np.flip(numbers)
        return engine.tensor(wide).to(getattr(engine, kind))

    def given(layer: Any) -> Any:
        """Fill a layer's parameters with numbers that are the same on both engines."""
        with engine.no_grad():
            for at, each in enumerate(layer.parameters() if isinstance(layer, engine.nn.Module) else ()):
                each.copy_(fill(tuple(each.shape), at, "float64"))
        return layer

    nn = engine.nn
    modules = {"torch": engine, "nn": nn, "F": nn.functional, "copy": copy, "pickle": pickle}
    return {**modules, "fill": fill, "given": given}


def _names(space: dict[str, Any]) -> list[str]:
    return sorted((name for name in space if _NAME.fullmatch(name)), key=lambda name: int(name[1:]))


def _attempt(action: Callable[[], Any]) -> Seen:
    """Do something; return its error, or its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            action()
        except Exception as error:
            return [("error", type(error).__name__), ("error text", plain(str(error)))]
    texts = [f"{each.category.__name__}: {plain(str(each.message))}" for each in caught]
    # What NumPy says about torch's own age is none of ours.
    return [("warnings", [text for text in dict.fromkeys(texts) if "__array" not in text])]


def plain(text: str) -> str:
    """Return a text without addresses, internal places and the engine's own name."""
    return _BASE.sub("Tensor.", _NOT_OURS.sub("", text)).replace("refgrad", "torch")


def _shown(engine: Any, value: Any, *, values: bool = True, made: bool = True) -> Seen:
    """Return what shows of a value; of a gradient (`made` false) its node but not how it was made."""
    if isinstance(value, engine.Tensor):
        try:
            return _tensor(value, values, made)
        except RuntimeError as error:  # a view that must not be used any more
            return [("error", type(error).__name__), ("error text", plain(str(error)))]
    if isinstance(value, tuple | list) and any(isinstance(each, engine.Tensor) for each in value):
        parts = [_shown(engine, each, values=values, made=made) for each in value]
        return [
            ("kind", type(value).__name__),
            ("count", len(parts)),
            *(pair for part in parts for pair in part),
        ]
    if isinstance(value, np.ndarray | float):
        return [("kind", type(value).__name__), ("values", np.asarray(value).copy())]
    return [("kind", type(value).__name__), ("text", _text(value))]


def _text(value: Any) -> str:
    try:
        return plain(str(value))
    except RecursionError:  # a layer that was added to itself
        return "RecursionError"


def _tensor(value: Any, values: bool, made: bool) -> Seen:
    node = value.grad_fn
    # The stride of a dimension of size 1 means nothing.
    steps = [
        step for step, size in zip(value.stride(), value.shape, strict=True) if size > 1 and value.numel()
    ]
    found: Seen = [
        ("kind", type(value).__name__),
        ("dtype", str(value.dtype)),
        ("sizes", tuple(value.shape)),
    ]
    if values:  # before what only shows how the tensor was made
        half = str(value.dtype) == "torch.complex32"  # NumPy does not know it
        found.append(("values", (value.detach().cfloat() if half else value.detach().clone()).numpy()))
    found += [
        ("strides", steps),
        ("requires_grad", value.requires_grad),
        ("is_leaf", value.is_leaf),
        ("node", None if node is None else node.name()),
        ("output_nr", value.output_nr),
        ("bits", (value.is_conj(), value.is_neg())),
    ]
    if made:
        edges = [] if node is None else _edges(node)
        found += [("edges", edges), ("is view", value._is_view()), ("version", value._version)]
    return found


def _edges(node: Any) -> list[Any]:
    return [None if to is None else (to.name(), output) for to, output in node.next_functions]


def _usable(value: Any) -> bool:
    """Tell whether autograd still knows the node of a value: not of a view that must not be used any more."""
    try:
        return bool(value.is_leaf) or value.grad_fn is not None
    except RuntimeError:
        return False


def _gradients(engine: Any, space: dict[str, Any]) -> Iterator[tuple[str, Seen]]:
    tensors = [space[name] for name in _names(space)]
    tensors = [value for value in tensors if isinstance(value, engine.Tensor) and _usable(value)]
    leaves = [value for value in tensors if value.requires_grad and value.is_leaf]
    made = [value for value in tensors if value.grad_fn is not None]
    if not leaves or not made:
        return
    last, results = made[-1], {}

    def take(name: str, action: Callable[[], Any]) -> tuple[str, Seen]:
        error = _attempt(lambda: results.update({name: action()}))
        return name, error if name not in results else _shown(engine, results[name], made=False)

    yield take(
        "gradient",
        lambda: engine.autograd.grad(
            last, leaves, engine.ones_like(last), allow_unused=True, create_graph=True
        ),
    )
    if "gradient" in results:
        total = [
            (grad * grad).sum() for grad in results["gradient"] if grad is not None and grad.requires_grad
        ]
        yield take(
            "second gradient",
            lambda: (
                engine.autograd.grad(sum(total), leaves, allow_unused=True, retain_graph=True)
                if total
                else (None,) * len(leaves)
            ),
        )
    yield "backward", _attempt(lambda: last.backward(engine.ones_like(last)))
    for at, leaf in enumerate(leaves):
        yield f"grad of leaf {at}", _shown(engine, leaf.grad, made=False)
