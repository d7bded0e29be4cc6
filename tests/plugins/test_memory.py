"""observe.watch and observe.freed: whether a tensor outlives its names."""

from __future__ import annotations

import pytest

from gradlab.errors import CheckAuthoringError


def released_by_backward(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x.exp()
    w = observe.watch(y)
    loss = (y * y).sum()
    del y
    observe.freed(w)
    loss.backward()
    observe.freed(w)
    observe.gradient(x)


def test_the_right_engine_differs_nowhere(lab):
    assert lab.findings(released_by_backward) == []


def test_a_graph_that_is_kept_is_said_with_when(lab):
    release = "node.parents = (Tensor(0.0),)  # what was saved is released"
    (finding,) = lab.findings(released_by_backward, (release, "pass"))
    assert finding.message == "y after loss.backward() still exists; the reference has released it."
    assert (finding.plugin, finding.expected, finding.actual) == ("memory", "released", "alive")


def test_a_graph_that_is_lost_is_said_too(lab):
    found = lab.findings(
        released_by_backward,
        (
            "Tensor(result, wanted, parents if wanted else ()",
            "Tensor(result, wanted, tuple(map(copied, parents))",
        ),
        (
            "def tensor(",
            "def copied(p):\n    c = Tensor(p.data, p.requires_grad, p.parents, p.rule)\n    return c\n\n\ndef tensor(",
        ),
    )
    assert found[-1].message == "y after (y * y).sum() is gone; the reference still has it."


def test_a_tensor_held_by_a_cycle_is_alive(lab):
    found = lab.findings(
        released_by_backward,
        (
            "self.used = parents, backward, [], False",
            "self.used = parents, backward, [], False\n        self.me = self",
        ),
    )
    assert [f.message for f in found] == [
        "y after loss.backward() still exists; the reference has released it."
    ]


def test_an_engine_whose_tensors_cannot_be_watched_fails_in_words(lab):
    slots = '__slots__ = ("data", "requires_grad", "grad", "parents", "rule", "hooks", "used")\n\n    def __init__'
    found = lab.findings(released_by_backward, ("def __init__(self, data", f"{slots}(self, data"))
    assert "cannot create weak reference to 'Tensor' object" in found[0].message


def test_only_a_token_can_be_asked(lab):
    def no_token(torch, observe, rng):
        observe.freed(torch.tensor(1.0))

    with pytest.raises(
        CheckAuthoringError, match=r"observe\.freed\(torch\.tensor\(1\.0\)\): hand over what observe\.watch"
    ):
        lab.record(no_token)


def test_only_what_the_engine_made_is_watched(lab):
    def a_list(torch, observe, rng):
        observe.watch([1, 2])

    with pytest.raises(CheckAuthoringError, match="only what the engine made is watched"):
        lab.record(a_list)
