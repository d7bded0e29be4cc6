"""Gradients of results: they are not kept, but one can ask for them, look at them, and change them on their way."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

from .graph import Array, Node
from .tensor import Tensor

### BEGIN GIVEN FROM retain_grad
Hook = Callable[[Tensor], Any]
Hooks = dict[int, Hook]

NOT_A_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)
NOTHING_TO_RETAIN = "can't retain_grad on Tensor that has requires_grad=False"
NOTHING_TO_HOOK = "cannot register a hook on a tensor that doesn't require gradient"

_hook_numbers = count()


def warn(sentence: str) -> None:
    """Give a UserWarning that names the line of the program that reads `.grad`."""
    warnings.warn(sentence, UserWarning, stacklevel=4)  # past warn, grad_of_result and Tensor.grad


class Handle:
    """What `register_hook` returns: it puts a hook among others, under a number, and can take it away again."""

    def __init__(self, hooks: Hooks, hook: Hook) -> None:
        self.hooks = hooks
        self.number = next(_hook_numbers)
        hooks[self.number] = hook

    def remove(self) -> None:
        self.hooks.pop(self.number, None)


def pass_by(node: Node, grad: Array) -> Array:
    """Show the gradient of a node's output, now that all of it has arrived, to whoever asked. Return what they made of
    it: the node goes on with that."""
    if node.hooks:
        grad = run_hooks(node.hooks, grad)
    result = None if node.result is None else node.result()
    if result is not None:
        keep_grad(result, grad)
    return grad


### END GIVEN
def grad_of_result(result: Tensor) -> Tensor | None:
    """Read `.grad` of a tensor that is no leaf: return `result.kept`, where a gradient is kept if there is one.

    It is None, unless `result` was asked to retain its gradient. Who reads it all the same is probably mistaken, so
    give PyTorch's warning, at each reading: warn(NOT_A_LEAF). If `result.retains_grad` is true, all is well: no
    warning.

        y = tensor([1.0, 2.0], requires_grad=True) * 3.0
        y.grad                                      # None, and a UserWarning: it calls grad_of_result(y)
    """
    ### BEGIN SOLUTION 4.1
    if not result.retains_grad:
        warn(NOT_A_LEAF)
    return result.kept
    ### END SOLUTION


def retain(tensor: Tensor) -> None:
    """Ask that the gradient of `tensor` be kept.

    - A tensor that requires no gradient never gets one, RuntimeError(NOTHING_TO_RETAIN).
    - A leaf keeps its gradient anyway: do nothing. Its `retains_grad` stays False.
    - For a result, set `retains_grad` to True, and tell its node: `tensor.grad_fn.result = weakref.ref(tensor)`.
      A weak reference does not keep the tensor alive. (The tensor holds its node already; if the node held the
      tensor too, neither would be freed when the program lets go of them.)

        y = tensor([1.0, 2.0], requires_grad=True) * 3.0
        retain(y)
        (y * y).sum().backward()
        y.grad                                      # tensor([ 6., 12.])
    """
    ### BEGIN SOLUTION 4.2
    if not tensor.requires_grad:
        raise RuntimeError(NOTHING_TO_RETAIN)
    if tensor.grad_fn is not None:
        tensor.retains_grad = True
        tensor.grad_fn.result = weakref.ref(tensor)
    ### END SOLUTION


def keep_grad(result: Tensor, grad: Array) -> None:
    """Add the array `grad` to `result.kept`; called when backward comes past a result that retains its gradient.

    As for a leaf, the first gradient makes a tensor of its own, and later ones add up. Other parts of the walk hold
    `grad` too, so copy it, and never change it.

        keep_grad(y, np.array([6.0, 12.0]))
        keep_grad(y, np.array([1.0, 1.0]))
        y.kept                                      # tensor([ 7., 13.])
    """
    ### BEGIN SOLUTION 4.2
    result.kept = Tensor(grad.copy() if result.kept is None else result.kept.data + grad)
    ### END SOLUTION


def add_hook(tensor: Tensor, hook: Hook) -> Handle:
    """Register `hook`, to be called with each gradient of `tensor`: return Handle(hooks, hook).

    A leaf has its hooks itself, `tensor.hooks`. Those of a result belong to its node, `tensor.grad_fn.hooks`: they
    are called also if the program keeps no name of the tensor. A tensor that requires no gradient never gets one,
    RuntimeError(NOTHING_TO_HOOK).

        y = tensor([1.0, 2.0], requires_grad=True) * 3.0
        handle = add_hook(y, lambda grad: print(grad))
        y.sum().backward()                          # prints tensor([1., 1.])
        handle.remove()
    """
    ### BEGIN SOLUTION 4.3
    if not tensor.requires_grad:
        raise RuntimeError(NOTHING_TO_HOOK)
    return Handle(tensor.hooks if tensor.grad_fn is None else tensor.grad_fn.hooks, hook)
    ### END SOLUTION


def run_hooks(hooks: Hooks, grad: Array) -> Array:
    """Call each hook with the gradient, as a Tensor, in the order in which they were registered. Return the gradient.

    It is called for you, once for each tensor that has hooks and each backward, with the sum over all paths. (`hooks`
    is a dict, which keeps its order. A hook may remove itself while it runs: loop over a list of the values.)

    Task 4.4: a hook may return a tensor, and that takes the gradient's place: the next hook receives it, and in the
    end `run_hooks` returns its array. A hook that returns None has only looked.

        run_hooks({0: lambda grad: grad * 2.0}, np.array([1.0, 2.0]))    # array([2., 4.])
    """
    ### BEGIN SOLUTION 4.3
    for hook in list(hooks.values()):
        answer = hook(Tensor(grad))
        ### BEGIN SOLUTION 4.4
        if answer is not None:
            grad = answer.data
        ### END SOLUTION
    return grad
    ### END SOLUTION
