"""Random programs that torch and refgrad must agree on, run by hand where torch is installed.

A program is a list of lines of Python over the names `a0, a1, ...`. A line that raises is an observation like any
other: both engines must raise the same, and the program goes on.

    python tests/oracle/differential.py --count 100000 --seed 0 --jobs 2

runs the programs of those seeds. Programs on which the engines differ are grouped by the way they differ; the first
of each group is cut down and printed. What `explained.py` lists is counted by rule.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "reference")]
from explained import RULES, Rule  # noqa: E402 - the folder is no package
from observing import Seen, observe  # noqa: E402
from random_programs import build, build_about  # noqa: E402
from templates import SUBJECTS  # noqa: E402

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?j?(?![\w])")


@dataclass(frozen=True)
class Difference:
    """Where two engines part: the line (or "gradient", ...), in which aspect, and what each shows there."""

    line: str
    aspect: str
    theirs: Any
    ours: Any
    program: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.line}: {self.aspect} {self.theirs!r} but {self.ours!r}"

    @property
    def kind(self) -> str:
        """The operation and the aspect, without names and numbers: what differences have in common."""
        operation = re.sub(r"^a\d+ = ", "", self.line)
        texts = f" {self.theirs} {self.ours}" if self.aspect in ("node", "edges", "error", "warnings") else ""
        if self.aspect == "error text" or self.aspect in ("node", "edges"):
            texts = f" {self.theirs} / {self.ours}"
        return re.sub(r"a?\d[\d.e-]*", "#", f"{operation} | {self.aspect}{texts}")[:160]

    def rule(self) -> Rule | None:
        """Return the rule that lists this difference, if there is one."""
        return next((rule for rule in RULES if rule.covers(self)), None)

    def explanation(self) -> str:
        """Return the name of the rule that lists this difference, or nothing."""
        rule = self.rule()
        return "" if rule is None else rule.name


def compare(lines: Sequence[str], ours: Any, theirs: Any) -> Difference | None:
    """Return where the engines first differ on a program, or nothing.

    A difference of which the rule says that the rest must agree all the same counts if nothing else differs.
    """
    first = None
    for difference in _differences(lines, ours, theirs):
        first = first or difference
        rule = difference.rule()
        if rule is None or not rule.goes_on:
            return difference
    return first


def _differences(lines: Sequence[str], ours: Any, theirs: Any) -> Iterator[Difference]:
    expected, found = observe(lines, theirs), observe(lines, ours)
    slack = _slack(lines)
    for (line, a), (_, b) in zip(expected, found, strict=False):
        for difference in _differ(line, a, b, slack):
            yield replace(difference, program=tuple(lines))
    if len(expected) != len(found):
        yield Difference("", "gradients", len(expected), len(found), tuple(lines))


def _slack(lines: Sequence[str]) -> float:
    """Return how far numbers may differ, relative to the largest: what the coarsest dtype of the program carries."""
    text = "\n".join(lines)
    if "float16" in text or "half" in text:
        return 2e-2
    exact = (
        "float32" not in text
        and "complex64" not in text
        and ".float()" not in text
        and "int" not in text
        and "bool" not in text
    )
    return 1e-9 if exact else 1e-4


def _differ(line: str, theirs: Seen, ours: Seen, slack: float) -> Iterator[Difference]:
    for (aspect, a), (other, b) in zip(theirs, ours, strict=False):
        if aspect != other:
            yield Difference(line, "outcome", theirs[:2], ours[:2])
            return
        if not _same(a, b, slack):
            yield Difference(line, aspect, a, b)
    if len(theirs) != len(ours):
        yield Difference(line, "count", len(theirs), len(ours))


def _same(theirs: Any, ours: Any, slack: float) -> bool:
    if isinstance(theirs, np.ndarray):
        return isinstance(ours, np.ndarray) and _close(ours, theirs, slack)
    if isinstance(theirs, str) and isinstance(ours, str):
        return theirs == ours or _same_text(theirs, ours, max(slack, 1e-4))
    return bool(theirs == ours)


def _same_text(theirs: str, ours: str, slack: float) -> bool:
    """Return whether two texts agree, their fractions but for `slack`."""
    if _NUMBER.sub("#", ours) != _NUMBER.sub("#", theirs):
        return False
    pairs = zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    return all(
        a == b
        or (("." in b or "j" in b) and abs(complex(a) - complex(b)) <= slack * max(1e-3, abs(complex(b))))
        for a, b in pairs
    )


def _close(ours: Any, theirs: Any, slack: float) -> bool:
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return False
    if theirs.dtype.kind not in "fc" or not theirs.size:
        return bool((ours == theirs).all())
    if theirs.dtype.itemsize <= (4 if theirs.dtype.kind == "f" else 8):
        slack = max(slack, 1e-4)
    finite = np.abs(theirs[np.isfinite(theirs)]).astype(np.float64)
    scale = float(finite.max(initial=0.0))
    wide = np.complex128 if theirs.dtype.kind == "c" else np.float64
    return bool(
        np.allclose(
            ours.astype(wide), theirs.astype(wide), rtol=slack, atol=slack * max(scale, 1e-2), equal_nan=True
        )
    )


def reduced(lines: list[str], first: Difference, ours: Any, theirs: Any) -> list[str]:
    """Leave out lines for as long as the engines still differ in the same way as they `first` did."""

    def same(found: Difference | None) -> bool:
        return found is not None and (found.aspect, found.kind) == (first.aspect, first.kind)

    index = len(lines) - 1
    while index >= 0:
        shorter = lines[:index] + lines[index + 1 :]
        if shorter and same(compare(shorter, ours, theirs)):
            lines = shorter
        index -= 1
    return lines


# ---- by hand ----------------------------------------------------------------------------------------------------


def engines() -> tuple[Any, Any]:
    """Return refgrad and torch, both told to repeat their warnings, and torch to use one thread."""
    ours, theirs = importlib.import_module("refgrad"), importlib.import_module("torch")
    ours.set_warn_always(True)
    theirs.set_warn_always(True)
    theirs.set_num_threads(1)
    return ours, theirs


Way = tuple[str, str]  # the rule that explains a difference ("" for none), and the difference's kind


def program(seed: int, subjects: Sequence[str] = ()) -> list[str]:
    """Return the program of a seed: of any kind, or about one of some subjects."""
    pick = random.Random(seed).choice
    return build_about(pick, [SUBJECTS[name] for name in subjects]) if subjects else build(pick)


def run(
    seeds: range, every: bool = False, subjects: Sequence[str] = ()
) -> tuple[Counter[Way], dict[Way, tuple[int, str]]]:
    """Compare the programs of some seeds: count differences by way, and show one of each.

    Explained ones are shown only with `every`.
    """
    ours, theirs = engines()
    ways: Counter[Way] = Counter()
    shown: dict[Way, tuple[int, str]] = {}
    for seed in seeds:
        lines = program(seed, subjects)
        difference = compare(lines, ours, theirs)
        if difference is None:
            continue
        way = difference.explanation(), difference.kind
        ways[way] += 1
        if way not in shown and (every or not way[0]):
            lines = reduced(lines, difference, ours, theirs)
            again = compare(lines, ours, theirs) or f"once only: {difference}"
            shown[way] = seed, "\n".join([*lines, f"# {str(again)[:600]}"])
    return ways, shown


def main() -> int:
    """Run programs by seed, print each kind of difference once; exit 1 where one is not explained."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="also show one program of each explained kind")
    parser.add_argument(
        "--about",
        action="append",
        default=[],
        choices=[*SUBJECTS, "all"],
        help="only programs about this subject, or all",
    )
    options = parser.parse_args()
    subjects = list(SUBJECTS) if "all" in options.about else options.about
    start, size = time.perf_counter(), 500
    end = options.seed + options.count
    parts = [range(first, min(first + size, end)) for first in range(options.seed, end, size)]
    ways: Counter[Way] = Counter()
    shown: dict[Way, tuple[int, str]] = {}
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for more, examples in pool.map(partial(run, every=options.every, subjects=subjects), parts):
            ways.update(more)
            shown = examples | shown
    for way, (seed, text) in sorted(shown.items(), key=lambda item: (item[0][0], -ways[item[0]])):
        print(f"# {ways[way]} times, first with seed {seed}{way[0] and f', explained: {way[0]}'}\n{text}\n")
    listed: Counter[str] = Counter()
    for (rule, _), count in ways.items():
        listed[rule] += count
    unexplained = listed.pop("", 0)
    for rule, count in listed.most_common():
        print(f"# {count} explained: {rule}")
    kinds = sum(1 for rule, _ in ways if not rule)
    print(
        f"{options.count} programs (seeds {options.seed} to {end - 1}) in {time.perf_counter() - start:.0f} s: "
        f"{unexplained} differ in {kinds} ways, {sum(listed.values())} explained"
    )
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
