"""A report made by hand, with one check of every kind."""

from __future__ import annotations

import pytest

from gradlab.model import (
    CheckResult,
    Diagnosis,
    Engine,
    Environment,
    Finding,
    Graph,
    GraphNode,
    Isolation,
    Location,
    Outcome,
    Report,
    Submitted,
    Suite,
)

PROGRAM = """\
import engine as torch
x = torch.tensor(1.0, requires_grad=True)
y = x + x
y.backward()
x.grad            # reference 2.0, yours 1.0
"""
GRAPH = Graph(
    (
        GraphNode("x", "1.0", "leaf", wrong=True, note="grad: reference 2.0, yours 1.0"),
        GraphNode("y", "x + x", "operation", (0, 0), start=True),
    )
)


@pytest.fixture
def report() -> Report:
    paths = Finding(
        "gradients",
        "x.grad is 1.0, the reference has 2.0.",
        expected="2.0",
        actual="1.0",
        help="A tensor used twice must receive the sum of both contributions.",
        location=Location("engine.py", 142, "accumulate_grad"),
    )
    waits = Finding("runner", "Skipped, because 'Adds up' comes first and is not passed yet.")
    return Report(
        assignment="backward",
        student="alice",
        attempt=3,
        submission=Submitted("ab" * 32, ("engine.py",), "2026-11-21T10:00:00+00:00"),
        graded_at="2026-11-21T10:00:02+00:00",
        score=2.0,
        max_score=8.5,
        outcome=Outcome.FAILED,
        checks=(
            CheckResult("adds", "2.1", "Adds up", Outcome.PASSED, 2.0, 2.0, False, 0.1),
            CheckResult(
                "paths",
                "2.3",
                "The gradients of every path are added up",
                Outcome.FAILED,
                0.0,
                2.0,
                False,
                0.1,
                (paths,),
                PROGRAM,
                Diagnosis(
                    "assigns_grad",
                    "Your engine answers as one does that assigns .grad instead of adding to it.",
                ),
                graph=GRAPH,
            ),
            CheckResult("later", "2.3", "Comes later", Outcome.SKIPPED, 0.0, 2.0, False, None, (waits,)),
            CheckResult("broken", "2.4", "Ours to mend", Outcome.ERROR, 0.0, 0.5, False, 0.1),
            CheckResult(
                "secret", "2.4", "Nobody may see more", Outcome.FAILED, 0.0, 2.0, True, 0.1, (paths,), PROGRAM
            ),
        ),
        isolation=Isolation("strong", ("limits", "landlock", "seccomp")),
        engine=Engine("refgrad", "0.1.0"),
        suite=Suite("cd" * 32, 0),
        environment=Environment("3.11.7", "2.1.0", "Linux x86_64"),
        notes=("cell 3: the magic %matplotlib is left out",),
    )
