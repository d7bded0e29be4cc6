"""What `grad_fn._saved_...` shows: the names that torch gives to what a node keeps, and the values under them.

A node keeps what its rules ask for, under the names of the rules (`graph.derivative`). Most are torch's. This table
says what goes by another name there, what torch derives from the same values, and what it does not keep at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .graph import FREED, PLAIN, Node
from .saved import SavedList, SavedTensor, unpack_one
from .tensor import Tensor, wrap

__all__ = ["raw_names", "raw_saved", "saved_value", "shown"]

# Where a shown value comes from: one of the names of the rules, or a function of the node.
Source = str | Callable[[Node], Any]


def _kept(node: Node, name: str) -> Any:
    """Return what the node keeps under a name of its rules."""
    return node.args[node.takes.index(name)]


def _from(name: str, part: Callable[[Any], Any]) -> Callable[[Node], Any]:
    """Return a source that is part of a plain value."""
    return lambda node: part(_kept(node, name))


def _sizes(operand: str) -> Callable[[Node], Any]:
    """Return a source: the sizes of a matrix operand, from the other end of the product it went into."""

    def find(node: Node) -> Any:
        at = node.inputs.index(operand)
        edge = node.edges[at]
        if edge is not None:
            return tuple(edge.metas[node.slots[at] if node.slots else 0][0])
        left = operand in ("self", "mat1")
        other = _sizes(node.inputs[at + 1 if left else at - 1])(node)
        rows, columns = node.metas[0][0]
        return (rows, other[0]) if left else (other[1], columns)

    return find


def _steps(operand: str, at: int) -> Callable[[Node], Any]:
    """Return a source: the strides of a matrix operand, in elements."""

    def find(node: Node) -> Any:
        if node.edges[node.inputs.index(operand)] is None:
            return ()
        return tuple([step // node.metas[0][1].itemsize for step in _kept(node, "strides")[at]])

    return find


def _is_training(node: Node) -> bool:
    """Return whether a batch was normalised by its own moments."""
    return "axes" in node.takes


_NUMEL = {"self_sym_numel": _from("shape", math.prod)}
_ALL_DIMS = {"dim": _from("dim", lambda dim: () if dim is None else dim)}
_ONE_DIM = {"dim": _from("dim", lambda dim: dim[0])}
_REDUCTION = {"reduction": _from("reduction", ("none", "mean", "sum").index)}
_DIAGONAL: dict[str, Source | None] = {"self_sym_sizes": _from("whole", lambda whole: whole[0])}
_MATRICES = {
    (left, right): {
        f"{left}_sym_sizes": _sizes(left),
        f"{left}_sym_strides": _steps(left, 0),
        f"{right}_sym_sizes": _sizes(right),
        f"{right}_sym_strides": _steps(right, 1),
    }
    for left, right in (("self", "mat2"), ("mat1", "mat2"))
}
_NO_SIZES: dict[str, Source | None] = {"self_sym_sizes": None}

_PART = {
    "start": _from("part", lambda part: part.start),
    "end": _from("part", lambda part: part.stop),
    "step": _from("part", lambda part: part.step or 1),
}

# Arguments that are numbers of any kind; other integers torch keeps without a sign.
_NUMBERS = {
    *(
        "alpha",
        "beta",
        "correction",
        "exponent",
        "input_scale",
        "max",
        "max_val",
        "maxnorm",
        "min",
        "min_val",
    ),
    *("negative_slope", "ord", "other", "p", "scale", "self", "threshold", "value", "weight"),
}

# What only refgrad keeps, in any kind of node.
_INTERNAL = {
    *(
        "axes",
        "chosen",
        "divisor",
        "factor",
        "factors",
        "kept",
        "kind",
        "mean",
        "part",
        "made",
        "places",
        "share",
        "shapes",
        "sizes",
        "slopes",
    ),
    *("rows", "strides", "vector", "weights", "whole"),
}

# By kind of node: torch's names, and where their values come from; None for what torch does not show.
_OTHERS: dict[str, dict[str, Any]] = {
    "MmBackward0": _MATRICES["self", "mat2"],
    "AddmmBackward0": _MATRICES["mat1", "mat2"],
    "MeanBackward0": _NUMEL,
    "MeanBackward1": _NUMEL,
    "AminmaxBackward0": {"dim": _from("dim", lambda dim: dim and dim[0])},
    "ProdBackward1": _ONE_DIM,
    "SortBackward0": {"keepdim": None},
    "TopkBackward0": {"keepdim": None},
    "CummaxBackward0": {"keepdim": None},
    "CumminBackward0": {"keepdim": None},
    "StdMeanBackward0": {"result": None, "result0": "result"},
    "LinalgSvdBackward0": {"S_sym_argsize_minus_1": lambda node: node.metas[1][0][-1]},
    "LuUnpackBackward0": {
        "LU_data_sym_argsize_minus_1": _from("shape", lambda shape: shape[1]),
        "LU_data_sym_argsize_minus_2": _from("shape", lambda shape: shape[0]),
        "self_sym_sizes": None,
    },
    "AddbmmBackward0": {
        "batch1_sym_argsize_0": _from("sizes", lambda sizes: sizes[0]),
        "batch1_sym_argsize_1": _from("sizes", lambda sizes: sizes[1]),
        "batch2_sym_argsize_2": _from("sizes", lambda sizes: sizes[2]),
    },
    "SliceBackward0": _PART,
    "SliceBackwardBackward0": {**_PART, **_NO_SIZES},
    "SelectBackwardBackward0": _NO_SIZES,
    "DiagonalBackward0": _DIAGONAL,
    "UnfoldBackward0": _DIAGONAL,
    "AsStridedBackward0": {
        "size": _from("part", lambda part: part[0]),
        "stride": _from("part", lambda part: part[1]),
    },
    "FlipBackward0": _NO_SIZES,
    "MultiMarginLossBackward0": _REDUCTION,
    "MultilabelMarginLossBackward0": _REDUCTION,
    "SoftMarginLossBackward0": _REDUCTION,
    "Im2ColBackward0": {
        "self_sym_sizes": None,
        "self_sym_argsize_minus_1": _from("shape", lambda shape: shape[-1]),
        "self_sym_argsize_minus_2": _from("shape", lambda shape: shape[-2]),
    },
    "PackPaddedSequenceBackward0": {"self_sym_sizes": None, "input_sym_sizes": "shape"},
    "ScaledDotProductFlashAttentionForCpuBackward0": {"factor": None},
    "RollBackward0": _NO_SIZES,
    "ConstantPadNdBackward0": _NO_SIZES,
    "UnbindBackward0": _NO_SIZES,
    "MaskedScatterBackward0": {"self_sym_sizes": None, "source_sym_sizes": "shape"},
    "RoundBackward1": {"decimals": None},
    "ClampMinBackward0": {"max": None},
    "ClampMaxBackward0": {"min": None},
    "EluBackward0": {"rate": None, "input_scale": "rate"},
    "EluBackward1": {"rate": None, "input_scale": "rate"},
    "CeluBackward0": {"rate": None, "scale": None},
    "CeluBackward1": {"rate": None, "scale": None},
    "MseLossBackward0": _REDUCTION,
    "HuberLossBackward0": _REDUCTION,
    "SmoothL1LossBackward0": _REDUCTION,
    "BinaryCrossEntropyBackward0": _REDUCTION,
    "BinaryCrossEntropyWithLogitsBackward0": _REDUCTION,
    "NllLossBackward0": _REDUCTION,
    "NllLoss2DBackward0": _REDUCTION,
    "NativeLayerNormBackward0": {
        "self_sym_sizes": None,
        "eps": None,
        "size": None,
        "normalized_shape": "size",
    },
    "NativeBatchNormBackward0": {"self_sym_sizes": None, "size": None, "training": _is_training},
    "NativeGroupNormBackward0": {"self_sym_sizes": None},
    "EmbeddingBackward0": {
        "self_sym_sizes": None,
        "padding": None,
        "padding_idx": _from("padding", lambda padding: -1 if padding is None else padding),
        "weight_sym_argsize_0": _from("shape", lambda shape: shape[0]),
    },
}

_tables: dict[type[Node], dict[str, Source]] = {}


def shown(kind: type[Node]) -> dict[str, Source]:
    """Return torch's names for what nodes of a kind keep, each with its source."""
    table = _tables.get(kind)
    if table is None:
        own = {name: name for name in (*kind.tensors, *kind.takes) if name not in _INTERNAL}
        found: dict[str, Source | None] = {**own}
        if found.pop("shape", None) and "self" not in kind.tensors:
            found["self_sym_sizes"] = "shape"
        found |= _OTHERS.get(kind.__name__.removesuffix("_copy"), {})
        known = {*kind.tensors, *kind.takes}
        table = _tables[kind] = {
            name: source
            for name, source in found.items()
            if source is not None and (callable(source) or source in known)
        }
    return table


