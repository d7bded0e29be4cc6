"""Shrinking as a part of grading: what is shrunk, what is not, and what it costs."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
import pytest

from gradlab import counterexample
from gradlab.assemble import assemble
from gradlab.counterexample import Counterexamples
from gradlab.manager import build_manager
from gradlab.model import Finding, Outcome, Report
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.shrink import cost
from gradlab.submission import parse
from gradlab.trial import Trial

from .bugs import MISTAKES
from .conftest import BACKWARD, SOLUTION, Bench, specimen

ENDLESS = (
    "        for node in order(self):",
    "        while self.data.size != 1:\n            pass\n        for node in order(self):",
)


@pytest.mark.parametrize(
    "bug", ["averages_broadcasting", "fills_every_grad", "never_releases", "last_path_wins"]
)
def test_every_failed_check_keeps_its_kind_of_difference_in_a_program_that_is_no_larger(
    bench: Bench, bug: str
) -> None:
    grading = Grading(BACKWARD, bench.engines, build_manager())
    submission = parse({"engine.py": bench.mistake(bug).encode()})
    shrunk = 0
    for check in BACKWARD.checks:
        if check.hidden or check.name == "a_deep_chain":
            continue
        expectation = grading.expectations.of(check, submission.sha256)
        with (
            Trial(bench.engines, submission, BACKWARD) as trial,
            Counterexamples(bench.engines, submission, BACKWARD, grading.judge) as smaller,
        ):
            trial.load()
            findings = grading.judge.findings(expectation, trial.replay(expectation))
            found = smaller.smallest(expectation, findings) if findings else None
        if found is not None:
            shrunk += 1
            assert (findings[0].kind, findings[0].sid) in {(f.kind, f.sid) for f in found.findings}
            assert cost(found.program) <= cost(expectation.script.program)
    assert shrunk > 0


def test_a_hidden_check_is_not_shrunk(bench: Bench) -> None:
    name = MISTAKES["quotient_without_square"][0]
    hidden = msgspec.structs.replace(bench.checks[name], hidden=True)
    source = bench.mistake("quotient_without_square")
    result = bench.shown(hidden, source)
    assert result.outcome is Outcome.FAILED
    assert not result.smallest
    assert result.program == bench.shown(hidden, source, shrink=False).program


def test_without_shrinking_the_recorded_program_is_shown(bench: Bench) -> None:
    check, source = bench.checks["differentiates_sub_and_div"], bench.mistake("quotient_without_square")
    whole, small = bench.shown(check, source, shrink=False), bench.shown(check, source)
    said = [[(f.plugin, f.message, f.expected, f.actual, f.sid) for f in r.findings] for r in (whole, small)]
    assert said[0] == said[1]  # not where: the smaller program tells that better
    assert whole.program is not None
    assert small.program is not None
    assert len(whole.program) > len(small.program)
    assert (whole.smallest, small.smallest) == (False, True)


def test_a_submission_that_passes_starts_nothing_for_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object) -> None:
        raise AssertionError("a worker was started to shrink")

    monkeypatch.setattr(Engines, "fresh_reference_worker", never)
    assert bench.shown(bench.checks["follows_a_chain"], SOLUTION).outcome is Outcome.PASSED


def test_when_the_submissions_seconds_are_used_up_the_recorded_program_is_shown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counterexample, "SUBMISSION_SECONDS", 0.0)
    check, source = bench.checks["differentiates_sub_and_div"], bench.mistake("quotient_without_square")
    result = bench.shown(check, source)
    assert not result.smallest
    assert result.program == bench.shown(check, source, shrink=False).program


def test_a_search_that_is_cut_short_shows_what_it_has_and_does_not_call_it_the_smallest(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counterexample, "CHECK_EVALUATIONS", 2)
    check, source = bench.checks["differentiates_sub_and_div"], bench.mistake("quotient_without_square")
    result = bench.shown(check, source)
    assert result.program is not None
    assert "# reference " in result.program
    assert not result.smallest


def test_what_is_not_written_yet_is_not_shrunk(bench: Bench) -> None:
    result = bench.shown(bench.checks["follows_a_chain"], assemble(BACKWARD, solved=()))
    assert result.outcome is Outcome.FAILED
    assert result.findings[0].kind == ""
    assert not result.smallest


def several_elements(torch, observe, rng):
    """A gradient for each element."""
    w = torch.tensor(rng.normal(size=3))
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = (x * w + x) * 2.0
    y.backward(torch.tensor(rng.normal(size=3)))
    observe.gradient(x)


CRASH = (ENDLESS[0], ENDLESS[1].replace("pass", "import os; os.kill(os.getpid(), 11)"))
EXIT = (ENDLESS[0], ENDLESS[1].replace("pass", "import os; os._exit(0)"))


@pytest.mark.parametrize(
    ("change", "says"),
    [(ENDLESS, "does not, within 1 second"), (CRASH, "crashes"), (EXIT, "ends the process")],
    ids=["never answers", "crashes", "ends the process"],
)
def test_a_program_that_an_engine_does_not_come_back_from_is_shrunk_to_the_line_that_it_is(
    bench: Bench, change: tuple[str, str], says: str
) -> None:
    """Here backward does not come back for an output of several elements."""
    check = msgspec.structs.replace(bench.check(several_elements), timeout=0.5)
    result = bench.shown(check, specimen(change))
    assert result.smallest
    program = (result.program or "").splitlines()
    lines = [line for line in program if line]
    assert len(lines) <= 3
    assert "backward(" in lines[-1]
    assert lines[-1].endswith(f"# reference returns, yours {says}")


def test_who_is_only_slow_is_not_said_to_hang(bench: Bench) -> None:
    slow = (ENDLESS[0], "        import time\n        time.sleep(0.7)\n" + ENDLESS[0])
    check = msgspec.structs.replace(bench.check(several_elements), timeout=0.3)
    result = bench.shown(check, specimen(slow))
    assert result.findings[0].message == "The code did not answer within 0.3 seconds during this check."
    assert not result.smallest
    assert "yours does not" not in (result.program or "")


def test_what_the_engine_prints_while_it_is_shrunk_is_not_passed_on(bench: Bench) -> None:
    printed: list[str] = []
    source = bench.mistake("assigns_grad").replace(
        "    leaf.grad = ", "    print('assigned')\n    leaf.grad = "
    )
    grading = Grading(
        BACKWARD,
        bench.engines,
        build_manager(),
        secret=secrets.token_bytes(32),
        select=lambda check: check.name == "adds_to_what_is_there",
        on_output=printed.append,
    )
    report = grade(grading, parse({"engine.py": source.encode()}), student="ada", attempt=1, submitted_at="")
    assert report.checks[0].smallest
    assert "".join(printed).count("assigned") == 3  # as often as the check itself calls backward


def test_a_difference_that_only_a_used_worker_shows_is_not_believed(bench: Bench) -> None:
    """An engine that is wrong from its fifth backward on: what is found must be so from the start."""
    source = SOLUTION + (
        "\n\n_calls = []\n_right = run_backward\n\n\ndef run_backward(root, grad, retain_graph):\n"
        "    _calls.append(1)\n    _right(root, grad * (2.0 if len(_calls) > 4 else 1.0), retain_graph)\n"
    )

    def often(torch, observe, rng):  # type: ignore[no-untyped-def]
        x = torch.tensor(rng.normal(size=2), requires_grad=True)
        for _ in range(6):
            (x * 2.0).sum().backward()
        observe.gradient(x)

    result = bench.shown(bench.check(often), source)
    assert result.outcome is Outcome.FAILED
    assert result.program is not None
    assert "# reference " in result.program
    assert result.program.count("backward()") >= 5 or "range(" in result.program


def test_findings_say_their_kind(bench: Bench) -> None:
    kinds = {}
    for bug in (
        "assigns_grad",
        "no_unbroadcast",
        "never_releases",
        "fills_every_grad",
        "forgets_retain_graph",
    ):
        result = bench.shown(bench.checks[MISTAKES[bug][0]], bench.mistake(bug), shrink=False)
        first: Finding = result.findings[0]
        kinds[bug] = first.kind
    assert kinds == {
        "assigns_grad": "value",
        "no_unbroadcast": "shape",
        "never_releases": "alive",
        "fills_every_grad": "not None",
        "forgets_retain_graph": "raises RuntimeError",
    }


def graded(
    bench: Bench, grading: Grading, source: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[Report, int]:
    """Grade a submission, and count how often both engines were asked about a program while it was shrunk."""
    asked = []
    replay = counterexample._Reference.replay

    def counted(self: Any, script: Any, seconds: float) -> Any:
        asked.append(script)
        return replay(self, script, seconds)

    monkeypatch.setattr(counterexample._Reference, "replay", counted)
    report = grade(grading, parse({"engine.py": source.encode()}), student="ada", attempt=1, submitted_at="")
    monkeypatch.undo()
    return report, len(asked)


def test_a_program_found_for_one_check_serves_the_others_that_contain_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    grading = Grading(BACKWARD, bench.engines, build_manager(), select=lambda check: not check.hidden)
    report, asked = graded(bench, grading, bench.mistake("assigns_grad"), monkeypatch)
    failed = [check for check in report.checks if check.outcome is Outcome.FAILED]
    assert len(failed) > 3
    assert all(check.smallest for check in failed)
    assert len({check.program for check in failed}) == 1
    assert asked < 30


def test_who_fails_like_somebody_before_is_asked_about_that_program_only(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    grading = Grading(BACKWARD, bench.engines, build_manager(), select=lambda check: not check.hidden)
    source = bench.mistake("matmul_in_the_wrong_order")
    first, at_first = graded(bench, grading, source, monkeypatch)
    second, then = graded(bench, grading, source + "\n# by somebody else\n", monkeypatch)
    assert [check.program for check in first.checks] == [check.program for check in second.checks]
    assert then <= 2 < at_first


def test_the_line_inside_of_a_block_is_marked_where_it_raises(bench: Bench) -> None:
    def check(torch, observe, rng):  # type: ignore[no-untyped-def]
        x = torch.tensor(rng.normal(size=2), requires_grad=True)
        with torch.no_grad():
            y = x * 2.0
            z = y.exp()
        observe.value(z)

    broken = specimen(("def exp(self):", "def exp(self):\n        raise TypeError('no')"))
    program = bench.shown(bench.check(check), broken).program
    assert program is not None
    assert program.partition("\n\n")[2] == (
        "x = torch.tensor(1.0, requires_grad=True)\n"
        "with torch.no_grad():\n"
        "    z = x.exp()    # reference no error, yours TypeError\n"
    )
