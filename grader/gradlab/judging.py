"""Judge what a submission did on one program: ask every plugin, and let nothing pass that nobody judged."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from gradlab.errors import InternalError
from gradlab.model import Finding
from gradlab.replay import unjudged

if TYPE_CHECKING:
    import pluggy

    from gradlab.expect import Expectation
    from gradlab.trial import Replayed, Trial

__all__ = ["Judge", "verdict"]


class Judge:
    """Compares a replay with what is expected of it."""

    def __init__(self, manager: pluggy.PluginManager, observers: Container[str]) -> None:
        self._manager = manager
        self._observers = observers

    def findings(self, expectation: Expectation, replayed: Replayed) -> tuple[Finding, ...]:
        """Return what is different, in the program's order: the first difference explains the ones after it."""
        if replayed.failure is not None:
            return (replayed.failure,)
        check, expected, actual = expectation.check, expectation.observations, replayed.observations
        if left := unjudged(expected, self._observers):
            raise InternalError(
                f"Nobody judges the observations {', '.join(sorted(left))} of the check {check.name!r}."
            )
        if expectation.provable and actual == expected:
            return ()  # the rule for most checks of most submissions, so plugins are not asked
        groups = self._manager.hook.judge(check=check, expected=expected, actual=actual)
        findings = [finding for group in reversed(groups) for finding in group]
        if not findings and [(o.sid, o.nth) for o in expected] != [(o.sid, o.nth) for o in actual]:
            findings.append(
                Finding(
                    "runner", "The submission did something else than the reference, and did not say what."
                )
            )
        return tuple(sorted(findings, key=lambda finding: finding.sid or float("inf")))


def verdict(judge: Judge, trial: Trial, expectation: Expectation) -> tuple[tuple[Finding, ...], bool]:
    """Replay and judge; return the findings, and whether the check ran at all. A failure counts only if it also
    happens alone in a fresh worker, so that nothing that an earlier check left behind can fail this one, and nothing that
    the submission says of it can quote an earlier, hidden one. Where no time is left for that, it was not run."""
    weighed = expectation.check.hidden and expectation.script.weighs
    alone = trial.is_fresh and not (weighed and trial.compiled_here)
    replayed = trial.replay(expectation)
    findings = judge.findings(expectation, replayed)
    if findings and not alone and (trial.may_repeat or replayed.failure is None):
        trial.renew()
        replayed = trial.replay(expectation)
        findings = judge.findings(expectation, replayed)
    return findings, replayed.ran
