"""Connectionist temporal classification: the loss of a sequence of labels of which only the order is known.

A path says for each step a label or a blank; repeated labels count once, and blanks not at all. The loss is minus the
logarithm of the chance of all paths to the labels together, found step by step, forwards and backwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .arithmetic import not_implemented, recorded
from .losses import check_reduction
from .window_checks import check_types

__all__ = ["ctc_loss"]

_BackwardNode = not_implemented("aten::_ctc_loss_backward")


def _extended(labels: Array, blank: int) -> Array:
    """Return the labels with a blank before, between and after them."""
    made = xp.full(2 * len(labels) + 1, blank, xp.int64)
    made[1::2] = labels
    return made


def _forwards(chances: Array, path: Array) -> Array:
    """Return, for each step and place of the path, the logarithm of the chance to be there after that step."""
    found = xp.full((len(chances), len(path)), -xp.inf)
    found[0, :2] = chances[0, path[:2]]
    skips = xp.zeros(len(path), bool)  # a blank between different labels may be left out
    skips[2:] = (path[2:] != path[:-2]) & (xp.arange(2, len(path)) % 2 == 1)
    for step in range(1, len(chances)):
        before = found[step - 1]
        total = xp.logaddexp(before, xp.concatenate([[-xp.inf], before[:-1]]))
        two = xp.concatenate([[-xp.inf, -xp.inf], before[:-2]])[: len(path)]
        total = xp.where(skips, xp.logaddexp(total, two), total)
        found[step] = total + chances[step, path]
    return found


def _loss(forwards: Array) -> Any:
    """Return minus the logarithm of the chance to end at the last label or the blank behind it."""
    if not len(forwards):
        return xp.float64(0.0 if forwards.shape[1] == 1 else xp.inf)
    last = forwards[-1]
    return -(last[-1] if len(last) == 1 else xp.logaddexp(last[-1], last[-2]))


def _slope(chances: Array, path: Array, forwards: Array, loss: Any) -> Array:
    """Return the derivative by the logarithms of the chances, as far as they are those of a softmax."""
    backwards = _forwards(chances[::-1], path[::-1])[::-1, ::-1]
    at_place = forwards + backwards - chances[:, path]
    at_label = xp.full(chances.shape, -xp.inf)
    for place, label in enumerate(path):
        at_label[:, label] = xp.logaddexp(at_label[:, label], at_place[:, place])
    slope: Array = xp.exp(chances) - xp.exp(at_label + loss)
    return slope


def _rows(targets: Array, lengths: Sequence[int]) -> list[Array]:
    """Return the labels of each sequence, which stand in rows or one after the other."""
    if targets.ndim == 2:
        return [row[:length] for row, length in zip(targets, lengths, strict=True)]
    ends = list(itertools.accumulate(lengths, initial=0))
    return [targets[ends[at] : ends[at + 1]] for at in range(len(lengths))]


def _slopes(
    g: Any,
    needs: Sequence[bool],
    log_probs: Any,
    targets: Any,
    result1: Any,
    result0: Any,
    input_lengths: tuple[int, ...],
    target_lengths: tuple[int, ...],
    blank: int,
    zero_infinity: bool,
) -> list[Any]:
    recording = isinstance(g, Tensor)
    chances, y, losses, alphas, grad = [
        each._array if isinstance(each, Tensor) else each
        for each in (log_probs, targets, result0, result1, g)
    ]
    slope = xp.zeros(chances.shape, xp.float64)
    for at, labels in enumerate(_rows(y, target_lengths)):
        steps = input_lengths[at]
        if not steps or (zero_infinity and losses[at] == xp.inf):
            continue
        path = _extended(labels, blank)
        own = chances[:steps, at].astype(xp.float64)
        forwards = alphas[at, :steps, : len(path)].astype(xp.float64)
        slope[:steps, at] = _slope(own, path, forwards, xp.float64(_loss(forwards))) * grad[at]
    slope = slope.astype(chances.dtype)
    return [record(_BackwardNode, slope, recorded(g, log_probs)) if recording else slope]


CtcLossBackward0 = derivative(
    "CtcLossBackward0",
    joint=("log_probs", _slopes),
    saves="targets result1",
    results="result0",
    args="input_lengths target_lengths blank zero_infinity",
)


def _lengths(name: str, given: Any) -> tuple[int, ...]:
    if isinstance(given, Tensor):
        if given.dtype.is_floating_point:
            raise RuntimeError(f"{name} must be integral")
        given = given._array.reshape(-1).tolist()
    return tuple([int(each) for each in given])


def _check(x: Array, y: Array, steps: Sequence[int], lengths: Sequence[int], blank: int) -> None:
    """Refuse, in torch's order, what does not go together."""
    if not x.size:
        raise RuntimeError("log_probs tensor must not be empty")
    if x.ndim != 3:
        _refuse(
            f"Expected 3-dimensional tensor, but got {x.ndim}-dimensional tensor for argument #1 'log_probs'"
        )
    if y.ndim not in (1, 2):
        _refuse(f"Expected 1 to 2 dimensions, but got {y.ndim}-dimensional tensor for argument #2 'targets'")
    if not 0 <= blank < x.shape[2]:
        raise RuntimeError("blank must be in label range")
    for name, each in (("input_lengths", steps), ("target_lengths", lengths)):
        if len(each) != x.shape[1]:
            raise RuntimeError(f"{name} must be of size batch_size")
    _check_between("target_lengths", lengths)
    wanted = sum(lengths) if y.ndim == 1 else x.shape[1]
    if len(y) != wanted:
        _refuse(
            f"Expected tensor to have size {wanted} at dimension 0, but got size {len(y)} for argument #2 'targets'"
        )
    if y.ndim == 2 and y.shape[1] < max(lengths):
        _refuse(
            f"Expected tensor to have size at least {max(lengths)} at dimension 1, but got size {y.shape[1]} for argument "
            "#2 'targets'"
        )
    _check_between("input_lengths", steps, x.shape[0])
    for labels in _rows(y, lengths):  # torch reads what stands outside of the chances
        _check_between("targets", labels.tolist(), x.shape[2] - 1)


