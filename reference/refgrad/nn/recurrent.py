"""Recurrent layers: `RNN`, `LSTM`, `GRU`."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..creation import empty, zeros
from ..ops import recurrent as _functions  # noqa: F401 - which publishes them
from ..ops.registry import FUNCTIONS
from ..tensor import Tensor
from . import init
from .module import Module
from .parameter import Parameter
from .utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "RNNBase"]

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def _check_settings(own: RNNBase, dropout: Any) -> None:
    """Refuse the settings of a recurrent layer in torch's order."""
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    if dropout > 0 and own.num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
            f"greater than 1, but got dropout={dropout} and num_layers={own.num_layers}",
            UserWarning,
            stacklevel=4,
        )
    for name, kind in (("bias", bool), ("batch_first", bool), ("input_size", int), ("hidden_size", int)):
        value = getattr(own, name)
        if not isinstance(value, kind):
            raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
        if kind is int and value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if own.num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if own.proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if own.proj_size >= own.hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")
    if own.mode not in _GATES:
        raise ValueError("Unrecognized RNN mode: " + own.mode)


class RNNBase(Module):
    """What recurrent layers share: their weights, by layer and direction, and the way from input to output."""

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.mode, self.input_size, self.hidden_size, self.num_layers = (
            mode,
            input_size,
            hidden_size,
            num_layers,
        )
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        _check_settings(self, dropout)
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[: 1 + bidirectional]:
                self._all_weights.append(self._add_weights(layer, suffix, device, dtype))
        self.reset_parameters()

    def _add_weights(self, layer: int, suffix: str, device: Any, dtype: Any) -> list[str]:
        """Register the weights of one layer and direction; return their names."""
        gates, out = _GATES[self.mode] * self.hidden_size, self.proj_size or self.hidden_size
        size = out * (1 + self.bidirectional) if layer else self.input_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (gates, size), "weight_hh": (gates, out)}
        if self.bias:
            shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        names = {f"{name}_l{layer}{suffix}": shape for name, shape in shapes.items()}
        for name, shape in names.items():
            setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
        return list(names)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [weight for weights in self.all_weights for weight in weights]

    def flatten_parameters(self) -> None:
        """Do nothing: the weights lie where they are, which matters only to libraries for GPUs."""

    def reset_parameters(self) -> None:
        """Draw all weights anew, uniformly within 1 / sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        """Show sizes, and settings that are not the usual ones."""
        usual = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        settings = [
            f", {name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value
        ]
        return f"{self.input_size}, {self.hidden_size}" + "".join(settings)

    # ---- checks ------------------------------------------------------------------------------------------------

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Refuse an input that the layer was not made for."""
        own = self._flat_weights[0].dtype
        if input.dtype is not own:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({own}). Convert input: input.to({own}), "
                f"or convert model: model.to({input.dtype})"
            )
        ndim = 2 if batch_sizes is not None else 3
        if input.dim() != ndim:
            raise RuntimeError(f"input must have {ndim} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """Return the sizes that a hidden state must have."""
        return self._state_sizes(input, batch_sizes, self.proj_size or self.hidden_size)

    def _state_sizes(self, input: Tensor, batch_sizes: Tensor | None, size: int) -> tuple[int, int, int]:
        batch = int(batch_sizes[0]) if batch_sizes is not None else input.size(0 if self.batch_first else 1)
        return (self.num_layers * (1 + self.bidirectional), batch, size)

    def check_hidden_size(
        self, hx: Tensor, expected_hidden_size: Any, msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        """Refuse a state of other sizes."""
        if hx.size() != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Refuse an input or a state that the layer was not made for."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """Return a state with its sequences in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)

    # ---- the way through -----------------------------------------------------------------------------------------

    def _first_state(self, input: Tensor, batch_sizes: Tensor | None) -> Any:
        sizes = self.get_expected_hidden_size(input, batch_sizes)
        return zeros(sizes, dtype=input.dtype, device=input.device)

    def _call(self, *args: Any) -> tuple[Tensor, Any]:
        """Call the function of this kind of layer; return the outputs and the last state."""
        name = {"RNN_TANH": "rnn_tanh", "RNN_RELU": "rnn_relu", "GRU": "gru"}[self.mode]
        found: tuple[Tensor, Tensor] = FUNCTIONS[name](*args)
        return found

    def _settings(self) -> tuple[Any, ...]:
        return (
            self._flat_weights,
            self.bias,
            self.num_layers,
            self.dropout,
            self.training,
            self.bidirectional,
        )

    def _forward_packed(self, packed: PackedSequence, hx: Any) -> tuple[PackedSequence, Any]:
        data, sizes, order, back = packed
        hx = self._first_state(data, sizes) if hx is None else self.permute_hidden(hx, order)
        self.check_forward_args(data, hx, sizes)
        output, state = self._call(data, sizes, hx, *self._settings())
        return PackedSequence(output, sizes, order, back), self.permute_hidden(state, back)

    def _refuse_rank(self, input: Tensor) -> None:
        if input.dim() not in (2, 3):
            name = type(self).__name__
            noun = "D tensor instead" if self.mode.startswith("RNN") else "D instead"
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.dim()}{noun}")

    def _refuse_state(self, hx: Any, batched: bool) -> None:
        ndim, word = (3, "batched 3-D") if batched else (2, "unbatched 2-D")
        if hx.dim() != ndim:
            raise RuntimeError(f"For {word} input, hx should also be {ndim}-D but got {hx.dim()}-D tensor")

    def _each_state(self, hx: Any, change: Any) -> Any:
        """Apply a function to the state; an LSTM has two."""
        return change(hx)

    def _run(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        self._refuse_rank(input)
        batched = input.dim() == 3
        dim = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(dim)
        if hx is None:
            hx = self._first_state(input, None)
        else:
            self._refuse_state(hx, batched)
            hx = hx if batched else self._each_state(hx, lambda each: each.unsqueeze(1))
        self.check_forward_args(input, hx, None)
        output, state = self._call(input, hx, *self._settings(), self.batch_first)
        if not batched:
            output, state = output.squeeze(dim), self._each_state(state, lambda each: each.squeeze(1))
        return output, state


class RNN(RNNBase):
    """Layers of h = tanh(W x + b + V h + c), or of relu."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        self.nonlinearity = nonlinearity
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Return the outputs of all steps, and the last state of each layer and direction."""
        return self._run(input, hx)


class GRU(RNNBase):
    """Layers of gated recurrent units."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Return the outputs of all steps, and the last state of each layer and direction."""
        return self._run(input, hx)


class LSTM(RNNBase):
    """Layers of long short-term memory; the state is a pair (hidden, cell)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Return the outputs of all steps, and the last state of each layer and direction."""
        return self._run(input, hx)

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """Return the sizes that a cell must have."""
        return self._state_sizes(input, batch_sizes, self.hidden_size)

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Refuse an input or a state that the layer was not made for."""
        self.check_input(input, batch_sizes)
        sizes = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        for at, expected in enumerate(sizes):
            self.check_hidden_size(hidden[at], expected, f"Expected hidden[{at}] size {{}}, got {{}}")

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """Return a state with its sequences in another order."""
        if permutation is None:
            return hx
        return hx[0].index_select(1, permutation), hx[1].index_select(1, permutation)

    def _first_state(self, input: Tensor, batch_sizes: Tensor | None) -> Any:
        sizes = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        return tuple([zeros(each, dtype=input.dtype, device=input.device) for each in sizes])

    def _call(self, *args: Any) -> tuple[Tensor, Any]:
        output, hidden, cell = FUNCTIONS["lstm"](*args)
        return output, (hidden, cell)

    def _refuse_state(self, hx: Any, batched: bool) -> None:
        ndim, word = (3, "batched 3-D") if batched else (2, "unbatched 2-D")
        if hx[0].dim() != ndim or hx[1].dim() != ndim:
            raise RuntimeError(
                f"For {word} input, hx and cx should also be {ndim}-D but got ({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
            )

    def _each_state(self, hx: Any, change: Any) -> Any:
        return change(hx[0]), change(hx[1])
