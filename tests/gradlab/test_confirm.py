"""Which public checks are confirmed on secret inputs."""

from __future__ import annotations

from collections.abc import Collection

from gradlab.confirm import doubts, unweighed
from gradlab.expect import drawn_for
from gradlab.model import Check, CheckResult, Outcome

SECRET = b"secret"


def made(name: str, task: str, *, hidden: bool = False) -> Check:
    return Check(name=name, task=task, title=name, points=1, function=lambda: None, hidden=hidden)


def results(checks: list[Check], failed: Collection[str] = ()) -> dict[str, CheckResult]:
    return {
        check.name: CheckResult(
            check.name,
            check.task,
            check.title,
            Outcome.FAILED if check.name in failed else Outcome.PASSED,
            score=0.0,
            max_score=1.0,
            hidden=check.hidden,
            seconds=None,
        )
        for check in checks
    }


PUBLIC = [made(f"public_{number}", "1") for number in range(8)]
HIDDEN = [made("hidden_1", "1", hidden=True), made("hidden_2", "1", hidden=True)]


def test_a_task_without_hidden_checks_is_confirmed_whole() -> None:
    found = doubts(PUBLIC, results(PUBLIC), SECRET, "a")
    assert (found.now, found.sample, found.rest) == (PUBLIC, frozenset(), [])


def test_a_task_with_a_failed_hidden_check_is_confirmed_as_far_as_it_passed() -> None:
    checks = PUBLIC + HIDDEN
    found = doubts(checks, results(checks, {"hidden_2", "public_3"}), SECRET, "a")
    assert found.now == [check for check in PUBLIC if check.name != "public_3"]


def test_a_task_that_hidden_checks_vouch_for_is_confirmed_by_a_sample() -> None:
    checks = PUBLIC + HIDDEN
    found = doubts(checks, results(checks), SECRET, "a")
    assert {check.name for check in found.now} == found.sample
    assert len(found.sample) == 2
    assert sorted(check.name for check in [*found.now, *found.rest]) == [check.name for check in PUBLIC]


def test_the_sample_differs_by_submission_and_secret_and_repeats_on_a_regrade() -> None:
    checks = PUBLIC + HIDDEN
    samples = [
        doubts(checks, results(checks), secret, sha).sample
        for secret in (b"one", b"two")
        for sha in map(str, range(20))
    ]
    assert len(set(samples)) > 10
    assert frozenset.union(*samples) == {check.name for check in PUBLIC}
    assert samples[0] == doubts(checks, results(checks), b"one", "0").sample


def weighs(torch, observe, rng):
    observe.released(observe.memory(), observe.memory())


def weighing(name: str, task: str, *, hidden: bool) -> Check:
    return Check(name=name, task=task, title=name, points=1, function=weighs, hidden=hidden)


def test_a_public_check_of_memory_counts_only_if_the_hidden_ones_of_its_task_pass() -> None:
    public, hidden = weighing("public", "1", hidden=False), weighing("hidden", "1", hidden=True)
    elsewhere = weighing("elsewhere", "2", hidden=False)
    checks = [public, hidden, elsewhere, made("other", "1")]
    assert unweighed(checks, results(checks)) == []
    assert unweighed(checks, results(checks, ["hidden"])) == [public]
    assert unweighed(checks, results(checks, ["hidden", "public"])) == []


def test_inputs_are_drawn_for_each_submission_but_where_memory_is_weighed() -> None:
    hidden, weighed = made("hidden", "1", hidden=True), weighing("weighed", "1", hidden=True)
    assert drawn_for(made("public", "1"), "a") == ""
    assert drawn_for(made("public", "1"), "a", secretly=True) == "a"
    assert drawn_for(hidden, "a") == "a"
    assert drawn_for(weighed, "a") == drawn_for(weighed, "b") != ""
