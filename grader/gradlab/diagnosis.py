"""Name the misconception behind a submission's failures, where only one of those that are known fails as it does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Set
from typing import TYPE_CHECKING
from zlib import crc32

from gradlab.model import CheckResult, Diagnosis, Finding, Outcome

if TYPE_CHECKING:
    from gradlab.patterns import Pattern

__all__ = ["Signs", "diagnoses", "pattern_of", "signs", "similarity"]

# How like a mistake's pattern a submission's has to be (1: the same), and how much more than any other's. Measured
# by tests/diagnosis; see docs/diagnosis.md.
LIKE = 0.45
MARGIN = 0.15

# Of one check: each step where something differs, the class of difference, and a checksum of the wrong answer as it is
# shown, rounded, where two engines with the same mistake give the same.
Signs = frozenset[tuple[int, str, int]]
ENDED = "ended"
PLACES = 0.25  # what it counts that something differs in the same places and classes; the rest is for the same answers
TELLING = ("value", "shape", "dtype", "length")  # classes of difference in which the answer says more


def signs(findings: Iterable[Finding]) -> Signs | None:
    """Return what the findings of one check are signs of, or None if they are signs of nothing: a task that is not done
    yet, a name that is missing."""
    found = set()
    for finding in findings:
        if finding.kind:
            found.add((finding.sid, _class(finding.kind), _checksum(finding)))
        elif finding.plugin != "runner":
            return None
        else:
            found.add((0, ENDED, 0))
    return frozenset(found)


def _class(kind: str) -> str:
    """Return a class of difference without what two engines with the same mistake may do differently."""
    return "raises" if kind.startswith("raises ") else kind


def _checksum(finding: Finding) -> int:
    if finding.kind not in TELLING:
        return 0
    return crc32(_NEGATIVE_ZERO.sub("0.0", finding.actual or "").encode())


_NEGATIVE_ZERO = re.compile(r"-0\.0(?!\d)")


def pattern_of(results: Iterable[CheckResult]) -> tuple[dict[str, Signs], frozenset[str]]:
    """Return the signs of each public check that failed, and all public checks of which it is known how they ended."""
    found: dict[str, Signs] = {}
    known: set[str] = set()
    for result in results:
        if result.hidden or result.outcome not in (Outcome.PASSED, Outcome.FAILED):
            continue
        seen = signs(result.findings)
        if seen is not None:
            known.add(result.name)
        if seen:
            found[result.name] = seen
    return found, frozenset(known)


def similarity(mine: Mapping[str, Signs], theirs: Mapping[str, Signs], known: Collection[str]) -> float:
    """Return how alike two patterns are, from 0 to 1: the mean, over the checks that fail in either, of the share of
    signs that they have in common. Only checks in `known` count."""
    checks = [check for check in mine.keys() | theirs.keys() if check in known]
    shares = [_share(mine.get(check, frozenset()), theirs.get(check, frozenset())) for check in checks]
    return sum(shares) / len(shares) if shares else 0.0


def _share(left: Signs, right: Signs) -> float:
    if not left or not right:
        return 0.0
    places = {sign[:2] for sign in left}, {sign[:2] for sign in right}
    return (1 - PLACES) * _overlap(left, right) + PLACES * _overlap(*places)


def _overlap(left: Set[object], right: Set[object]) -> float:
    return len(left & right) / len(left | right)


def diagnoses(results: Iterable[CheckResult], patterns: Iterable[Pattern]) -> dict[str, Diagnosis]:
    """Return, for each check that it explains, the mistake that fails as the submission does; nothing if none does, or
    more than one."""
    mine, known = pattern_of(results)
    ranked = sorted(
        ((similarity(mine, pattern.signs, known), pattern) for pattern in patterns),
        key=lambda pair: -pair[0],
    )
    if not mine or not ranked or ranked[0][0] < LIKE:
        return {}
    best, pattern = ranked[0]
    if len(ranked) > 1 and best - ranked[1][0] < MARGIN:
        return {}
    diagnosis = Diagnosis(pattern.name, _said(pattern.explanation))
    return {check: diagnosis for check in mine if pattern.signs.get(check)}


def _said(explanation: str) -> str:
    """Turn a mistake's docstring, which says what to do to make it, into sentences about the student's engine."""
    title, _, reason = explanation.partition("\n")
    first = title.strip().rstrip(".")
    plain = " ".join(reason.split())
    return f"Your engine answers like one that was written to {first[:1].lower()}{first[1:]}. {plain}".strip()
