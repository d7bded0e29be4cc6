"""The shipped handouts, beyond what `grade lint` looks at: short, and with pictures."""

from __future__ import annotations

import re

from gradlab.assignment import Assignment
from gradlab.handout import Section, sections

TWO_SCREENS = 100  # lines
DRAWING = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def parts(assignment: Assignment) -> list[Section]:
    return sections((assignment.root / "handout.md").read_text(encoding="utf-8"))


def test_no_section_is_longer_than_two_screens(shipped: Assignment) -> None:
    for section in parts(shipped):
        assert len(section.text.splitlines()) <= TWO_SCREENS, section.heading


def test_every_section_has_an_example(shipped: Assignment) -> None:
    assert all(list(section.examples()) for section in parts(shipped))


def test_every_handout_draws_what_it_is_about(shipped: Assignment) -> None:
    drawings = [drawing for section in parts(shipped) for drawing in DRAWING.findall(section.text)]
    assert any(re.search(r"-->|---|<--|\|", drawing) for drawing in drawings)
