"""Recurrent networks: `rnn_tanh`, `rnn_relu`, `gru`, `lstm` and their cells, made of recorded steps.

A layer multiplies all inputs by its weight at once, then goes from step to step. A packed batch holds sequences of
several lengths, the longest first: `batch_sizes` says how many are still running at each step.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from ..tensor import Tensor
from .joining import cat, stack, unbind
from .linear_algebra import linear
from .registry import function

__all__: list[str] = []

State = tuple[Tensor, ...]  # the hidden state; of an LSTM also the cell's


class Weights(NamedTuple):
    """What one layer has learned for one direction."""

    ih: Tensor
    hh: Tensor
    bias_ih: Tensor | None = None
    bias_hh: Tensor | None = None
    hr: Tensor | None = None

    def of_input(self, input: Tensor) -> Tensor:
        """Return what the gates get from an input."""
        return linear(input, self.ih, self.bias_ih)

    def of_state(self, hidden: Tensor) -> Tensor:
        """Return what the gates get from a hidden state."""
        return linear(hidden, self.hh, self.bias_hh)


Cell = Callable[[Tensor, State, Weights], State]


# ---- cells: what comes out of a step, given what the gates get from the input ----------------------------------------


def _tanh_cell(gates: Tensor, state: State, weights: Weights) -> State:
    return (weights.of_state(state[0]).add_(gates).tanh(),)


def _relu_cell(gates: Tensor, state: State, weights: Weights) -> State:
    return (weights.of_state(state[0]).add_(gates).relu(),)


def _gru_cell(gates: Tensor, state: State, weights: Weights) -> State:
    (hidden,) = state
    own = gates.unsafe_chunk(3, 1)
    past = weights.of_state(hidden).unsafe_chunk(3, 1)
    reset = past[0].add_(own[0]).sigmoid_()
    update = past[1].add_(own[1]).sigmoid_()
    new = own[2].add(past[2].mul_(reset)).tanh_()
    return ((hidden - new).mul_(update).add_(new),)


def _lstm_cell(gates: Tensor, state: State, weights: Weights) -> State:
    hidden, cell = state
    parts = weights.of_state(hidden).add_(gates).unsafe_chunk(4, 1)
    enter, keep, leave = parts[0].sigmoid_(), parts[1].sigmoid_(), parts[3].sigmoid_()
    cell = (keep * cell).add_(enter * parts[2].tanh_())
    hidden = leave * cell.tanh()
    return (hidden if weights.hr is None else hidden @ weights.hr.t(), cell)


# ---- a layer in one direction ----------------------------------------------------------------------------------------


def _run(cell: Cell, steps: Sequence[Tensor], state: State, weights: Weights) -> tuple[list[Tensor], State]:
    outputs = []
    for gates in steps:
        state = cell(gates, state, weights)
        outputs.append(state[0])
    return outputs, state


def _layer(
    cell: Cell, input: Tensor, state: State, weights: Weights, backwards: bool
) -> tuple[Tensor, State]:
    """Return outputs (steps, batch, ...) and the last state."""
    steps = unbind(weights.of_input(input), 0)
    if not steps:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    outputs, state = _run(cell, steps[::-1] if backwards else steps, state, weights)
    return stack(outputs[::-1] if backwards else outputs, 0), state


def _part(state: State, start: int, stop: int) -> State:
    return tuple([each.narrow(0, start, stop - start) for each in state])


def _joined(states: Sequence[State]) -> State:
    return tuple([cat(each, 0) for each in zip(*states, strict=True)])


def _packed_layer(
    cell: Cell, data: Tensor, sizes: Sequence[int], state: State, weights: Weights, backwards: bool
) -> tuple[Tensor, State]:
    """Return the packed outputs, and the state that each sequence ended in."""
    gates = weights.of_input(data)
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    steps = [gates.narrow(0, start, size) for start, size in zip(starts, sizes, strict=True)]
    if backwards:
        outputs, state = _packed_backwards(cell, steps, sizes, state, weights)
    else:
        outputs, state = _packed_forwards(cell, steps, sizes, state, weights)
    return cat(outputs, 0), state


def _packed_forwards(
    cell: Cell, steps: Sequence[Tensor], sizes: Sequence[int], state: State, weights: Weights
) -> tuple[list[Tensor], State]:
    outputs, ended, running = [], [], sizes[0]
    for gates, size in zip(steps, sizes, strict=True):
        if size < running:
            ended.append(_part(state, size, running))
            state = _part(state, 0, size)
        running = size
        state = cell(gates, state, weights)
        outputs.append(state[0])
    return outputs, _joined([state, *ended[::-1]])


def _packed_backwards(
    cell: Cell, steps: Sequence[Tensor], sizes: Sequence[int], first: State, weights: Weights
) -> tuple[list[Tensor], State]:
    outputs, running = [], sizes[-1]
    state = _part(first, 0, running)
    for gates, size in zip(steps[::-1], sizes[::-1], strict=True):
        if size > running:
            state = _joined([state, _part(first, running, size)])
        running = size
        state = cell(gates, state, weights)
        outputs.append(state[0])
    return outputs[::-1], state


# ---- several layers --------------------------------------------------------------------------------------------------


def _weights(params: Sequence[Tensor], has_biases: bool, projected: bool) -> list[Weights]:
    """Return the weights of each layer and direction out of the flat list."""
    count = 2 + 2 * has_biases + projected
    groups = [params[at : at + count] for at in range(0, len(params), count)]
    if len(params) % count:
        raise RuntimeError("got an incorrect number of RNN parameters")
    return [Weights(*each[: count - projected], **({"hr": each[-1]} if projected else {})) for each in groups]


def _several(
    run: Callable[[Tensor, State, Weights, bool], tuple[Tensor, State]],
    input: Tensor,
    states: Sequence[State],
    weights: Sequence[Weights],
    settings: tuple[int, float, bool, bool],
) -> tuple[Tensor, State]:
    """Run layer after layer; return the last one's outputs, and all final states, stacked."""
    from .drawing import dropout

    num_layers, chance, train, bidirectional = settings
    directions = 2 if bidirectional else 1
    if len(states) != num_layers * directions:
        raise RuntimeError("Expected more hidden states in stacked_rnn")
    if len(weights) != num_layers * directions:
        raise RuntimeError("Expected more layer weights in stacked_rnn")
    ends: list[State] = []
    for layer in range(num_layers):
        outputs = []
        for direction in range(directions):
            at = layer * directions + direction
            output, end = run(input, states[at], weights[at], direction == 1)
            outputs.append(output)
            ends.append(end)
        input = cat(outputs, outputs[0].dim() - 1) if bidirectional else outputs[0]
        if chance != 0 and train and layer < num_layers - 1:
            input = dropout(input, chance)
    return input, tuple([stack(each, 0) for each in zip(*ends, strict=True)])


