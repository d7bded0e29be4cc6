"""The graph that a printed program records."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradlab.model import Graph
from gradlab.show import show_with_graph


def drawn(lab: Any, function: Any, wrong: str = "") -> Graph | None:
    program = lab.record(function)
    marks = {
        step.sid: "reference 1.0, yours 2.0" for step in program.steps() if wrong and step.observer == wrong
    }
    return show_with_graph(program, engine_name="engine", marks=marks)[1]


def said(graph: Graph | None) -> list[tuple[str, str, str, tuple[int, ...]]]:
    assert graph is not None
    return [(node.name, node.made_by, node.kind, node.inputs) for node in graph.nodes]


def diamond(torch, observe, rng):  # type: ignore[no-untyped-def]
    x = torch.tensor(np.array(2.0), requires_grad=True)
    c = torch.tensor(np.array(3.0))
    unused = c * 5.0
    a = x * c
    loss = (a.exp() + a) * 0.5
    loss.backward()
    observe.value(unused)
    observe.gradient(x)


def test_nodes_have_the_names_of_the_printed_program_and_what_leads_to_no_backward_is_left_out(
    lab: Any,
) -> None:
    graph = drawn(lab, diamond, "gradient")
    assert said(graph) == [
        ("x", "2.0", "leaf", ()),
        ("c", "3.0", "constant", ()),
        ("a", "x * c", "operation", (0, 1)),
        ("", "a.exp()", "operation", (2,)),
        ("", "+", "operation", (3, 2)),
        ("loss", "*", "operation", (4,)),
    ]
    assert graph is not None
    assert [node.start for node in graph.nodes].index(True) == 5
    assert (graph.nodes[0].wrong, graph.nodes[0].note) == (True, "grad: reference 1.0, yours 2.0")


def test_what_is_made_without_recording_is_a_constant(lab: Any) -> None:
    def check(torch, observe, rng):  # type: ignore[no-untyped-def]
        x = torch.tensor(np.array(2.0), requires_grad=True)
        with torch.no_grad():
            c = x * 2.0
        (x * c * x.detach()).backward()
        observe.gradient(x)

    assert [kind for _, _, kind, _ in said(drawn(lab, check))] == [
        "leaf",
        "constant",
        "operation",
        "constant",
        "operation",
    ]


def test_an_exception_is_marked_where_backward_began(lab: Any) -> None:
    def check(torch, observe, rng):  # type: ignore[no-untyped-def]
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = x.exp()
        with observe.error():
            y.backward()

    graph = drawn(lab, check, "error")
    assert graph is not None
    assert [node.wrong for node in graph.nodes] == [False, True]


def test_a_single_leaf_needs_no_picture(lab: Any) -> None:
    def check(torch, observe, rng):  # type: ignore[no-untyped-def]
        x = torch.tensor(np.array(2.0), requires_grad=True)
        x.backward()
        observe.gradient(x)

    assert drawn(lab, check) is None


def test_a_graph_too_large_to_look_at_is_not_drawn(lab: Any) -> None:
    def check(torch, observe, rng):  # type: ignore[no-untyped-def]
        y = x = torch.tensor(np.array(2.0), requires_grad=True)
        for _ in range(30):
            y = y * 1.5
        y.backward()
        observe.gradient(x)

    assert drawn(lab, check) is None
