"""What late work loses: the policy, and what becomes of a report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gradlab.lateness import LatePolicy

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("policy", "late", "off"),
    [
        (LatePolicy(10), -HOUR, 0),
        (LatePolicy(10), timedelta(), 0),
        (LatePolicy(10), timedelta(seconds=1), 10),
        (LatePolicy(10), DAY, 10),
        (LatePolicy(10), DAY + timedelta(seconds=1), 20),
        (LatePolicy(10), 11 * DAY, 100),
        (LatePolicy(10, days=2), 2 * DAY, 20),
        (LatePolicy(10, days=2), 2 * DAY + HOUR, 100),
        (LatePolicy(10, grace=QUARTER), QUARTER, 0),
        (LatePolicy(10, grace=QUARTER), QUARTER + timedelta(seconds=1), 10),
        (LatePolicy(12.5), 3 * DAY, 37.5),
    ],
)
def test_each_day_begun_costs_the_same_until_nothing_is_left(
    policy: LatePolicy, late: timedelta, off: float
) -> None:
    assert policy.percent_off(late) == off


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (LatePolicy(10), "Late work loses 10 % of its points for each day begun."),
        (
            LatePolicy(12.5, days=1),
            "Late work loses 12.5 % of its points for each day begun, and counts for nothing after 1 day.",
        ),
        (
            LatePolicy(20, days=3, grace=QUARTER),
            "Late work loses 20 % of its points for each day begun, and counts for nothing after 3 days; 15 minutes are "
            "forgiven.",
        ),
    ],
)
def test_a_policy_says_itself_in_words(policy: LatePolicy, words: str) -> None:
    assert str(policy) == words
