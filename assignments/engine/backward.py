"""Both ends of backward, and the walk between them."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from .graph import SECOND_BACKWARD, Array, Node
from .tensor import Tensor, after_its_hooks


def starting_gradient(output: Tensor, gradient: Tensor | None) -> Array:
    """Return the array that backward starts with at `output`: the gradient of `output` itself.

    - With `gradient`, it is that tensor's array. Its shape must be exactly the output's, else RuntimeError:
      "Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of torch.Size([3])."
    - An output that does not require a gradient has nothing to send back, RuntimeError:
      "element 0 of tensors does not require grad and does not have a grad_fn"
    - Without `gradient`, it is 1, in the output's shape; but only if the output has exactly one element
      (its shape may be (), (1,), (1, 1), ...). For any other number of elements, RuntimeError:
      "grad can be implicitly created only for scalar outputs"

    They are checked in this order.

        starting_gradient(tensor(5.0, requires_grad=True), None)    # array(1.)
        starting_gradient(tensor([5.0], requires_grad=True), None)  # array([1.])
    """
    ### BEGIN SOLUTION 2.1
    if gradient is not None and gradient.shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) "
            f"and output[0] has a shape of torch.Size({list(output.shape)})."
        )
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is not None:
        return gradient.data
    if output.numel() != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    return np.ones(output.shape)
    ### END SOLUTION


### BEGIN GIVEN FROM retain_grad
@after_its_hooks
### END GIVEN
def accumulate_grad(leaf: Tensor, grad: Array) -> None:
    """Add the array `grad` to `leaf.grad`.

    The first time `leaf.grad` is None and becomes a tensor with these numbers; after that they are added to
    the numbers that are there, in place: who holds that tensor sees the sum. Its array is the leaf's own: the array
    `grad` may belong to somebody else (to the `gradient` that the caller passed, or to another leaf), and must never
    change.

        x = tensor([1.0, 2.0], requires_grad=True)
        accumulate_grad(x, np.array([10.0, 20.0]))
        accumulate_grad(x, np.array([1.0, 1.0]))
        x.grad                                      # tensor([11., 21.])
    """
    ### BEGIN SOLUTION 2.1
    if leaf.grad is None:
        leaf.grad = Tensor(np.array(grad))
    else:
        leaf.grad.data += grad
    ### END SOLUTION


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    """Send `grad`, the gradient of the output that `root` made, back to every leaf.

    `node.input_gradients(grad)` applies a node's rule. It returns a pair (target, gradient) for each input that
    needs one; the target is another Node, or a leaf Tensor, the end of the road: `accumulate_grad`.

    What is used several times gets a gradient along every path, and they are added up: a node may only be
    run once all of them have arrived, and then it is run once, with the sum. An input always has a smaller
    `number` than the nodes that use it. Graphs may be tens of thousands of nodes deep, so use a loop and no
    recursion; and add with `a + b`, never `a += b`, for two nodes may hold the same array.

        x = tensor(3.0, requires_grad=True)
        y = x * x           # two edges lead from this node to x; each carries 3
        y.backward()
        x.grad              # tensor(6.)

    Task 2.6, once the rest works: what a node saved is released as soon as its rule has run, unless
    `retain_graph` is true: set `node.saved` to None, but leave it as it is where nothing was saved: such a
    node can run again. A node whose `saved` is None when its turn comes raises
    RuntimeError(SECOND_BACKWARD), PyTorch's sentence, which you find above.
    """
    ### BEGIN SOLUTION 2.2
    # What uses a node is younger than the node: when the youngest one waiting has its turn, all has arrived there.
    sums: dict[Node | Tensor, Array] = {root: grad}
    waiting = [(-root.number, root)]  # a heap, the youngest first
    while waiting:
        _, node = heappop(waiting)
        arrived = sums.pop(node)
        ### BEGIN SOLUTION 2.6
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        ### END SOLUTION
        for target, part in node.input_gradients(arrived):
            if target in sums:
                sums[target] = sums[target] + part
            else:
                sums[target] = part
                if isinstance(target, Node):
                    heappush(waiting, (-target.number, target))
        ### BEGIN SOLUTION 2.6
        if node.saved and not retain_graph:
            node.saved = None
        ### END SOLUTION
    for leaf, total in sums.items():
        accumulate_grad(leaf, total)
    ### END SOLUTION
