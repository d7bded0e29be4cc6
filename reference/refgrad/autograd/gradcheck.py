"""Compare derivatives with finite differences: `gradcheck`, `gradgradcheck`."""

from __future__ import annotations

from typing import Any

from ..backend import xp
from ..ops.complex import view_as_real
from ..tensor import Tensor, wrap
from . import grad
from .comparison import Comparison, Function, GradcheckError
from .jacobians import as_tuple, differentiable, watched

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Tell whether the derivatives of a function agree with central differences; raise where they do not.

    They must also be the same twice (up to `nondet_tol`), vanish where the outputs' gradients do, and come to be
    where outputs get none (`check_undefined_grad`). `fast_mode` compares along one direction only. There are no
    sparse tensors here (`masked`), and the engine gives each gradient the dtype of its input (`check_grad_dtypes`).
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    if check_forward_ad:
        raise NotImplementedError(
            "refgrad has no forward mode to check: call gradcheck without check_forward_ad"
        )
    check = Comparison(func, as_tuple(inputs), eps, atol, rtol, nondet_tol, fast_mode)
    try:
        check.run()
        if check_batched_grad:
            check.batches()
        check.zeros()
        if check_undefined_grad:
            check.undefined()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Tell whether the second derivatives of a function agree with central differences of the first.

    The outputs' gradients are `grad_outputs`, or drawn; the derivatives by them are checked as well.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    for name, asked in (
        ("check_undefined_grad", check_undefined_grad),
        ("check_batched_grad", check_batched_grad),
    ):
        if asked and not check_rev_over_rev:
            raise AssertionError(f"Setting {name}=True requires check_rev_over_rev to be True")
    given = as_tuple(inputs)
    if grad_outputs is None:
        seeds = tuple(_drawn(each, gen_non_contig_grad_outputs) for each in differentiable(func(*given)))
    else:
        seeds = as_tuple(grad_outputs)
    return gradcheck(
        _first_derivatives(func, given, seeds),
        (*given, *seeds),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


def _drawn(output: Tensor, apart: bool) -> Tensor:
    """Draw a gradient between -1 and 1; `apart`: one whose elements do not lie next to each other."""
    drawn = wrap(xp.empty(output._array.shape, output._array.dtype))
    (view_as_real(drawn) if output.is_complex() else drawn).uniform_(-1, 1)
    if apart and drawn.numel() > 1:
        drawn = drawn.repeat_interleave(2, dim=-1)[..., ::2]
    return drawn.requires_grad_()


def _first_derivatives(func: Function, given: tuple[Any, ...], seeds: tuple[Any, ...]) -> Function:
    """Return the function of inputs and outputs' gradients that gives the derivatives by the inputs."""
    needs = [isinstance(each, Tensor) and each.requires_grad for each in (*given, *seeds)]

    def first(*values: Any) -> tuple[Any, ...]:
        values = tuple(
            each.requires_grad_() if need else each for each, need in zip(values, needs, strict=True)
        )
        sources, gradients = values[: len(given)], values[len(given) :]
        outputs = differentiable(func(*sources))
        found = grad(outputs, watched(sources), gradients, create_graph=True, allow_unused=True)
        return tuple(each for each in found if each is not None)

    return first
