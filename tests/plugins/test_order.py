"""observe.order: in which order the engine came past the places that a check names."""

from __future__ import annotations

import pytest

from gradlab.errors import CheckAuthoringError

CALLS = "for hook in node.hooks:"


def in_turn(torch, observe, rng):
    x = torch.tensor([1.0], requires_grad=True)
    for name in ("first", "second", "third"):
        x.register_hook(lambda grad, name=name: observe.order(name))
    x.backward()
    observe.order("backward is done")


def test_the_right_engine_differs_nowhere(lab):
    assert lab.findings(in_turn) == []


def test_places_are_told_apart_though_their_functions_have_one_name(lab):
    (finding,) = lab.findings(in_turn, (CALLS, "for hook in node.hooks[::-1]:"))
    assert finding.message == (
        "The order is third, second, first, backward is done; in the reference it is first, second, third, backward is "
        "done."
    )
    assert (finding.plugin, finding.sid > 0) == ("order", True)


def test_a_place_that_is_never_reached_is_said_once_and_by_others(lab):
    found = lab.findings(in_turn, (CALLS, "for hook in node.hooks[:2]:"))
    assert found
    assert "order" not in {finding.plugin for finding in found}


def test_a_place_that_is_reached_twice_is_said_by_others(lab):
    found = lab.findings(in_turn, (CALLS, "for hook in node.hooks + node.hooks[:1]:"))
    assert found
    assert "order" not in {finding.plugin for finding in found}


def test_a_place_needs_a_name(lab):
    def nameless(torch, observe, rng):
        observe.order(3)

    with pytest.raises(CheckAuthoringError, match=r"observe\.order\(3\): give the place a name, a string\."):
        lab.record(nameless)


def test_a_place_is_a_line_of_the_printed_program(lab):
    from gradlab.show import show

    assert "print('backward is done')" in show(lab.record(in_turn))
