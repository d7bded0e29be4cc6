"""observe.memory and observe.released: which share of what was taken is given back, by both accounts."""

from __future__ import annotations

import re
import sys
import tracemalloc

import pytest

from gradlab.errors import CheckAuthoringError
from gradlab.model import Observation
from gradlab.show import show
from gradlab.wire import Payload, Released, Scalar, Weight

MB = 1 << 20
RELEASE = "node.parents = (Tensor(0.0),)  # what was saved is released"
LEAKS = ("return Tensor(result, wanted", "KEPT.append(result)\n    return Tensor(result, wanted")
A_LIST = ("_enabled = True", "_enabled = True\nKEPT = []")


def large(torch, rng):
    few = torch.tensor(rng.normal(size=(64, 1)))
    return few * torch.tensor(rng.normal(size=64)), torch.tensor(rng.normal(), requires_grad=True)


def gives_back(torch, observe, rng):
    many, w = large(torch, rng)
    start = observe.memory()
    loss = (many * w * 0.9 * 0.9).sum()
    built = observe.memory()
    loss.backward()
    observe.released(start, built)


def keeps(torch, observe, rng):
    many, w = large(torch, rng)
    start = observe.memory()
    loss = (many * w * 0.9 * 0.9).sum()
    built = observe.memory()
    loss.backward(retain_graph=True)
    observe.released(start, built)


def needs_no_more_and_more(torch, observe, rng):
    many, w = large(torch, rng)
    start = observe.memory()
    loss = (many * w * 0.9 * 0.9).sum()
    built = observe.memory()
    for _ in range(3):
        (many * w * 0.9).sum().backward()
    loss.backward()
    observe.released(start, built)


CHECKS = [gives_back, keeps, needs_no_more_and_more]


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """What is taken here is little, and exact by the worker's account."""
    monkeypatch.setattr("gradlab_plugins.memory.OWN_NOTHING", 1000)


@pytest.mark.parametrize("check", CHECKS)
def test_the_right_engine_differs_nowhere(lab, check):
    assert lab.findings(check) == []


def test_what_is_never_given_back_is_said_with_when(lab):
    (finding,) = lab.findings(gives_back, (RELEASE, "pass"))
    assert finding.message == (
        "Of the memory that was taken, nothing is given back after loss.backward() (counting your engine's memory); in "
        "the reference all is."
    )
    assert (finding.expected, finding.actual, finding.kind) == (
        "all given back",
        "nothing given back",
        "kept",
    )


def test_what_is_given_back_too_early_is_said(lab):
    (finding,) = lab.findings(
        keeps,
        ("if not retain_graph:\n                node.parents", "if True:\n                node.parents"),
    )
    assert finding.message.startswith("Of the memory that was taken, all is given back after")
    assert finding.kind == "given back"


def test_what_grows_with_every_iteration_is_seen(lab):
    assert [f.kind for f in lab.findings(needs_no_more_and_more, A_LIST, LEAKS)] == ["kept"]


def test_a_cycle_keeps_its_memory_for_the_collector_is_off(lab):
    cycle = (
        "self.used = parents, backward, [], False",
        "self.used = parents, backward, [], False\n        self.me = self",
    )
    assert [f.kind for f in lab.findings(gives_back, cycle, (RELEASE, "pass"))] == ["kept"]


def test_a_part_that_is_kept_is_said_in_tens_of_percents(lab):
    half = (
        RELEASE,
        "if node.rule is not np.sum and len(KEPT) < 2:\n                    KEPT.append(node.parents)\n                node.parents = ()",
    )
    (finding,) = lab.findings(gives_back, A_LIST, half)
    assert finding.actual.startswith("about ")


# --- both accounts ---------------------------------------------------------------------------------------------
def seen(own: tuple[int, int, int], outside: tuple[int, int, int] | None) -> Released:
    taken = outside or (None, None, None)
    return Released(*[Weight(a * MB, None if b is None else b * MB) for a, b in zip(own, taken, strict=True)])


def judged(lab, want: Payload, have: Payload) -> list[str]:
    def one(payload: Payload) -> tuple[Observation, ...]:
        return (Observation(5, 0, "released", "loss.backward()", payload),)

    return [
        finding.message
        for finding in lab.judge(lab.check(gives_back), one(want), one(have))
        if finding.plugin == "memory"
    ]


