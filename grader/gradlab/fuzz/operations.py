"""Moves that compute: leaves, arithmetic, functions, reductions, matrices, shapes, indexing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from gradlab.fuzz.draft import Draft, Item
from gradlab.fuzz.moves import Move
from gradlab.program import Glob

__all__ = ["ARITHMETIC", "MOVES", "NUMBERS", "constant", "cut", "derived", "leaf", "turn"]

SHAPES: tuple[tuple[int, ...], ...] = (
    *[(), (3,), (2, 3)] * 3,
    *[(2,), (1,), (3, 2), (2, 2), (1, 3), (3, 1)] * 2,
    *[(4,), (3, 3), (1, 1), (2, 1, 3), (2, 2, 2), (2, 3, 4), (4, 6), (2, 6)],
)
NUMBERS = (2.0, 0.5, -1.0, 3.0, -0.5, 1.5)
TINY = 1e-3  # nearer to a kink or a pole than this, the last bit of a number would decide
ARITHMETIC = ("add", "sub", "mul", "truediv")
# Methods without an argument that every right engine computes alike: what they save, and where they may be applied.
UNARY: dict[str, tuple[bool | None, Callable[[np.ndarray[Any, Any]], Any]]] = {
    "exp": (True, lambda a: a < 4.0),
    "log": (True, lambda a: a > 0.05),
    "sqrt": (True, lambda a: a > 0.05),
    "tanh": (True, lambda a: a == a),
    "sigmoid": (True, lambda a: a == a),
    "relu": (True, lambda a: abs(a) > TINY),
    "abs": (None, lambda a: abs(a) > TINY),
    "sin": (None, lambda a: a == a),
    "cos": (None, lambda a: a == a),
}
# Public names that are no function of one tensor, though they can be called with one.
NO_FUNCTION = frozenset({"tensor", "no_grad", "enable_grad", "zeros", "ones", "manual_seed", "is_tensor"})


# --- leaves ------------------------------------------------------------------------------------------------------
def leaf(draft: Draft, shape: tuple[int, ...] | None = None, wanted: bool | None = None) -> Item | None:
    """Make a tensor from numbers. `wanted`: whether it requires a gradient."""
    rng = draft.rng
    shape = rng.choice(SHAPES) if shape is None else shape
    low, high = rng.choice([(-2.0, 2.0), (-2.0, 2.0), (0.2, 2.0)])
    values = np.array([_number(draft, low, high) for _ in range(int(np.prod(shape)))]).reshape(shape)
    wanted = draft.chance(0.75) if wanted is None else wanted
    marks = draft.array(values.astype(_dtype(draft)))
    keywords = {"requires_grad": True} if wanted and draft.has("tensor:requires_grad") else {}
    item = draft.make("call", "", Glob("torch.tensor"), marks, **keywords)
    if item is not None:
        item.settled = True
    return item


def _number(draft: Draft, low: float, high: float) -> float:
    """Return a number with one or two digits; sometimes 0, where low is not above it."""
    if low < 0 and draft.chance(0.06):
        return 0.0
    number = round(draft.rng.uniform(low, high), draft.rng.choice([1, 1, 2]))
    return number or 0.3


def _dtype(draft: Draft) -> str:
    found = sorted(name for name in draft.surface.dtypes if name.startswith("float"))
    return draft.rng.choice(found) if found else "float64"


def constant(draft: Draft, shape: tuple[int, ...]) -> Item | None:
    """Make a tensor that requires no gradient."""
    return leaf(draft, shape, wanted=False)


def _new_leaf(draft: Draft) -> None:
    leaf(draft)


# --- arithmetic --------------------------------------------------------------------------------------------------
def _arithmetic(draft: Draft) -> None:
    name = draft.rng.choice([name for name in ARITHMETIC if draft.has(f"Tensor.__{name}__")])
    if not (items := draft.fresh()):
        return
    left = draft.pick(items)
    number = draft.rng.choice(NUMBERS)
    numbers = draft.asked.numbers
    if numbers and draft.has(f"Tensor.__r{name}__") and draft.chance(0.15):
        if name != "truediv" or abs(left.array).min(initial=1.0) > 0.1:
            derived(draft, "op", name, number, left, saves=_saves(name, None, left))
        return
    if numbers and draft.chance(0.2):
        derived(draft, "op", name, left, number, saves=_saves(name, left, None))
        return
    right = _partner(draft, left)
    if right is None or (name == "truediv" and abs(right.array).min(initial=1.0) < 0.1):
        return
    if draft.chance(0.3):
        left, right = right, left
        if name == "truediv" and abs(right.array).min(initial=1.0) < 0.1:
            return
    derived(draft, "op", name, left, right, saves=_saves(name, left, right))


def _saves(name: str, left: Item | None, right: Item | None) -> bool | None:
    """Say whether every right engine saves something for this operation, none does, or that is its own business."""
    if name == "add":
        return False
    if name in ("mul", "truediv") and left is not None and right is not None:
        return True if left.requires_grad and right.requires_grad else None
    return None


def _partner(draft: Draft, item: Item) -> Item | None:
    """Return a tensor whose shape goes with that of `item`: itself, another one, or a new leaf."""
    if draft.chance(0.1):
        return item
    others = [other for other in draft.fresh() if _go_together(item.shape, other.shape)]
    if others and draft.chance(0.8):
        return draft.rng.choice(others)
    shape = list(item.shape)
    if shape and draft.chance(0.4):
        place = draft.rng.randrange(len(shape))
        shape = shape[place + 1 :] if draft.chance(0.5) else [*shape[:place], 1, *shape[place + 1 :]]
    elif draft.chance(0.3):
        shape = [2, *shape]
    return leaf(draft, tuple(shape))


def _go_together(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    pairs = zip(reversed(left), reversed(right), strict=False)
    return all(m == n or 1 in (m, n) for m, n in pairs)


def _negate(draft: Draft) -> None:
    if items := draft.fresh():
        derived(draft, "op", "neg", draft.pick(items))


def _power(draft: Draft) -> None:
    items = draft.fresh()
    exponent = draft.rng.choice([2, 3, 2.0, 0.5, -1, 1.5])
    if exponent != int(exponent) or exponent < 0:
        items = [item for item in items if item.array.min(initial=1.0) > 0.1]
    else:
        items = [item for item in items if abs(item.array).min(initial=1.0) > TINY]
    if items:
        derived(draft, "op", "pow", draft.pick(items), exponent, saves=True)


def _multiply_matrices(draft: Draft) -> None:
    left = draft.fresh(dims=2)
    if not left:
        return
    a = draft.pick(left)
    inner = a.shape[1]
    right = [item for item in draft.fresh() if item.array.ndim in (1, 2) and item.shape[0] == inner]
    b = draft.rng.choice(right) if right and draft.chance(0.6) else None
    b = b or leaf(draft, (inner,) if draft.chance(0.3) else (inner, draft.rng.choice([1, 2, 3])))
    if b is not None:
        derived(draft, "op", "matmul", a, b, saves=True if a.requires_grad and b.requires_grad else None)


# --- functions ---------------------------------------------------------------------------------------------------
def _function(draft: Draft) -> None:
    """Apply a function of one tensor: one that is known, or any that the surface names and that needs no more."""
    known = [name for name in UNARY if draft.has(f"Tensor.{name}")]
    others = _unknown(draft)
    if not known and not others:
        return
    if others and (not known or draft.chance(len(others) / (len(known) + len(others)))):
        if items := draft.fresh():
            how, name = draft.rng.choice(others)
            args = [Glob(f"torch.{name}")] if how == "call" else []
            derived(draft, how, "" if how == "call" else name, *args, draft.pick(items))
        return
    name = draft.rng.choice(known)
    saves, domain = UNARY[name]
    items = [item for item in draft.fresh() if bool(np.all(domain(item.array)))]
    if name == "relu":  # the numbers of a leaf are exact, and may be 0
        items += [item for item in draft.fresh() if item.is_leaf and item not in items]
    if items:
        derived(draft, "method", name, draft.pick(items), saves=saves)


def _unknown(draft: Draft) -> list[tuple[str, str]]:
    """Return further methods and functions of the surface that can be called with a tensor alone."""
    kind = getattr(draft.engine, "Tensor", None)
    found = []
    for entry in sorted(draft.surface.names):
        owner, _, name = entry.rpartition(".")
        if owner == "Tensor" and name not in UNARY and name not in ELSEWHERE and name[-1] != "_":
            if _needs(getattr(kind, name, None)) == 1:
                found.append(("method", name))
        elif not owner and name not in NO_FUNCTION and _needs(getattr(draft.engine, name, None)) == 1:
            found.append(("call", name))
    return found


def _needs(function: Any) -> int:
    """Return how many arguments a function needs; 0 for what is none."""
    if not inspect.isroutine(function):
        return 0
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.default is p.empty and p.kind in plain for p in parameters)


# Methods that have a move of their own, or that make no tensor.
ELSEWHERE = frozenset(
    {
        *("backward", "detach", "retain_grad", "register_hook", "requires_grad_"),
        *(
            "sum",
            "mean",
            "reshape",
            "view",
            "t",
            "transpose",
            "contiguous",
            "clone",
            "add",
            "sub",
            "mul",
            "div",
            "neg",
        ),
        *("stride", "is_contiguous", "item", "tolist", "numpy", "dim", "numel", "size"),
    }
)


# --- reductions --------------------------------------------------------------------------------------------------
def _reduce(draft: Draft) -> None:
    name = draft.rng.choice([name for name in ("sum", "mean") if draft.has(f"Tensor.{name}")])
    if not (items := draft.fresh()):
        return
    item = draft.pick(items)
    count = item.array.ndim
    keywords: dict[str, Any] = {}
    if count and draft.has(f"Tensor.{name}:dim") and draft.chance(0.6):
        dim: Any = draft.rng.randrange(-count, count)
        if count > 1 and draft.chance(0.2):
            dim = tuple(draft.rng.sample(range(count), 2))
        keywords["dim"] = dim
        if draft.has(f"Tensor.{name}:keepdim") and draft.chance(0.4):
            keywords["keepdim"] = True
    derived(draft, "method", name, item, saves=False if name == "sum" else None, **keywords)


# --- shapes ------------------------------------------------------------------------------------------------------
def _index(draft: Draft) -> None:
    items = [item for item in draft.fresh() if item.array.ndim]
    if not items:
        return
    item = draft.pick(items)
    if draft.asked.lists and draft.chance(0.2):
        index = [draft.rng.randrange(len(item.array)) for _ in range(draft.rng.randint(1, 4))]
        derived(draft, "op", "getitem", item, index)  # PyTorch saves the numbers
    else:
        cut(draft, item)


def cut(draft: Draft, item: Item) -> Item | None:
    """Take a part of a tensor that is laid out regularly in its memory."""
    shape = item.shape
    places = [_place(draft, length) for length in shape[: draft.rng.randint(1, len(shape))]]
    if draft.sees("aliasing") and all(type(place) is int for place in places) and len(places) == len(shape):
        return None  # a single element: an array of its own in one engine, a view in another
    made = derived(draft, "op", "getitem", item, tuple(places) if len(places) > 1 else places[0], saves=False)
    if made is not None:
        made.settled = item.settled
    return made


def _place(draft: Draft, length: int) -> Any:
    rng = draft.rng
    if draft.chance(0.35):
        return rng.randrange(-length, length)
    if draft.chance(0.3):
        return slice(None)
    first = rng.randrange(length)
    last = rng.choice([None, rng.randint(first + 1, length)])
    return slice(first or None, last, rng.choice([None, None, 2]))


def _transpose(draft: Draft) -> None:
    if items := [item for item in draft.fresh() if item.array.ndim > 1]:
        turn(draft, draft.pick(items))


def turn(draft: Draft, item: Item) -> Item | None:
    """Swap two dimensions of a tensor."""
    count = item.array.ndim
    if draft.has("Tensor.t") and count == 2 and (draft.chance(0.6) or not draft.has("Tensor.transpose")):
        made = derived(draft, "method", "t", item, saves=False)
    elif draft.has("Tensor.transpose"):
        dims = [dim - count * draft.chance(0.2) for dim in draft.rng.sample(range(count), 2)]
        made = derived(draft, "method", "transpose", item, *dims, saves=False)
    else:
        return None
    if made is not None:
        made.settled = item.settled
    return made


def derived(
    draft: Draft, op: str, name: str, *args: Any, saves: bool | None = None, **kwargs: Any
) -> Item | None:
    """Make a tensor from others. Its layout is settled if theirs are, and all of them lie in order."""
    made = draft.make(op, name, *args, saves=saves, **kwargs)
    if made is not None:
        inputs = [arg for arg in args if isinstance(arg, Item)]
        made.settled = all(item.settled and item.array.flags.c_contiguous for item in inputs)
    return made


def _has_arithmetic(draft: Draft) -> bool:
    return any(draft.has(f"Tensor.__{name}__") for name in ARITHMETIC)


def _has_reduction(draft: Draft) -> bool:
    return draft.has("Tensor.sum") or draft.has("Tensor.mean")


def _has_transpose(draft: Draft) -> bool:
    return draft.has("Tensor.t") or draft.has("Tensor.transpose")


MOVES = (
    Move(3, _new_leaf, lambda draft: draft.has("tensor")),
    Move(14, _arithmetic, _has_arithmetic),
    Move(2, _negate, lambda draft: draft.has("Tensor.__neg__")),
    Move(3, _power, lambda draft: draft.has("Tensor.__pow__")),
    Move(3, _multiply_matrices, lambda draft: draft.has("Tensor.__matmul__")),
    Move(
        7,
        _function,
        lambda draft: any(draft.has(f"Tensor.{name}") for name in UNARY) or bool(_unknown(draft)),
    ),
    Move(4, _reduce, _has_reduction),
    Move(4, _index, lambda draft: draft.has("Tensor.__getitem__")),
    Move(4, _transpose, _has_transpose),
)
