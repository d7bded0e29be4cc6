"""Start with ones, whatever `gradient` says.

The argument is the gradient of the output itself: how much a final scalar would change with each of its elements. Ones
are only the special case in which that scalar is the sum.
"""

from __future__ import annotations

import numpy as np
from engine import Array, Tensor

must_fail = [
    "starts_with_the_given_gradient",
    "adds_to_what_is_there",
    "follows_a_chain",
    "adds_up_the_paths",
    "fills_only_leaves",
    "adds_up_over_two_graphs",
    "stops_at_constants",
    "differentiates_sub_and_div",
    "differentiates_powers",
    "differentiates_exp_and_log",
    "differentiates_tanh_and_sigmoid",
    "differentiates_relu",
    "differentiates_sums_along_a_dimension",
    "differentiates_reshape_and_transpose",
    "differentiates_indexing",
    "differentiates_matmul",
    "sums_over_dimensions_in_front",
    "sums_over_stretched_dimensions",
    "sums_everything_for_a_scalar",
    "frees_what_was_saved",
    "keeps_it_when_asked",
    "the_gradient_is_the_leaf_s_own",
    "a_short_and_a_long_way",
    "functions_of_functions",
    "numbers_on_the_left",
    "picked_more_than_once",
    "matrices_that_share_a_leaf",
    "reductions_of_odd_shapes",
    "in_front_and_stretched",
    "against_itself",
    "released_node_by_node",
    "any_graph",
]


def starting_gradient(output: Tensor, gradient: Tensor | None) -> Array:
    if gradient is not None and gradient.shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) "
            f"and output[0] has a shape of torch.Size({list(output.shape)})."
        )
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is None and output.numel() != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    return np.ones(output.shape)
