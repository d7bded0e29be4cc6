"""The optimizer: what happens to parameters and their gradients between one backward and the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .tensor import Tensor, enable_grad, no_grad


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    """Forget what backward has added up in the `.grad` of each parameter.

    - `set_to_none` true: `.grad` becomes None, as if there had never been a backward. The old gradient's numbers are
      left alone: somebody may still hold it.
    - `set_to_none` false: the numbers in the `.grad` that is there become 0, in place (`zero_()`); it is the same
      tensor as before. A parameter whose `.grad` is None has nothing to clear and keeps None.

        x = tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
        g = x.grad                                  # tensor([2., 4.])
        clear_grads([x], set_to_none=False)
        g                                           # tensor([0., 0.]), and x.grad is g
        clear_grads([x], set_to_none=True)
        x.grad                                      # None
    """
    ### BEGIN SOLUTION 3.2
    for parameter in parameters:
        if set_to_none:
            parameter.grad = None
        elif parameter.grad is not None:
            parameter.grad.zero_()
    ### END SOLUTION


def descend(parameters: Iterable[Tensor], lr: float) -> None:
    """Take one step of gradient descent: each parameter becomes parameter - lr * its gradient.

    It is changed in place, for the program's other parts hold the very same tensor. That is no part of any graph:
    switch recording off. A parameter without a gradient stays as it is, and the ones after it still have their turn.
    The gradients are only read; clearing them is somebody else's decision.

        x = tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()                    # x.grad is tensor([2., 4.])
        descend([x], lr=0.25)
        x                                           # tensor([0.5, 1. ], requires_grad=True)
    """
    ### BEGIN SOLUTION 3.3
    with no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.sub_(parameter.grad, alpha=lr)
    ### END SOLUTION


def compute_loss(closure: Callable[[], Any]) -> Any:
    """Call `closure`, which clears the gradients, computes the loss, calls backward and returns the loss. Return that.

    Its operations must be recorded, or there is nothing to go back through; but `step` may have been called inside of
    `no_grad()`. `enable_grad()` switches recording on for a block, and puts back what was before.

        x = tensor(3.0, requires_grad=True)
        with no_grad():
            loss = compute_loss(lambda: x * x)
        loss.requires_grad                          # True
    """
    ### BEGIN SOLUTION 3.4
    with enable_grad():
        return closure()
    ### END SOLUTION


### BEGIN GIVEN FROM zero_grad
class SGD:
    """Stochastic gradient descent, as `torch.optim.SGD(parameters, lr=0.1)`."""

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3) -> None:
        self.params = list(params)
        self.lr = lr

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear the gradients (task 3.2)."""
        clear_grads(self.params, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters (task 3.3); with `closure`, compute the loss first (task 3.4) and return it."""
        loss = None if closure is None else compute_loss(closure)
        descend(self.params, self.lr)
        return loss


class optim:  # noqa: N801 - PyTorch's name
    """What a program finds as `torch.optim`."""

    SGD = SGD


### END GIVEN
