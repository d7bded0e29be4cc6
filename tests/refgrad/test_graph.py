"""The graph: what points to what, in which order it runs, and what keeps what alive."""

from __future__ import annotations

import gc
import weakref

import refgrad as torch
from refgrad.graph import derivative


def test_a_table_entry_saves_only_what_the_rules_of_inputs_that_require_grad_name() -> None:
    x, w = torch.ones(2, requires_grad=True), torch.full((2,), 3.0)
    node = (x * w).grad_fn
    assert node._saved_self is None
    assert node._saved_other is w


def test_both_factors_are_saved_when_both_require_grad() -> None:
    x, w = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    node = (x * w).grad_fn
    assert node._saved_self is x
    assert node._saved_other is w


def test_a_rule_names_what_it_needs_by_its_parameters() -> None:
    kind = derivative(
        "Probe", args="factor", self=lambda g, factor: g * factor, other=lambda g, self, result: g
    )
    assert kind.inputs == ("self", "other")
    assert kind.tensors == ("result", "self")  # in the order of names
    assert kind.takes == ("factor",)


def test_leaves_share_one_accumulator_as_long_as_a_graph_lives() -> None:
    x = torch.ones(2, requires_grad=True)
    a, b = x * 2, x + 1
    assert a.grad_fn.next_functions[0][0] is b.grad_fn.next_functions[0][0]
    assert a.grad_fn.next_functions[0][0].variable is x


def test_nodes_are_numbered_in_the_order_of_the_forward_pass() -> None:
    x = torch.ones(2, requires_grad=True)
    a = x * 2
    b = a + 1
    assert b.grad_fn._sequence_nr() == a.grad_fn._sequence_nr() + 1


def test_ready_leaves_are_served_in_the_order_of_torchs_heap() -> None:
    order: list[int] = []
    leaves = [torch.ones(1, requires_grad=True) for _ in range(6)]
    for number, leaf in enumerate(leaves):
        leaf.register_post_accumulate_grad_hook(lambda _, number=number: order.append(number))
    torch.stack(leaves).sum().backward()
    assert order == [0, 2, 5, 4, 1, 3]


def test_a_dropped_graph_is_freed_by_reference_counting_alone() -> None:
    class Note:
        pass

    gc.collect()
    gc.disable()
    try:
        x = torch.ones(3, requires_grad=True)
        h = x * 2
        h.note = Note()
        alive = weakref.ref(h.note)
        y = (h.exp() * h.tanh()).sum()
        y.backward()
        del h, y
        assert alive() is None
    finally:
        gc.enable()


def test_a_leaf_dies_with_its_last_name() -> None:
    gc.disable()
    try:
        x = torch.ones(3, requires_grad=True)
        (x * x).sum().backward()
        alive = weakref.ref(x)
        del x
        assert alive() is None
    finally:
        gc.enable()


def test_a_result_does_not_keep_its_tensor_alive_but_an_input_does() -> None:
    x = torch.ones(3, requires_grad=True)
    result = x.exp()
    product = result * result
    watch = weakref.ref(result)
    del result
    assert watch() is not None
    product.sum().backward()
    assert watch() is None
