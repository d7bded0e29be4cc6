"""The words that checks compare, where an assignment compares the ones it quotes: a student must be able to read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradlab.assemble import assemble
from gradlab.wire import Raised, Seq
from gradlab.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gradlab.lint.bench import Bench

__all__ = ["unquoted"]


def unquoted(bench: Bench) -> list[str]:
    """Return every message of an exception or warning that a check compares and that neither stub nor handout holds."""
    assignment = bench.assignment
    if assignment.surface.errors != "quoted":
        return []
    handout = assignment.root / "handout.md"
    text = assemble(assignment, solved=()) + (
        handout.read_text(encoding="utf-8") if handout.is_file() else ""
    )
    # A sentence may go on in the next line: of a docstring, or of a string in several pieces.
    seen = _open(" ".join(re.sub(r'"\n\s+f?"', "", text).split()))
    problems = []
    for expectation, _ in bench.instances():
        check = expectation.check
        for raised in (item for seen_ in expectation.observations for item in _raised(seen_.payload)):
            if _open(quoted(raised.message)) not in seen:
                problems.append(
                    f"{check.file}:{check.line}: the check {check.name!r} compares the sentence "
                    f"'{quoted(raised.message)}', which stands neither in the stub nor in the handout."
                )
    return list(dict.fromkeys(problems))


def _raised(payload: object) -> Iterator[Raised]:
    for item in payload.items if isinstance(payload, Seq) else (payload,):
        if isinstance(item, Raised):
            yield item


def _open(text: str) -> str:
    """Leave shapes and numbers open: a stub shows an example of a sentence that names them."""
    return re.sub(r"[\[(][-\d, ]*[\])]|-?\d+", "#", text)