def _recurrent(cell: Cell, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Tensor, State]:
    """Run over a batch or a packed batch, by the order of arguments: `hx` stands in front of the weights."""
    given = (*args, *named.values())
    packed = isinstance(given[3], list | tuple)
    input, *rest = given
    sizes = [int(each) for each in rest.pop(0).tolist()] if packed else []
    hx, params, has_biases, num_layers, chance, train, bidirectional, *batch_first = rest
    state = tuple(hx) if isinstance(hx, list | tuple) else (hx,)
    states = list(zip(*[unbind(each, 0) for each in state], strict=True))
    weights = _weights(params, has_biases, len(state) > 1 and state[0].size(2) != state[1].size(2))
    settings = (num_layers, chance, train, bidirectional)
    if packed:
        return _several(
            lambda data, first, own, back: _packed_layer(cell, data, sizes, first, own, back),
            *(input, states, weights, settings),
        )
    turned = bool(batch_first and batch_first[0])
    run = _layer_of(cell, input, weights)
    output, ends = _several(run, input.transpose(0, 1) if turned else input, states, weights, settings)
    if turned:
        output = output.transpose_(0, 1) if isinstance(run, partial) else output.transpose(0, 1)
    return output, ends


def _layer_of(
    cell: Cell, input: Tensor, weights: Sequence[Weights]
) -> Callable[[Tensor, State, Weights, bool], tuple[Tensor, State]]:
    """Return how a layer runs: an LSTM of float32 in one node, as torch's library for the CPU does it."""
    if cell is _lstm_cell and input._array.dtype.name == "float32" and input._array.size:
        from .lstm_layer import lstm_layer

        if all(each.hr is None for each in weights):
            return lstm_layer
        warnings.warn(
            "LSTM with projections is not supported with oneDNN. Using default implementation.",
            UserWarning,
            stacklevel=6,
        )
    return partial(_layer, cell)


