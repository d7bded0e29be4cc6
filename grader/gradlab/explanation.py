"""What is shown to explain a failed check: the program, as Python with both answers in it, and its graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlab.model import Finding, Graph
from gradlab.show import show_with_graph

if TYPE_CHECKING:
    from gradlab.program import Program, Step

__all__ = ["Explanation", "explain"]

LONGEST = 80  # characters of one side beside a line
FLAGS = ("requires_grad", "is_leaf", "retains_grad", "grad_fn")


@dataclass(frozen=True)
class Explanation:
    """A program as text, its graph if it has one that helps, and whether no smaller program shows the difference."""

    program: str
    graph: Graph | None = None
    smallest: bool = False
    operations: frozenset[str] = frozenset()  # that the program carries out


def explain(
    program: Program, findings: Sequence[Finding], module: str, *, smallest: bool = False
) -> Explanation:
    """Write a program on the student's `module`; what is found stands beside the line that shows it. Where no
    line does, as when only the number of calls differs, it stands at the end, and the functions print their names."""
    steps = {step.sid: step for step in program.steps()}
    marks = _marks(findings, steps, smallest=smallest)
    remarks = [] if marks else [finding.message for finding in findings if finding.expected is not None]
    flags = {finding.sid: finding.kind for finding in reversed(findings) if finding.kind in FLAGS}
    text, graph = show_with_graph(
        program, engine_name=module, marks=marks, announce=bool(remarks), flags=flags, remarks=remarks
    )
    operations = frozenset(step.name for step in steps.values() if step.op in ("method", "op", "getattr"))
    return Explanation(text, graph, smallest, operations)


def _marks(findings: Sequence[Finding], steps: Mapping[int, Step], *, smallest: bool) -> dict[int, str]:
    marks: dict[int, str] = {}
    for finding in findings:
        sid = _innermost(steps, finding.sid) if smallest else finding.sid
        if sid and sid not in marks and finding.expected is not None:
            marks[sid] = f"reference {_short(finding.expected)}, yours {_short(finding.actual or '')}"
    return marks


def _innermost(steps: Mapping[int, Step], sid: int) -> int:
    """Return the line of a block that an exception left: in the smallest program nothing comes after it."""
    step = steps.get(sid)
    inner = [] if step is None or step.op != "with" else [one.sid for one in step.body if one.sid]
    return _innermost(steps, inner[-1]) if inner else sid


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