REFERENCE = seen((0, 20, 0), (3, 23, 3))


@pytest.mark.parametrize(
    "have",
    [
        seen((0, 20, 0), (6, 26, 6)),  # more code
        seen((0, 20, 0), (3, 24, 5)),  # the system's count is not exact
        seen((0, 60, 0), (3, 63, 3)),  # saves more, gives all of it back
        seen((0, 8, 0), (3, 11, 3)),  # saves less
        seen((0, 0, 0), (3, 23, 3)),  # not numpy's arrays
    ],
    ids=str,
)
def test_what_a_right_engine_may_show(lab, have):
    assert judged(lab, REFERENCE, have) == []


def test_a_public_check_goes_by_the_engines_own_account(lab):
    public = seen((0, 20, 0), None)
    assert judged(lab, public, public) == []
    (message,) = judged(lab, public, seen((0, 20, 20), None))
    assert "your engine's memory" in message


def test_what_nobody_could_see_from_outside_is_not_believed(lab):
    assert judged(lab, REFERENCE, seen((0, 20, 0), None)) == [
        "The memory in use could not be read from outside."
    ]


@pytest.mark.parametrize(
    ("have", "whose"),
    [
        (seen((0, 20, 20), (3, 23, 23)), "your engine's memory"),
        (seen((0, 20, 20), (3, 23, 3)), "your engine's memory"),  # taken and never touched
        (seen((0, 20, 0), (3, 23, 23)), "the whole process"),  # kept as something else than arrays
        (seen((0, 0, 0), (3, 3, 23)), "the whole process"),  # copied away during backward
        (seen((0, 20, 0), (23, 43, 23)), "the whole process"),  # laid in before, given back instead
        (seen((0, 520, 0), (3, 523, 23)), "the whole process"),  # a loan that makes the rest look small
        (seen((0, 20, 0), (3, 23, 123)), "the whole process"),
    ],
    ids=str,
)
def test_where_the_accounts_disagree_the_worse_one_counts(lab, have, whose):
    (message,) = judged(lab, REFERENCE, have)
    assert re.match("Of the memory that was taken, (nothing|about 10 %) is given back after", message)
    assert message.endswith("; in the reference all is.")
    assert whose in message


def test_a_reading_that_was_never_taken_is_no_release(lab):
    assert judged(lab, REFERENCE, Scalar(True)) == ["The memory in use was never read."]


# --- what cannot be recorded -----------------------------------------------------------------------------------
def refused(lab, check) -> str:
    with pytest.raises(CheckAuthoringError) as caught:
        lab.record(check)
    return str(caught.value)


def test_memory_is_read_at_the_top_level_only(lab):
    def inside_of_a_block(torch, observe, rng):
        with torch.no_grad():
            observe.memory()

    def inside_of_a_hook(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)
        x.register_hook(lambda grad: observe.memory())
        (x * x).backward()

    for check in (inside_of_a_block, inside_of_a_hook):
        assert "memory is read between two parts of a check" in refused(lab, check)


def test_only_readings_are_compared_in_their_order(lab):
    def numbers(torch, observe, rng):
        observe.released(1, 2)

    def turned_round(torch, observe, rng):
        first = observe.memory()
        observe.released(observe.memory(), first)

    assert "hand over two readings of observe.memory()" in refused(lab, numbers)
    assert "the first reading must be the earlier one" in refused(lab, turned_round)


def test_a_reading_is_no_number_for_the_engine(lab):
    def adds(torch, observe, rng):
        torch.tensor(1.0) + observe.memory()

    assert "a Reading cannot be handed to the engine" in refused(lab, adds)


def test_the_program_as_text_measures_too(lab, monkeypatch):
    monkeypatch.setitem(sys.modules, "engine_in_text", lab.right)
    text = show(lab.record(gives_back), engine_name="engine_in_text")
    names: dict[str, int] = {}
    try:
        exec(text, names)
        now = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert names["built"] - names["start"] > 3 * 4096 * 8
    assert (names["built"] - now) / (names["built"] - names["start"]) > 0.9