def _declared(call: Any) -> Any:
    """Publish a function with several overloads, to whose signatures calls are held."""
    call.declared = True
    return function(call)


@_declared
def rnn_tanh(*args: Any, **named: Any) -> tuple[Tensor, Tensor]:
    """Run layers of h = tanh(W x + b + V h + c); return all outputs, and the last hidden states."""
    output, state = _recurrent(_tanh_cell, args, named)
    return output, state[0]


@_declared
def rnn_relu(*args: Any, **named: Any) -> tuple[Tensor, Tensor]:
    """Run layers of h = relu(W x + b + V h + c); return all outputs, and the last hidden states."""
    output, state = _recurrent(_relu_cell, args, named)
    return output, state[0]


@_declared
def gru(*args: Any, **named: Any) -> tuple[Tensor, Tensor]:
    """Run layers of gated recurrent units; return all outputs, and the last hidden states."""
    output, state = _recurrent(_gru_cell, args, named)
    return output, state[0]


@_declared
def lstm(*args: Any, **named: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Run layers of long short-term memory; return all outputs, the last hidden states, and the last cells."""
    output, state = _recurrent(_lstm_cell, args, named)
    return output, state[0], state[1]


# ---- one step --------------------------------------------------------------------------------------------------------


def _check_cell(input: Tensor, hx: Tensor, weights: Weights, gates: int) -> None:
    """Refuse operands of one step that do not go together."""
    if input.size(1) != weights.ih.size(1):
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.size(1)} expected {weights.ih.size(1)}"
        )
    if input.size(0) != hx.size(0):
        raise RuntimeError(f"Input batch size {input.size(0)} doesn't match hidden0 batch size {hx.size(0)}")
    hidden = weights.hh.size(0) // gates
    if hx.size(1) != hidden:
        raise RuntimeError(f"hidden0 has inconsistent hidden_size: got {hx.size(1)}, expected {hidden}")


def _step(cell: Cell, input: Tensor, state: State, weights: Weights, gates: int) -> State:
    for each in state:
        _check_cell(input, each, weights, gates)
    return cell(weights.of_input(input), state, weights)


@function
def rnn_tanh_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None
) -> Tensor:
    """Return the next hidden state tanh(W x + b + V h + c)."""
    return _step(_tanh_cell, input, (hx,), Weights(w_ih, w_hh, b_ih, b_hh), 1)[0]


@function
def rnn_relu_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None
) -> Tensor:
    """Return the next hidden state relu(W x + b + V h + c)."""
    return _step(_relu_cell, input, (hx,), Weights(w_ih, w_hh, b_ih, b_hh), 1)[0]


@function
def gru_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None
) -> Tensor:
    """Return the next hidden state of a gated recurrent unit."""
    return _step(_gru_cell, input, (hx,), Weights(w_ih, w_hh, b_ih, b_hh), 3)[0]


@function
def lstm_cell(
    input: Tensor, hx: Any, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None
) -> tuple[Tensor, Tensor]:
    """Return the next hidden state and cell of a long short-term memory."""
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    hidden, cell = _step(_lstm_cell, input, tuple(hx), Weights(w_ih, w_hh, b_ih, b_hh), 4)
    return hidden, cell
