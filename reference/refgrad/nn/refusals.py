"""What functions of `nn.functional` say when they are called with arguments of the wrong types.

Some are functions of C++ themselves (`DIRECT`): what fits none of their overloads is refused before anything is done.
Others are written in Python: it is Python that counts their arguments, and the function of C++ that they hand them on
to (`NATIVE`), or the first attribute that they ask for (`_ASKED`), that refuses what is no tensor.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .._signatures import bind, overloads
from ..ops.losses import check_reduction
from ..ops.registry import explained, kind
from ..tensor import Tensor

__all__ = ["DIRECT", "NATIVE", "worded"]

# Function: its entry in the table of signatures. The first are the very functions of `torch` of these names.
_SAME = (
    "adaptive_avg_pool1d avg_pool1d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity hardshrink "
    "pairwise_distance pixel_shuffle pixel_unshuffle prelu relu_ rrelu_ selu_ threshold_"
)
_OWN = "avg_pool2d avg_pool3d elu_ gelu hardtanh_ leaky_relu_ linear one_hot scaled_dot_product_attention softplus softshrink"
DIRECT: dict[str, str] = {
    **{name: name for name in _SAME.split()},
    **{name: f"nn.{name}" for name in _OWN.split()},
    "logsigmoid": "nn.log_sigmoid",
}
# Function: the entry of the one that does the work, and which arguments it gets, in its order.
NATIVE: dict[str, tuple[str, str]] = {
    "batch_norm": (
        "batch_norm",
        "input weight bias running_mean running_var training momentum eps cudnn_enabled",
    ),
    "celu": ("celu", "input alpha"),
    "binary_cross_entropy_with_logits": (
        "binary_cross_entropy_with_logits",
        "input target weight pos_weight",
    ),
    "cosine_embedding_loss": ("cosine_embedding_loss", "input1 input2 target margin"),
    "cross_entropy": ("nn.cross_entropy_loss", "input target weight"),
    "hinge_embedding_loss": ("hinge_embedding_loss", "input target margin"),
    "triplet_margin_loss": ("triplet_margin_loss", "anchor positive negative margin p eps swap"),
    "group_norm": ("group_norm", "input num_groups weight bias eps"),
    "instance_norm": (
        "instance_norm",
        "input weight bias running_mean running_var use_input_stats momentum eps cudnn_enabled",
    ),
    "alpha_dropout": ("alpha_dropout", "input p training"),
    "dropout": ("dropout", "input p training"),
    "elu": ("nn.elu", "input alpha"),
    "embedding": ("embedding", "weight input"),
    "feature_alpha_dropout": ("feature_alpha_dropout", "input p training"),
    "glu": ("nn.glu", "input dim"),
    "gumbel_softmax": ("empty_like", "logits"),
    "hardsigmoid": ("nn.hardsigmoid", "input"),
    "hardswish": ("nn.hardswish", "input"),
    "hardtanh": ("nn.hardtanh", "input min_val max_val"),
    "kl_div": ("kl_div", "input target"),
    "layer_norm": ("layer_norm", "input normalized_shape weight bias eps"),
    "leaky_relu": ("nn.leaky_relu", "input negative_slope"),
    **{
        name: (name, "input kernel_size stride padding dilation ceil_mode")
        for name in ("max_pool1d", "max_pool2d", "max_pool3d")
    },
    "adaptive_max_pool1d": ("adaptive_max_pool1d", "input output_size"),
    "ctc_loss": ("ctc_loss", "log_probs targets input_lengths target_lengths blank reduction zero_infinity"),
    "fold": ("nn.col2im", "input output_size kernel_size dilation padding stride"),
    "max_unpool2d": ("nn.max_unpool2d", "input indices kernel_size"),
    "max_unpool3d": ("nn.max_unpool3d", "input indices kernel_size kernel_size padding"),
    "multi_margin_loss": ("nn.multi_margin_loss", "input target p margin weight"),
    "multilabel_margin_loss": ("nn.multilabel_margin_loss", "input target"),
    "multilabel_soft_margin_loss": ("nn.log_sigmoid", "input"),
    "soft_margin_loss": ("nn.soft_margin_loss", "input target"),
    "unfold": ("nn.im2col", "input kernel_size dilation padding stride"),
    "mish": ("nn.mish", "input"),
    "nll_loss": ("nn.nll_loss_nd", "input target weight"),
    "pad": ("nn.pad", "input pad mode value"),
    "poisson_nll_loss": ("poisson_nll_loss", "input target log_input full eps reduction"),
    "relu": ("relu", "input"),
    "relu6": ("nn.relu6", "input"),
    "rms_norm": ("rms_norm", "input normalized_shape weight eps"),
    "selu": ("selu", "input"),
    "rrelu": ("rrelu", "input lower upper training"),
    "silu": ("nn.silu", "input"),
    "threshold": ("threshold", "input threshold value"),
}
# Functions that torch writes in Python: the first attribute of each argument that they ask for.
_ASKED: dict[str, Mapping[str, str]] = {
    **{
        name: {"target": "size", "input": "size"}
        for name in (
            *(
                "binary_cross_entropy",
                "binary_cross_entropy_with_logits",
                "huber_loss",
                "l1_loss",
                "mse_loss",
            ),
            "smooth_l1_loss",
        )
    },
    **{
        name: {"input": "size"}
        for name in (
            *("adaptive_avg_pool3d", "adaptive_max_pool2d", "adaptive_max_pool3d"),
            *("max_unpool2d", "max_unpool3d"),
        )
    },
    "max_unpool1d": {"input": "size", "indices": "unsqueeze"},
    **{name: {"input": "dim"} for name in ("dropout1d", "dropout2d", "dropout3d", "glu", "group_norm")},
}


def _check_chance(p: Any) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _check_limits(low: Any, high: Any) -> None:
    if low > high:
        raise ValueError("min_val cannot be greater than max_val")


def _check_grouped(input: Any, groups: Any) -> None:
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    input.size(0) // groups


def _check_batch(given: Mapping[str, Any]) -> None:
    _verify(given, "training", "batch")
    bool(given["eps"] <= 0.0)


def _check_rows(given: Mapping[str, Any]) -> None:
    index = given["padding_idx"]
    if index is not None and (index > 0 or index < 0):
        given["weight"].size(0)
    if given["max_norm"] is not None:
        given["input"].contiguous()
        given["weight"].detach  # noqa: B018 - Python says what is missing


def _check_halves(input: Any) -> None:
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")


def _verify(given: Mapping[str, Any], training: str, check: str) -> None:
    from ..ops import normalization

    if given[training]:
        size = given["input"].size()
        normalization.verify_space(size) if check == "space" else normalization.verify_batch(size, size)


def _check_reduction(given: Mapping[str, Any], name: str) -> None:
    former = given.get("size_average") is not None or given.get("reduce") is not None
    if not former and not (name == "kl_div" and given["reduction"] == "batchmean"):
        check_reduction(given["reduction"])


# What functions do in Python before they hand their arguments on: it may fail by itself.
_FIRST: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "batch_norm": lambda given: _check_batch(given),
    "instance_norm": lambda given: _verify(given, "use_input_stats", "space"),
    "group_norm": lambda given: _check_grouped(given["input"], given["num_groups"]),
    **{
        name: lambda given: _check_chance(given["p"])
        for name in (
            *("alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d"),
            "feature_alpha_dropout",
        )
    },
    "glu": lambda given: _check_halves(given["input"]),
    "log_softmax": lambda given: given["dim"] is None and given["input"].dim(),
    "softmax": lambda given: given["dim"] is None and given["input"].dim(),
    "softmin": lambda given: (given["dim"] is None and given["input"].dim(), -given["input"]),
    "embedding": lambda given: _check_rows(given),
    "hardtanh": lambda given: _check_limits(given["min_val"], given["max_val"]),
}


# Functions that go by another name when Python counts their arguments.
_CALLED = {name: f"_{name}" for name in ("max_pool1d", "max_pool2d", "max_pool3d", "threshold")}


def worded(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function refuse arguments of the wrong types in torch's words."""
    if name in DIRECT:
        return explained(call, DIRECT[name])
    if name not in NATIVE and name not in _ASKED and name not in _FIRST:
        return call
    signature = inspect.signature(call)
    if name in _CALLED:
        call.__qualname__ = _CALLED[name]

    known: set[tuple[Any, ...]] = set()  # kinds of arguments that were right

    @functools.wraps(call)
    def checked(*args: Any, **kwargs: Any) -> Any:
        kinds: tuple[Any, ...] = (*map(type, args), *kwargs, *map(type, kwargs.values()))
        if kinds not in known:
            looked_at = (*map(kind, args), *kwargs, *map(kind, kwargs.values()))
            kinds = looked_at if any(type(each) is tuple for each in looked_at) else kinds
        if kinds not in known:
            args, kwargs = _looked_at(name, signature, args, kwargs, known, kinds)
        try:
            return call(*args, **kwargs)
        except (TypeError, AttributeError, ValueError) as error:
            found = _refusal(name, signature, args, kwargs)
            if found is None:
                raise
            raise found from error

    return checked


