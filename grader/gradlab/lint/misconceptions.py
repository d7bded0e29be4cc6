"""Every Mistake as its file declares: what must fail fails, what may fail may, and all other checks pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradlab.mistakes import Mistake, replace_definitions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gradlab.lint.bench import Bench
    from gradlab.model import Finding

__all__ = ["try_mistakes"]


def try_mistakes(bench: Bench, solution: str, mistakes: Sequence[Mistake]) -> Iterator[list[str]]:
    """Yield for each mistake, in order, what is not as it declares."""

    def tried(mistake: Mistake) -> list[str]:
        return _problems(bench, mistake, bench.failing(replace_definitions(solution, mistake)))

    return bench.map(tried, mistakes)


def _problems(bench: Bench, mistake: Mistake, failing: dict[str, Finding]) -> list[str]:
    place = f"mistakes/{mistake.name}.py:{_line(mistake)}"
    problems = [
        f"{place}: must fail the check {name!r}, and passes it."
        for name in sorted(mistake.must_fail)
        if name in bench.checks and name not in failing
    ]
    problems += [
        f"{place}: fails the check {name!r}, which it does not declare (add it to must_fail, or to may_fail): {finding.message}"
        for name, finding in failing.items()
        if name not in mistake.must_fail | mistake.may_fail
    ]
    return problems


def _line(mistake: Mistake) -> int:
    before = re.split(r"^must_fail\b", mistake.source, maxsplit=1, flags=re.MULTILINE)[0]
    return before.count("\n") + 1
