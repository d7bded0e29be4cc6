"""One layer of an LSTM in one direction as one node, as torch's library for the CPU computes it for float32."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backend import xp
from ..grad_mode import enable_grad, no_grad
from ..graph import derivative
from ..recording import record_several
from ..tensor import Tensor, wrap
from .recurrent import State, Weights, _layer, _lstm_cell

__all__: list[str] = []

_OPERANDS = "input weight1 weight2 weight3 weight4 hx_ cx_"


def _computed(given: Sequence[Tensor], reverse: bool) -> tuple[Tensor, ...]:
    input, ih, hh, bias_ih, bias_hh, hidden, cell = given
    output, state = _layer(_lstm_cell, input, (hidden, cell), Weights(ih, hh, bias_ih, bias_hh), reverse)
    return output, *state


def _slopes(
    g: Sequence[Any],
    needs: Sequence[bool],
    input: Any,
    weight1: Any,
    weight2: Any,
    weight3: Any,
    weight4: Any,
    hx_: Any,
    cx_: Any,
    reverse: bool,
) -> list[Any]:
    """Return the gradients of all operands: the layer is run once more, step by step."""
    from ..autograd import grad

    recording = any(isinstance(each, Tensor) for each in g)
    given = [input, weight1, weight2, weight3, weight4, hx_, cx_]
    if recording:  # what is computed from the operands leads back to them
        own = [each.view_as(each) for each in given]
    else:
        own = [wrap(each).requires_grad_(needed) for each, needed in zip(given, needs, strict=True)]
    with enable_grad():
        made = _computed(own, reverse)
    pairs = [(out, each) for out, each in zip(made, g, strict=True) if each is not None]
    outs = [out for out, _ in pairs]
    slopes = [each if recording else wrap(each) for _, each in pairs]
    wanted = [each for each, needed in zip(own, needs, strict=True) if needed]
    found = iter(grad(outs, wanted, slopes, create_graph=recording, materialize_grads=True))
    results = [next(found) if needed else None for needed in needs]
    return results if recording else [None if each is None else each._array for each in results]


MkldnnRnnLayerBackward0 = derivative("MkldnnRnnLayerBackward0", joint=(_OPERANDS, _slopes), args="reverse")


def lstm_layer(input: Tensor, state: State, weights: Weights, backwards: bool) -> tuple[Tensor, State]:
    """Return outputs (steps, batch, hidden) and the last state of one layer that runs in one direction."""
    biases = [
        wrap(xp.zeros(weights.hh.size(0), weights.hh._array.dtype)) if each is None else each
        for each in (weights.bias_ih, weights.bias_hh)
    ]
    input.size(2)  # which refuses one that has no such dimension
    given = (input.contiguous(), weights.ih, weights.hh, *biases, *state)
    with no_grad():
        made = _computed(given, backwards)
    arrays = [each._array for each in made]
    outs = record_several(MkldnnRnnLayerBackward0, arrays, given, (backwards,))
    return outs[0], outs[1:]
