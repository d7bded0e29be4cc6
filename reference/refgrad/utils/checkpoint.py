"""Checkpoints: keep no intermediate values of a function, and compute them anew in backward."""

from __future__ import annotations

import contextlib
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..absent import nothing_else
from ..autograd import backward
from ..autograd.function import Function
from ..autograd.graph import saved_tensors_hooks
from ..grad_mode import enable_grad, mode, no_grad
from ..random import _continue, _states, fork_rng
from ..saved import SavedList
from ..tensor import Tensor

__all__ = [
    "CheckpointError",
    "CheckpointFunction",
    "check_backward_validity",
    "checkpoint",
    "checkpoint_sequential",
    "detach_variable",
    "noop_context_fn",
    "set_checkpoint_early_stop",
]


class CheckpointError(RuntimeError):
    """The second computation of a function was not like the first."""

    __module__ = "torch.utils.checkpoint"


def noop_context_fn() -> tuple[Any, Any]:
    """Return two contexts that do nothing, for the first and the second computation."""
    return contextlib.nullcontext(), contextlib.nullcontext()


_early_stop: list[bool | None] = [None]


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Say for all checkpoints made inside whether the second computation stops where all that was saved is there."""
    before = _early_stop[0]
    _early_stop[0] = enable
    try:
        yield
    finally:
        _early_stop[0] = before


class _Enough(Exception):  # noqa: N818 - nothing failed
    """Stops the second computation."""


class _Outside:
    """Stands for a backward pass where none is running."""


class _Place:
    """What a node keeps instead of a tensor: the place where each backward pass finds it."""

    __slots__ = ("__weakref__", "found")

    def __init__(self) -> None:
        self.found: weakref.WeakKeyDictionary[Any, Tensor] = weakref.WeakKeyDictionary()


class _Frame:
    """One checkpointed call: the places of what was saved, in order, and how to compute it again."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        early_stop: bool,
        describe: Callable[[Tensor], Any],
    ) -> None:
        self.function, self.args, self.early_stop, self.describe = function, args, early_stop, describe
        self.inputs = SavedList([each if isinstance(each, Tensor) else None for each in args])
        self.places: list[weakref.ref[_Place]] = []
        self.descriptions: list[Any] = []
        self.counts: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self.forward_is_over = False

    def pack(self, tensor: Tensor) -> _Place:
        """Remember the place of what would have been saved instead of keeping it."""
        place = _Place()
        self.places.append(weakref.ref(place))
        self.descriptions.append(self.describe(tensor))
        return place

    def unpack(self, place: _Place) -> Tensor:
        """Return a value of the second computation, which the first need causes."""
        running = mode.backward_pass or _Outside()
        if running not in self.counts:
            self.compute_again(running)
        if running not in place.found:
            raise CheckpointError(UNPACKED_TWICE)
        return place.found.pop(running)

    def compute_again(self, running: Any) -> None:
        """Call the function once more and keep what it saves at the places of what it saved the first time."""
        self.counts[running] = 0
        apart = False  # whether backward ran inside the function, before all was saved

        def keep(tensor: Tensor) -> Tensor:
            nonlocal apart
            value = tensor.detach() if tensor.requires_grad else tensor
            at = self.counts[running]
            self.counts[running] = at + 1
            if at >= len(self.places):
                if not self.forward_is_over:
                    apart = True
                    return value
                raise CheckpointError(SAVED_MORE + TIP)
            place = self.places[at]()
            if place is not None:
                place.found[running] = value
            if self.early_stop and at + 1 == len(self.places):
                raise _Enough
            return value

        args = [
            given if tensor is None else tensor
            for given, tensor in zip(self.args, self.inputs.unpacked(), strict=True)
        ]
        with (
            contextlib.suppress(_Enough),
            saved_tensors_hooks(keep, lambda tensor: tensor),
            enable_grad(),
        ):
            self.function(*args)
        if not apart:
            self.compare(running)

    def compare(self, running: Any) -> None:
        """Refuse a second computation that saved something else than the first."""
        if self.counts[running] != len(self.places):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self.places)}\nNumber of tensors saved "
                f"during recomputation: {self.counts[running]}.\n{TIP}"
            )
        lines = []
        for at, (reference, before) in enumerate(zip(self.places, self.descriptions, strict=True)):
            place = reference()
            now = None if place is None else self.describe(place.found[running])
            if place is not None and now != before:
                lines.append(
                    f"tensor at position {at}:\nsaved metadata: {before}\nrecomputed metadata: {now}\n"
                )
        if lines:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during "
                f"the forward pass.\n{''.join(lines)}.\n{TIP}"
            )


def _shape_dtype_device(tensor: Tensor) -> dict[str, Any]:
    return {"shape": tensor.shape, "dtype": tensor.dtype, "device": tensor.device}


