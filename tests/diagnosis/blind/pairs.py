"""Pairs of misconceptions of one assignment that one engine has at once: {assignment: [(title, title)]}.

The variants of a pair stand on the same right engine and change different places of it: `independent.sources.both`
puts them together.
"""

from __future__ import annotations

PAIRS: dict[str, list[tuple[str, str]]] = {
    "backward": [
        ("assigns_grad", "subtracts_without_a_sign"),
        ("mean_without_dividing", "refuses_every_second_backward"),
        ("relu_lets_everything_through", "unbroadcast_drops_dimensions"),
        ("index_assigns", "quotient_without_square"),
        ("matmul_in_the_wrong_order", "forgets_retain_graph"),
        ("gives_constants_a_grad", "unbroadcast_sums_in_front_only"),
    ],
    "retain_grad": [
        ("calls_a_leaf_once_per_path", "warns_once"),
        ("hooks_for_constants", "last_answer_wins"),
        ("retains_leaves_too", "stumbles_over_removal"),
        ("calls_the_last_hook_first", "keeps_only_the_last"),
        ("holds_the_tensor", "never_warns"),
        ("retains_for_constants", "only_one_hook"),
    ],
    "view_reshape": [
        ("copies_always", "joins_nothing"),
        ("copies_without_history", "only_the_order_counts"),
        ("stumbles_over_length_one", "views_a_copy"),
        ("infers_twice", "every_stride_counts"),
        ("names_the_inferred_shape", "reshape_never_copies"),
        ("takes_any_shape_with_minus_one", "refuses_all_that_is_not_contiguous"),
    ],
    "zero_grad": [
        ("climbs", "always_none"),
        ("changes_before_it_refuses", "forgets_the_rate"),
        ("leaves_recording_on", "zeros_for_none"),
        ("changes_leaves_while_recording", "computes_the_loss_as_it_stands"),
        ("refuses_results_too", "zeros_in_new_memory"),
        ("steps_into_new_memory", "wipes_before_it_lets_go"),
    ],
}
