"""The handout, taken apart: a text before the tasks, a section for each task, and examples that run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["EXAMPLE", "Example", "Section", "pictures", "sections"]

EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[[^\]]*\]\(([\w./-]+)\)")
_SECTION = re.compile(r"^(?=## )", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A block of Python. What a line prints stands behind it: `print(x.grad)  # tensor(6.)`."""

    code: str
    line: int  # of the handout, where the code begins

    @property
    def says(self) -> list[str]:
        """The lines that it says it prints."""
        return re.findall(r"print\(.*\)  # (.*)$", self.code, re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """`task` is the first word of its heading, "" for what stands before the first one."""

    task: str
    heading: str
    text: str
    line: int

    def examples(self) -> Iterator[Example]:
        """Yield the blocks of Python in it."""
        for match in EXAMPLE.finditer(self.text):
            yield Example(match[1], self.line + self.text.count("\n", 0, match.start(1)))


def sections(handout: str) -> list[Section]:
    """Return the parts of a handout, in order."""
    found = []
    line = 1
    for index, text in enumerate(_SECTION.split(handout)):
        heading = text.partition("\n")[0].removeprefix("## ") if index else ""
        found.append(Section(heading.partition(" ")[0], heading, text, line))
        line += text.count("\n")
    return found


def pictures(handout: str) -> list[str]:
    """Return the files of the pictures that a handout shows."""
    return _PICTURE.findall(handout)
