"""Decide which passed public checks to run again on secret inputs, so that known answers earn nothing.

Public checks have the same inputs for everybody, so their answers can be found out and written into an engine. Running
all of them twice would double the cost of grading, for honest engines too. An engine that only knows answers fails hidden
checks; so what passed is confirmed wherever no passed hidden check of its task speaks for it, and elsewhere in a sample
that nobody can foresee. One failure in the sample, and everything is confirmed.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gradlab.model import Check, CheckResult, Outcome

__all__ = ["Doubts", "doubts", "unweighed"]

_SAMPLE = 2


class Doubts(NamedTuple):
    """Public checks to confirm now, and those to confirm only if one of `sample` fails."""

    now: list[Check]
    sample: frozenset[str]
    rest: list[Check]


def unweighed(checks: Sequence[Check], results: Mapping[str, CheckResult]) -> list[Check]:
    """Return the passed public checks of memory in whose task a hidden one failed. Public checks go by the engine's own
    account, which a submission can forge; only hidden ones are weighed from outside. Why one failed does not matter: a
    submission could choose another reason."""
    weighing = [check for check in checks if check.weighs]
    failed = {
        check.task for check in weighing if check.hidden and results[check.name].outcome is Outcome.FAILED
    }
    return [
        check
        for check in weighing
        if not check.hidden and check.task in failed and results[check.name].outcome is Outcome.PASSED
    ]


def doubts(
    checks: Sequence[Check], results: Mapping[str, CheckResult], secret: bytes, submission_sha256: str
) -> Doubts:
    """Return what to confirm. The sample depends on the submission, and a regrade repeats it."""
    passed = {name for name, result in results.items() if result.outcome is Outcome.PASSED}
    hidden = [check for check in checks if check.hidden]
    vouched = {check.task for check in hidden} - {check.task for check in hidden if check.name not in passed}
    public = [check for check in checks if not check.hidden and check.name in passed]
    believed = [check for check in public if check.task in vouched]

    def lot(check: Check) -> bytes:
        return hmac.digest(secret, f"sample\0{submission_sha256}\0{check.name}".encode(), "sha256")

    sample = frozenset(check.name for check in sorted(believed, key=lot)[:_SAMPLE])
    return Doubts(
        [check for check in public if check not in believed or check.name in sample],
        sample,
        [check for check in believed if check.name not in sample],
    )
