"""What random programs have shown, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec
from rich.console import Group, RenderableType
from rich.text import Text

from gradlab.explanation import explain
from gradlab.render.escape import clean
from gradlab.render.explained import explained, prose
from gradlab.render.json import dump
from gradlab.render.layout import ASCII, UNICODE
from gradlab.render.story import Story

if TYPE_CHECKING:
    from gradlab.fuzz import Fuzzed
    from gradlab.render.text import Screen

__all__ = ["SCHEMA", "as_json", "as_text"]

SCHEMA = "gradlab/fuzz/1"
_SHOWN = 3  # findings
_LISTED = 5  # checks


def as_json(fuzzed: Fuzzed, assignment: str, seed: int, failing: Sequence[str] | None, module: str) -> str:
    """Return it as JSON. `difference` is null if nothing was found; `failing` in it names the checks that fail, too."""
    found, difference = fuzzed.counterexample, None
    if found is not None:
        shown = explain(found.program, found.findings, module, smallest=found.smallest)
        difference = {
            "index": fuzzed.index,
            "findings": [msgspec.to_builtins(finding) for finding in found.findings],
            "program": shown.program,
            "smallest": shown.smallest,
            "failing": list(failing or ()),
        }
    left_out = [{"reason": reason, "programs": count} for reason, count in fuzzed.left_out.items()]
    return dump(
        {
            "schema": SCHEMA,
            "assignment": assignment,
            "seed": seed,
            "tried": fuzzed.tried,
            "left_out": left_out,
            "difference": difference,
        }
    )


def as_text(
    fuzzed: Fuzzed, assignment: str, seed: int, failing: Sequence[str] | None, module: str, screen: Screen
) -> str:
    """Return it as text. `failing` names the checks that fail, too."""
    parts: list[RenderableType] = [Text(_summary(fuzzed, assignment, seed), "bold")]
    for reason, count in fuzzed.left_out.items():
        parts.append(prose(f"{count} more could not be compared: {reason}"))
    if fuzzed.counterexample is not None:
        parts += ["", *_difference(fuzzed, module, screen), "", Text(_seen_by(failing or ()))]
        parts.append(Text(f"The same again: --seed {seed} --programs {(fuzzed.index or 0) + 1}", "dim"))
    return screen.draw(Group(*parts))


def _summary(fuzzed: Fuzzed, assignment: str, seed: int) -> str:
    programs = f"{fuzzed.tried} random program{'s' * (fuzzed.tried != 1)}"
    where = f"{clean(assignment)}: {programs} (seed {seed})"
    if fuzzed.counterexample is not None:
        return f"{where}, and on the last one your engine differs from the reference."
    if not fuzzed.tried:
        return f"{clean(assignment)}: no random program could be compared (seed {seed})."
    return f"{where}, and no difference."


def _difference(fuzzed: Fuzzed, module: str, screen: Screen) -> Iterator[RenderableType]:
    found = fuzzed.counterexample
    assert found is not None
    shown = explain(found.program, found.findings, module, smallest=found.smallest)
    findings = found.findings[:_SHOWN]
    story = Story(
        (),
        "",
        findings=findings,
        more=len(found.findings) - len(findings),
        program=shown.program,
        smallest=shown.smallest,
        graph=shown.graph,
        places=tuple(dict.fromkeys(finding.location for finding in findings if finding.location)),
    )
    signs = UNICODE if screen.can_show("".join(UNICODE)) else ASCII
    return explained(story, 4, screen.columns, signs)


def _seen_by(failing: Sequence[str]) -> str:
    if not failing:
        return "All checks pass: none of those that are here sees this difference."
    listed = ", ".join(map(clean, failing[:_LISTED]))
    more = f" and {len(failing) - _LISTED} more" if len(failing) > _LISTED else ""
    return f"These checks fail, too: {listed}{more}."