def _looked_at(
    name: str,
    signature: inspect.Signature,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    known: set[tuple[Any, ...]],
    kinds: tuple[Any, ...],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Refuse wrong arguments; note their kinds if others of the same need not be looked at again.

    Return the arguments with Python numbers in place of tensors and NumPy scalars that stand for numbers.
    """
    refusal = _refusal(name, signature, args, kwargs)
    if refusal is not None:
        raise refusal
    if name not in NATIVE:
        known.add(kinds)
        return args, kwargs
    try:
        given = dict(signature.bind(*args, **kwargs).arguments)
    except TypeError:
        return args, kwargs  # which Python refuses
    native, names = NATIVE[name]
    ways = [dict(zip(names.split(), each.parameters, strict=False)) for each in overloads(native)]
    for way in ways:
        way.pop("reduction", None)  # a word, where C++ has a number
    fits = [all(way[key].accepts(given[key]) for key in way if key in given) for way in ways]
    parameters = ways[fits.index(True) if True in fits else 0]
    numbers = {
        key: parameters[key].read(value)
        for key, value in given.items()
        if key in parameters and parameters[key].reads(value)
    }
    if not numbers:
        known.add(kinds)
        return args, kwargs
    return (), {**given, **numbers}


def _refusal(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Exception | None:
    """Return torch's error for these arguments; None where they are right, or too few or too many for Python."""
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:
        return None
    bound.apply_defaults()
    given = bound.arguments
    try:
        if name in _FIRST:
            _FIRST[name](given)
        if name in NATIVE and "reduction" in given:
            _check_reduction(given, name)
    except Exception as error:
        return error
    if name in _ASKED:
        for part, attribute in _ASKED[name].items():
            value = given.get(part)
            if part not in given or isinstance(value, Tensor) or (value is None and part == "weight"):
                continue
            try:
                getattr(value, attribute)()  # an array has a size that is no method
            except Exception as error:
                return error
    if name not in NATIVE:
        return None
    native, names = NATIVE[name]
    if given.get("inplace") and overloads(f"{native}_"):
        native += "_"
    handed_on = {**given, "reduction": 1}  # C++ gets the number of one
    try:
        bind(native, tuple([handed_on.get(each, True) for each in names.split()]), {})
    except TypeError as error:
        if given.get("return_indices") and native.startswith("max_pool"):
            return TypeError(str(error).replace(f"{native}()", f"{native}_with_indices()", 1))
        return error
    return None