def _check_between(name: str, values: Sequence[int], most: int | None = None) -> None:
    for each in values:
        if each < 0:
            _refuse(f"Expected {name} to have value at least 0, but got value {each}")
        if most is not None and each > most:
            _refuse(f"Expected {name} to have value at most {most}, but got value {each}")


def _refuse(reason: str) -> None:
    raise RuntimeError(f"{reason} (while checking arguments for ctc_loss_allocate_outputs)")


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Return the loss of label sequences for logarithms of chances (steps, batch, labels).

    The mean is taken of the losses divided by the number of labels.
    """
    steps, lengths = _lengths("input_lengths", input_lengths), _lengths("target_lengths", target_lengths)
    check_reduction(reduction)
    single = log_probs.dim() != 3
    chances = log_probs.unsqueeze(1) if single else log_probs
    x, y = chances._array, targets._array.astype(xp.int64)
    if single and y.ndim == 1:
        y = y[None]
    check_types("ctc_loss_cpu", log_probs, without="Half")
    _check(x, y, steps, lengths, blank)
    losses = xp.zeros(x.shape[1], x.dtype)
    alphas = xp.full((x.shape[1], x.shape[0], 2 * max(lengths) + 1), -xp.inf, x.dtype)
    for at, labels in enumerate(_rows(y, lengths)):
        path = _extended(labels, blank)
        found = (
            _forwards(x[: steps[at], at].astype(xp.float64), path) if steps[at] else xp.zeros((0, len(path)))
        )
        alphas[at, : steps[at], : len(path)] = found
        losses[at] = _loss(found)
    kept = (steps, lengths, blank, zero_infinity)
    loss = record(CtcLossBackward0, losses, (chances,), kept, (wrap(y), wrap(alphas)))
    if zero_infinity:
        loss = loss._where(loss == xp.inf, wrap(xp.zeros((), x.dtype)), loss)
    if reduction == "mean":
        counts = wrap(xp.maximum(xp.asarray(lengths), 1).astype(x.dtype))
        return (loss / counts).mean()  # type: ignore[no-any-return]
    if reduction == "sum":
        return loss.sum()  # type: ignore[no-any-return]
    return loss.squeeze(0) if single else loss