def saved_value(node: Node, name: str) -> Any:
    """Return what `grad_fn._saved_<name>` shows; AttributeError where there is no such thing."""
    source = shown(type(node)).get(name)
    if source is None:
        raise AttributeError(f"'{type(node).__name__}' object has no attribute '_saved_{name}'")
    if callable(source):
        return _unsigned(source(node))
    if source in node.takes:
        return _kept(node, source) if name in _NUMBERS else _unsigned(_kept(node, source))
    if node.saved is None:
        raise RuntimeError(FREED)
    index = node.tensors.index(source)
    if not node.saved or node.versions[index] == PLAIN:
        value = node.saved[index] if node.saved else None
        if isinstance(value, SavedList):
            return value.unpacked()
        return _wrap_number(value) if isinstance(value, bool | int | float) else value
    return unpack_one(node, index, True)


def raw_names(kind: type[Node]) -> list[str]:
    """Return torch's names of the tensors that nodes of a kind keep."""
    return [name for name, source in shown(kind).items() if source in kind.tensors]


def raw_saved(node: Node, name: str) -> Any:
    """Return what `grad_fn._raw_saved_<name>` shows: the saved tensor as something that takes hooks."""
    if name not in raw_names(type(node)):
        raise AttributeError(f"'{type(node).__name__}' object has no attribute '_raw_saved_{name}'")
    return SavedTensor(node, node.tensors.index(str(shown(type(node))[name])))


def _unsigned(value: Any) -> Any:
    """Return integers as the unsigned ones that torch keeps dimensions and sizes as."""
    if type(value) is int and value < 0:
        return value + 2**64
    if type(value) is tuple:
        return tuple([_unsigned(each) for each in value])
    return value


def _wrap_number(value: float) -> Tensor:
    """Return a Python number as torch's 0-dim tensor of its own kind."""
    from . import backend, dtypes

    return wrap(backend.as_array(value, dtypes.of_number(value)._numpy))
