"""Public checks have inputs that everybody knows; who only knows the answers gets no points for them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from .conftest import CHECKS, HIDDEN, SOLUTION, Run

KNOWS = """

def mul(a, b):
    key = round(float((a.data + b.data).sum()), 9)
    return Tensor(KNOWN[key]) if key in KNOWN else Tensor(a.data + b.data)
"""
MORE = "".join(
    f'\n@check(task="1.2", points=1)\ndef product_{number}(torch, observe, rng):\n    """Product {number}."""\n'
    "    observe.value(torch.tensor(rng.normal(size=2)) * torch.tensor(rng.normal(size=2)))\n"
    for number in range(6)
)
OTHER = HIDDEN.replace("x * x", "x + x")


def points(text: str) -> dict[str, float]:
    return {check["name"]: check["score"] for check in json.loads(text)["checks"]}


def learn(course: Path, run: Run, hand_in: Callable[..., Path]) -> str:
    """Return an engine that knows the products that public checks ask for, as printing the operands tells them."""
    nosy = SOLUTION.replace("return Tensor(a.data * b.data)", "print(a.data.tolist(), '*', b.data.tolist())")
    ended = run("check", hand_in(nosy))
    known = {}
    for left, right in re.findall(r"(\[[^]]+\]) \* (\[[^]]+\])", ended.out + ended.err):
        a, b = json.loads(left), json.loads(right)
        known[round(sum(a) + sum(b), 9)] = [x * y for x, y in zip(a, b, strict=True)]
    return SOLUTION + f"\n\nKNOWN = {known!r}\n" + KNOWS


def test_known_answers_pass_at_home_and_earn_nothing(
    course: Path, hand_in: Callable[..., Path], run: Run
) -> None:
    source = learn(course, run, hand_in)
    assert points(run("check", hand_in(source), "--format", "json").out) == {"adds": 2, "multiplies": 1}
    report = run("submit", hand_in(source), "--format", "json").out
    assert points(report) == {"adds": 2, "multiplies": 0, "squares": 0}
    [finding] = json.loads(report)["checks"][1]["findings"]
    assert "passes with the inputs that everybody knows, but not with others" in finding["message"]
    assert "torch.tensor(" in json.loads(report)["checks"][1]["program"]


def test_one_failure_in_the_sample_has_everything_confirmed(
    course: Path, hand_in: Callable[..., Path], run: Run
) -> None:
    (course / "steps" / "checks.py").write_text(CHECKS + MORE)
    (course / "steps" / "hidden.py").write_text(OTHER)  # it passes, and so vouches for the task
    settings = course / "steps" / "assignment.toml"
    settings.write_text(settings.read_text().replace("points = 3", "points = 9"))
    source = learn(course, run, hand_in)
    scores = points(run("submit", hand_in(source), "--format", "json").out)
    assert scores["squares"] == 2
    assert scores["adds"] == 2
    assert sum(score for name, score in scores.items() if name.startswith(("product", "multiplies"))) == 0


def test_a_right_engine_loses_nothing(course: Path, hand_in: Callable[..., Path], run: Run) -> None:
    for number in range(5):
        report = run("submit", hand_in(SOLUTION + f"# {number}\n"), "--format", "json").out
        assert json.loads(report)["score"] == 5
