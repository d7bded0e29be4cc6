"""The shipped handout: its examples run, and each needs no later task."""

from __future__ import annotations

import re
import types
from collections.abc import Callable

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment

TWO_SCREENS = 100  # lines
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections(assignment: Assignment) -> dict[str, str]:
    text = (assignment.root / "handout.md").read_text(encoding="utf-8")
    introduction, *rest = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return {"": introduction} | {section.split()[1]: section for section in rest}


def test_the_handout_has_a_section_for_each_task_with_its_title(backward: Assignment) -> None:
    found = sections(backward)
    assert list(found) == ["", *(task.id for task in backward.tasks)]
    for task in backward.tasks:
        assert found[task.id].startswith(f"## {task.id} {task.title}")


def test_no_section_is_longer_than_two_screens(backward: Assignment) -> None:
    for task, section in sections(backward).items():
        assert len(section.splitlines()) <= TWO_SCREENS, task


@pytest.mark.parametrize("task", ["", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"])
def test_the_examples_print_what_they_say_with_the_tasks_so_far(
    backward: Assignment,
    as_engine: Callable[[str], types.ModuleType],
    capsys: pytest.CaptureFixture[str],
    task: str,
) -> None:
    so_far = [other.id for other in backward.tasks if other.id <= task]
    examples = EXAMPLE.findall(sections(backward)[task])
    assert examples
    for example in examples:
        as_engine(assemble(backward, solved=so_far))
        exec(example, {})
        printed = re.sub(r",\n\s+", ", ", capsys.readouterr().out).splitlines()
        assert printed == re.findall(r"print\(.*\)  # (.*)$", example, re.MULTILINE)


def test_the_sentences_that_checks_compare_stand_in_the_stubs(backward: Assignment) -> None:
    stub = re.sub(r'"\n\s+"', "", assemble(backward, solved=()))
    for sentence in (
        "grad can be implicitly created only for scalar outputs",
        "element 0 of tensors does not require grad and does not have a grad_fn",
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of torch.Size([3]).",
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
        "saved tensors after calling backward.",
    ):
        assert sentence in stub
