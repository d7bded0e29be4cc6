"""Two misconceptions of one assignment in one engine, by the names that they have there."""

from __future__ import annotations

from . import backward, retain_grad, view_reshape, zero_grad
from .sources import Variant, both

LISTED: dict[str, dict[str, Variant]] = {
    "backward": backward.VARIANTS,
    "retain_grad": retain_grad.VARIANTS,
    "view_reshape": view_reshape.VARIANTS,
    "zero_grad": zero_grad.VARIANTS,
}

PAIRS: dict[str, list[tuple[str, str]]] = {
    "backward": [
        ("assigns_grad", "relu_lets_everything_through"),
        ("mean_without_dividing", "subtracts_without_a_sign"),
        ("no_unbroadcast", "forgets_what_arrives"),
        ("fills_every_grad", "refuses_every_second_backward"),
        ("unbroadcast_drops_dimensions", "ignores_the_gradient_argument"),
        ("walks_every_path", "relu_lets_everything_through"),
        ("averages_broadcasting", "quotient_without_square"),
        ("index_assigns", "reshape_instead_of_transpose"),
        ("never_releases", "shares_the_gradient"),
        ("starts_any_output_with_ones", "sum_spreads_along_the_wrong_dimension"),
        ("matmul_in_the_wrong_order", "releases_only_the_output"),
    ],
    "retain_grad": [
        ("calls_a_leaf_once_per_path", "none_means_zero"),
        ("ignores_answers", "warns_always"),
        ("hands_over_arrays", "retains_leaves_too"),
        ("hooks_for_constants", "stumbles_over_removal"),
        ("calls_the_last_hook_first", "holds_the_tensor"),
        ("keeps_only_the_last", "never_warns"),
        ("keeps_before_the_hooks", "warns_once"),
        ("only_one_hook", "shares_what_it_keeps"),
    ],
    "view_reshape": [
        ("forgets_the_history", "joins_nothing"),
        ("copies_as_it_lies", "takes_any_shape_with_minus_one"),
        ("names_the_inferred_shape", "reshape_never_copies"),
        ("copies_always", "every_stride_counts"),
        ("infers_twice", "views_a_copy"),
        ("only_the_order_counts", "copies_without_history"),
        ("reshape_always_copies", "strides_of_the_next_length"),
    ],
    "zero_grad": [
        ("always_none", "climbs"),
        ("changes_before_it_refuses", "forgets_the_rate"),
        ("clears_after_the_step", "leaves_recording_on"),
        ("stops_at_none", "zeros_for_none"),
        ("always_zero", "computes_the_loss_as_it_stands"),
        ("changes_leaves_while_recording", "zeros_in_new_memory"),
        ("keeps_the_loss", "steps_into_new_memory"),
        ("makes_new_memory", "wipes_before_it_lets_go"),
        ("clears_the_parameters", "refuses_results_too"),
    ],
}


def pair(assignment: str, one: str, other: str) -> Variant:
    """Return the engine with both misconceptions of the assignment."""
    return both(LISTED[assignment][one], LISTED[assignment][other])
