"""Turn check results into a score and an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradlab.model import CheckResult, Outcome

__all__ = ["outcome", "total"]


def total(results: Iterable[CheckResult]) -> tuple[float, float]:
    """Return (score, max_score), rounded to a thousandth of a point so that sums of thirds print well."""
    results = tuple(results)
    return round(sum(r.score for r in results), 3), round(sum(r.max_score for r in results), 3)


def outcome(results: Sequence[CheckResult]) -> Outcome:
    """Return how the whole submission ended: ERROR wins over FAILED, and skipped checks count as failed."""
    outcomes = {result.outcome for result in results}
    if Outcome.ERROR in outcomes or not results:
        return Outcome.ERROR
    return Outcome.PASSED if outcomes == {Outcome.PASSED} else Outcome.FAILED