_DESCRIPTIONS: dict[str, Callable[[Tensor], Any]] = {
    "default": _shape_dtype_device,
    "none": lambda tensor: None,
}


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return tensors over the same memory that are leaves of their own; other values as they are."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(
            f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}"
        )
    return tuple(
        each.detach().requires_grad_(each.requires_grad) if isinstance(each, Tensor) else each
        for each in inputs
    )


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warn where no input requires grad, so that the older way of checkpoints gives no gradients."""
    if not any(each.requires_grad for each in inputs if isinstance(each, Tensor)):
        warnings.warn(
            "None of the inputs have requires_grad=True. Gradients will be None", UserWarning, stacklevel=2
        )


@contextlib.contextmanager
def _as_it_was(states: list[Any]) -> Iterator[None]:
    """Draw the random numbers of earlier states of the generators; without any, those that come next."""
    with fork_rng(enabled=bool(states)):
        _continue(states)
        yield


class CheckpointFunction(Function):
    """The older way: one node that computes the function once more, recorded, and differentiates that."""

    @staticmethod
    def forward(ctx: Any, run_function: Callable[..., Any], preserve_rng_state: bool, *args: Any) -> Any:
        """Compute the function without recording it."""
        check_backward_validity(args)
        ctx.run_function, ctx.state = run_function, _states() if preserve_rng_state else []
        ctx.given = [None if isinstance(each, Tensor) else each for each in args]
        ctx.places = [at for at, each in enumerate(args) if isinstance(each, Tensor)]
        ctx.save_for_backward(*[args[at] for at in ctx.places])
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Compute the function again, recorded this time, and send the gradients through it."""
        if mode.backward_pass.needed is not None:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument."
            )
        given = list(ctx.given)
        for at, tensor in zip(ctx.places, ctx.saved_tensors, strict=True):
            given[at] = tensor
        with _as_it_was(ctx.state):
            inputs = detach_variable(tuple(given))
            with enable_grad():
                outputs = ctx.run_function(*inputs)
        outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
        pairs = [
            (each, grad)
            for each, grad in zip(outputs, grads, strict=False)
            if isinstance(each, Tensor) and each.requires_grad
        ]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([each for each, _ in pairs], [grad for _, grad in pairs])
        return (None, None, *[each.grad if isinstance(each, Tensor) else None for each in inputs])


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """Call a function without keeping what its derivative needs; backward calls it again to get that.

    The second call draws the same random numbers (`preserve_rng_state=False`: others), runs in the second of the
    contexts that `context_fn` returns, and has to save tensors of the same shapes, dtypes and devices
    (`determinism_check="none"`: any). `debug` is taken, and adds nothing to the error.
    """
    if use_reentrant is None:
        warnings.warn(UNSAID.format("torch.utils.checkpoint: the"), UserWarning, stacklevel=2)
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, preserve, *args)
    if determinism_check not in _DESCRIPTIONS:
        raise ValueError(
            f"determinism_check should be one of {list(_DESCRIPTIONS)}, but got {determinism_check}"
        )
    first, second = context_fn()
    state = _states() if preserve else []
    if not mode.enabled:
        return function(*args, **kwargs)

    def again(*inputs: Any) -> None:
        with _as_it_was(state), second:
            function(*inputs, **kwargs)

    stop = early_stop if _early_stop[0] is None else _early_stop[0]
    frame = _Frame(again, args, stop, _DESCRIPTIONS[determinism_check])
    with saved_tensors_hooks(frame.pack, frame.unpack), first:
        returned = function(*args, **kwargs)
    frame.forward_is_over = True
    return returned


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Call modules one after the other in checkpointed segments; the last one is not checkpointed."""
    if use_reentrant is None:
        warnings.warn(
            UNSAID_OF_SEVERAL.format("torch.utils.checkpoint.checkpoint_sequential: the"),
            UserWarning,
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    modules = list(functions)
    size = len(modules) // segments

    def run(start: int, end: int) -> Callable[[Any], Any]:
        def forward(value: Any) -> Any:
            for module in modules[start:end]:
                value = module(value)
            return value

        return forward

    for start in range(0, size * (segments - 1), size):
        input = checkpoint(
            run(start, start + size), input, use_reentrant=use_reentrant, preserve_rng_state=preserve
        )
    return run(size * (segments - 1), len(modules))(input)


UNSAID = (
    "{0} use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling checkpoint without "
    "use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to preserve the current "
    "default behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the "
    "two variants."
)
UNSAID_OF_SEVERAL = UNSAID.replace(
    "Starting in PyTorch 2.9, calling checkpoint without use_reentrant will raise an exception.",
    "In version 2.9 we will raise an exception if use_reentrant is not passed.",
)
UNPACKED_TWICE = (
    "torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. If you are calling "
    "ctx.saved_tensors in backward, make sure to do so only once. Otherwise please open an issue with details on your "
    "use case."
)
SAVED_MORE = "torch.utils.checkpoint: trying to save more tensors during recomputation than during the original forward pass.\n"
TIP = """
Tip: To see a more detailed error message, either pass `debug=True` to
`torch.utils.checkpoint.checkpoint(...)` or wrap the code block
with `with torch.utils.checkpoint.set_checkpoint_debug_enabled(True):` to
enable checkpoint‑debug mode globally.

If this error occurs under torch.compile with automatic_dynamic_shapes enabled,
it may be because the recomputation selected a different compiled graph than the
forward pass (e.g., a dynamic graph instead of the original static graph).
To fix this, either:
  - Use torch._dynamo.mark_dynamic() to explicitly mark varying dimensions as
    dynamic upfront, avoiding the static-to-dynamic transition.
  - Call torch._C._dynamo.eval_frame._set_lru_cache(False) to disable LRU cache
    reordering, which can change which graph is checked first between forward
    and recompute.
See https://github.com/pytorch/pytorch/issues/166926 for more details and
workaround examples.
"""

__getattr__ = nothing_else("torch.utils.checkpoint")
