"""What an attack is: a submission to build, how grading it must end, and what the report must say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Attack", "Ends", "specimens"]

Ends = Literal["stub", "right", "refused"]
_SPECIMENS = Path(__file__).parent / "specimens"


@dataclass(frozen=True)
class Attack:
    """One attack. `build` writes the submission below a folder, with what it needs to know, and returns its path.

    `ends`: "stub": graded, with the honest stub's score; "right": graded, with the score of the right engine that it
    is built on; "refused": it cannot be graded, exit code 4. `says` are what the output may say, one of which it must.
    """

    group: str
    name: str
    ends: Ends
    says: tuple[str, ...]
    build: Callable[[Path, Mapping[str, str]], Path]

    @property
    def assignment(self) -> str:
        """What it is handed in for."""
        return "keeping" if self.group == "keeps" else "squares"

    def __str__(self) -> str:
        return f"{self.group}-{self.name}"


def specimens() -> list[Attack]:
    """Return the attacks that are one engine.py: `specimens/GROUP/NAME.py`, which begins with

    # Attack: what it tries
    # Ends: stub | right | refused
    # Says: what the output must say [| or this, where Python's versions differ]
    """
    return [_specimen(path) for path in sorted(_SPECIMENS.glob("*/*.py"))]


def _specimen(path: Path) -> Attack:
    content = path.read_bytes()
    header = re.match(rb"# Attack: .+\n# Ends: (stub|right|refused)\n# Says: (.+)\n", content)
    assert header is not None, (
        f"{path} does not begin with what it attacks, how it ends and what the report says"
    )

    def build(folder: Path, known: Mapping[str, str]) -> Path:
        source = content
        for name, value in known.items():
            source = source.replace(f"@{name}@".encode(), value.encode())
        target = folder / "engine.py"
        target.write_bytes(source)
        return target

    ends: Ends = header[1].decode()  # type: ignore[assignment]
    says = tuple(text.strip() for text in header[2].decode().split(" | "))
    return Attack(path.parent.name, path.stem, ends, says, build)
