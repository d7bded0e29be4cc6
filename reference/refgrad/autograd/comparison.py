"""What `gradcheck` compares: derivatives, all of them or along one direction, with differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from .. import dtypes
from ..backend import xp
from ..tensor import Tensor, wrap
from . import grad, jacobians
from .jacobians import as_tuple, differentiable, watched

__all__ = ["Comparison", "Function", "GradcheckError"]

Function = Callable[..., Any]


class GradcheckError(RuntimeError):
    """A derivative is not what finite differences say."""

    __module__ = "torch.autograd.gradcheck"


class Comparison:
    """One call of `gradcheck`: the function, its inputs and the tolerances."""

    def __init__(
        self,
        func: Function,
        inputs: tuple[Any, ...],
        eps: float,
        atol: float,
        rtol: float,
        nondet_tol: float,
        fast: bool,
    ) -> None:
        self.func, self.inputs, self.eps, self.atol, self.rtol = func, inputs, eps, atol, rtol
        self.nondet_tol, self.fast = nondet_tol, fast
        self.sources = watched(inputs)
        _check_inputs(inputs)
        self.returned = as_tuple(func(*inputs))
        self.outputs = differentiable(self.returned)

    def run(self) -> None:
        """Compare the function, or the parts of its complex results, with differences."""
        several = [at for at, each in enumerate(self.outputs) if each.is_complex()]
        if not any(each.is_complex() for each in self.returned):
            self.compare(self.func, self.returned, "", ())
            return
        for part in ("imaginary", "real"):
            function = _part_of(self.func, "imag" if part == "imaginary" else "real")
            self.compare(function, function(*self.inputs), part, several)

    def compare(self, function: Function, returned: tuple[Any, ...], part: str, part_of: Any) -> None:
        """Compare one real function with differences."""
        outputs = differentiable(returned)
        if not outputs:
            self.expect_constant(function)
        elif self.fast:
            self.compare_along(function, returned, outputs, part, part_of)
        else:
            wanted = self.differences(function, returned)
            for number, output in enumerate(outputs):
                found = self.derivatives(partial(jacobians.analytical, output, self.sources))
                for at, matrix in enumerate(found):
                    want = wanted[at][number]
                    if not xp.allclose(matrix, want, self.rtol, self.atol):
                        raise GradcheckError(
                            _mismatch(matrix, want, number, at, part if number in part_of else "")
                        )

    def differences(self, function: Function, returned: tuple[Any, ...]) -> list[list[Any]]:
        """Return the matrices of differences, for each source those of all outputs that require grad."""
        real = [each for each in returned if each._array.dtype.kind in "fc"]
        return [
            [
                matrix
                for output, matrix in zip(
                    real, jacobians.numerical(function, self.inputs, source, self.eps), strict=True
                )
                if output.requires_grad
            ]
            for source in self.sources
        ]

    def derivatives(self, compute: Callable[[], list[Any]]) -> list[Any]:
        """Return what backward gives; refuse it if it gives something else the second time."""
        first, again = compute(), compute()
        for a, b in zip(first, again, strict=True):
            if a.size and abs(a - b).max() > self.nondet_tol:
                raise GradcheckError(NOT_REENTRANT.format(self.nondet_tol))
        return first

    def expect_constant(self, function: Function) -> None:
        """Refuse a function without differentiable results that changes with its inputs."""
        if self.fast:
            along_sources, _ = jacobians.directions(self.sources, ())
            found = [
                jacobians.numerical_along(function, self.inputs, source, direction, self.eps)
                for source, direction in zip(self.sources, along_sources, strict=True)
            ]
        else:
            found = [jacobians.numerical(function, self.inputs, source, self.eps) for source in self.sources]
        limit = self.nondet_tol if self.fast else 0
        if any(each.size and abs(each).max() > limit for row in found for each in row):
            raise GradcheckError("Numerical gradient for function expected to be zero")

    def compare_along(
        self,
        function: Function,
        returned: tuple[Any, ...],
        outputs: tuple[Tensor, ...],
        part: str,
        part_of: Any,
    ) -> None:
        """Compare along one direction of each source and output."""
        along_sources, along_outputs = jacobians.directions(self.sources, outputs)
        real = [each for each in returned if each._array.dtype.kind in "fc"]
        found = [
            self.derivatives(partial(jacobians.analytical_along, output, self.sources, seed))
            for output, seed in zip(outputs, along_outputs, strict=True)
        ]
        for at, (source, direction) in enumerate(zip(self.sources, along_sources, strict=True)):
            changes = jacobians.numerical_along(function, self.inputs, source, direction, self.eps)
            kept = [each for output, each in zip(real, changes, strict=True) if output.requires_grad]
            for number, (change, seed) in enumerate(zip(kept, along_outputs, strict=True)):
                want, got = (change * seed).sum(), jacobians.along(found[number][at], direction)
                scale = sum(float(each.sum()) for each in as_tuple(direction)) * float(seed.sum())
                if not xp.allclose(got, want, self.rtol, self.atol * scale):
                    where = part if number in part_of else ""
                    raise GradcheckError(
                        _mismatch(got, want, number, at, where)
                        + self.slow_details(function, returned, outputs[number], number, at)
                    )

    def slow_details(
        self, function: Function, returned: tuple[Any, ...], output: Tensor, number: int, at: int
    ) -> str:
        """Return the whole matrices, for the message about one direction of them."""
        want = self.differences(function, returned)[at][number]
        found = jacobians.analytical(output, self.sources)[at]
        text = (
            "\nThe above quantities relating the numerical and analytical jacobians are computed \nin fast mode. See: "
            "https://github.com/pytorch/pytorch/issues/53876 for more background \nabout fast mode. Below, we recompute "
            f"numerical and analytical jacobians in slow mode:\n\nNumerical:\n {_shown(want)}\nAnalytical:\n"
            f"{_shown(found)}\n\nThe max per-element difference (slow mode) is: {_shown(abs(want - found).max())}.\n"
        )
        return text + SLOW_IS_FINE if xp.allclose(found, want, self.rtol, self.atol) else text

    def batches(self) -> None:
        """Compare the gradients of a batch with those of its rows."""
        from .._random_tensors import randn_like
        from ..ops.joining import stack

        for output in self.outputs:
            rows = [randn_like(output) for _ in range(2)]
            single = [grad(output, self.sources, row, retain_graph=True, allow_unused=True) for row in rows]
            batch = grad(
                output,
                self.sources,
                stack(rows),
                retain_graph=True,
                allow_unused=True,
                is_grads_batched=True,
            )
            for at, (found, *want) in enumerate(zip(batch, *single, strict=True)):
                if found is not None and not xp.allclose(found._array, stack(want)._array):
                    raise GradcheckError(
                        f"The gradients of a batch differ from those of its rows with respect to input {at}"
                    )

    def zeros(self) -> None:
        """Refuse a backward that gives something for gradients of zeros."""
        if not self.outputs:
            return
        for each in grad(self.outputs, self.sources, _zeros(self.outputs), allow_unused=True):
            if each is not None and (each._array != 0).any():
                raise GradcheckError("backward not multiplied by grad_output")

    def undefined(self) -> None:
        """Refuse a backward that cannot do with outputs that got no gradient: all of them, then each alone."""
        count = len(self.outputs)
        _check_undefined(differentiable(self.func(*self.inputs)), range(count), self.sources)
        for at in range(count) if count > 1 else ():
            _check_undefined(differentiable(self.func(*self.inputs)), [at], self.sources)


def _check_inputs(inputs: tuple[Any, ...]) -> None:
    """Warn of inputs of low precision; refuse those that lie on themselves, and none to differentiate by."""
    for at, each in enumerate(inputs):
        if not isinstance(each, Tensor) or not each.requires_grad:
            continue
        if each.dtype not in (dtypes.float64, dtypes.complex128):
            warnings.warn(
                f"Input #{at} requires gradient and is not a double precision floating point or complex. This check will "
                "likely fail if all the inputs are not of double precision floating point or complex. ",
                UserWarning,
                stacklevel=4,
            )
        if any(step == 0 and size > 1 for step, size in zip(each.stride(), each.shape, strict=True)):
            raise RuntimeError(
                f"The {at}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous on "
                "the input before passing it to gradcheck."
            )
    if not watched(inputs):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


def _part_of(function: Function, name: str) -> Function:
    """Return the function with the real or imaginary parts of its complex results."""

    def part(*inputs: Any) -> tuple[Any, ...]:
        return tuple(
            getattr(each, name) if each.is_complex() else each for each in as_tuple(function(*inputs))
        )

    return part


def _zeros(outputs: tuple[Tensor, ...]) -> list[Tensor]:
    return [wrap(xp.zeros(each._array.shape, each._array.dtype)) for each in outputs]


def _check_undefined(outputs: tuple[Tensor, ...], silent: Any, sources: list[Tensor]) -> None:
    """Let backward run where some outputs got no gradient, and the others zeros."""
    from .function import without_gradient

    given = [without_gradient(each) if at in silent else each for at, each in enumerate(outputs)]
    if not given:
        return
    try:
        found = grad(given, sources, _zeros(outputs), allow_unused=True)
    except RuntimeError as error:
        warnings.warn(UNDEFINED_IS_NEW, UserWarning, stacklevel=5)
        raise GradcheckError(
            "Expected backward function to handle undefined output grads. Please look at " + UNDEFINED_NOTES
        ) from error
    if any(each is not None and (each._array != 0).any() for each in found):
        warnings.warn(UNDEFINED_IS_NEW, UserWarning, stacklevel=5)
        raise GradcheckError(
            "Expected all input grads to be undefined or zero when all output grads are undefined or zero. Please look "
            "at " + UNDEFINED_NOTES
        )


UNDEFINED_NOTES = '"Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
UNDEFINED_IS_NEW = (
    "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but it may break "
    'existing callers of this function. If this is true for you, you can call this function with "check_undefined_grad='
    'False" to disable the feature'
)
NOT_REENTRANT = """\
Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values, \
although analytical gradient matches numerical gradient.The tolerance for nondeterminism was {0}.

NOTE: If your op relies on non-deterministic operations i.e., it is listed here:
https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
this failure might be expected.

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.
If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `nondet_tol=<tol>` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_nondet_tol=<tol>`.
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_nondet_tol=<tol>`
"""
SLOW_IS_FINE = """\
Fast gradcheck failed but element-wise differences are small. This means that the
test might've passed in slow_mode!

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck:

If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `fast_mode=False` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_fast_mode=False`
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_fast_mode=False`"""


def _shown(array: Any) -> Tensor:
    shown: Tensor = wrap(xp.ascontiguousarray(array).reshape(array.shape))
    return shown


def _mismatch(found: Any, want: Any, output: int, input: int, part: str) -> str:
    start = f"While considering the {part} part of complex outputs only, " if part else ""
    return (
        f"{start}Jacobian mismatch for output {output} with respect to input {input},\n"
        f"numerical:{_shown(want)}\nanalytical:{_shown(found)}\n"
    )
