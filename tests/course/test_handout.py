"""The shipped handouts: their examples run, and each needs no later task."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from typing import Any

import pytest

from gradlab import quoted
from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, shipped_course
from gradlab.wire import Raised, Seq

TWO_SCREENS = 100  # lines
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


SECTIONS = [
    (name, section)
    for name in find_course(shipped_course()).order
    for section in ["", *re.findall(r"^## (\S+)", (shipped_course() / name / "handout.md").read_text(), re.M)]
]


def sections(assignment: Assignment) -> dict[str, str]:
    text = (assignment.root / "handout.md").read_text(encoding="utf-8")
    introduction, *rest = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return {"": introduction} | {section.split()[1]: section for section in rest}


def test_the_handout_has_a_section_for_each_task_with_its_title(shipped: Assignment) -> None:
    found = sections(shipped)
    assert list(found) == ["", *(task.id for task in shipped.tasks)]
    for task in shipped.tasks:
        assert found[task.id].startswith(f"## {task.id} {task.title}")


def test_no_section_is_longer_than_two_screens(shipped: Assignment) -> None:
    for task, section in sections(shipped).items():
        assert len(section.splitlines()) <= TWO_SCREENS, task


@pytest.mark.parametrize(("shipped", "task"), SECTIONS, indirect=["shipped"], scope="session")
def test_the_examples_print_what_they_say_with_the_tasks_so_far(
    shipped: Assignment,
    as_engine: Callable[[str], types.ModuleType],
    capsys: pytest.CaptureFixture[str],
    task: str,
) -> None:
    so_far = [other.id for other in shipped.tasks if other.id <= task]
    examples = EXAMPLE.findall(sections(shipped)[task])
    assert examples
    for example in examples:
        as_engine(assemble(shipped, solved=so_far))
        exec(example, {})
        printed = re.sub(r",\n\s+", ", ", capsys.readouterr().out).splitlines()
        assert printed == re.findall(r"print\(.*\)  # (.*)$", example, re.MULTILINE)


def test_the_sentences_that_checks_compare_stand_in_the_stubs(bench: Any, shipped: Assignment) -> None:
    stub = _without_numbers(re.sub(r'"\n\s+f?"', "", assemble(shipped, solved=())))
    for _, _, observations in bench.recorded:
        for seen in observations:
            for raised in _raised(seen.payload):
                assert _without_numbers(quoted(raised.message)) in stub


def _raised(payload: object) -> list[Raised]:
    items = payload.items if isinstance(payload, Seq) else (payload,)
    return [item for item in items if isinstance(item, Raised)]


def _without_numbers(text: str) -> str:
    """Leave shapes and sizes open: a stub shows an example of a sentence that names them."""
    return re.sub(r"[\[(][-\d, ]*[\])]|-?\d+", "#", text)
