"""Programs print what they print on torch: views, versions, graphs, accumulation, hooks, random numbers."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import refgrad as torch

Same = Callable[[str, str], bool]


@pytest.mark.facts("semantics")
def test_a_program_prints_what_it_prints_on_torch(
    fact: dict[str, Any], programs: ModuleType, same_text: Same
) -> None:
    found = programs.run(fact["code"], "refgrad")
    assert (found.exception, found.message) == (fact.get("exception"), fact.get("message"))
    assert same_text(found.stdout.replace("refgrad", "torch"), fact.get("stdout", "")), found.stdout
    assert found.warnings == fact.get("warnings", [])


@pytest.mark.facts("graph")
def test_an_operation_records_the_node_that_torch_records(
    fact: dict[str, Any], programs: ModuleType, same_text: Same, facts: Callable[[str], dict[str, Any]]
) -> None:
    found = programs.run(fact["code"], "refgrad", setup=facts("graph")["setup"])
    assert (found.exception, found.message) == (None, None)
    assert same_text(found.stdout, fact["stdout"]), found.stdout


@pytest.mark.facts("saved")
def test_a_node_shows_what_it_saved_under_the_names_of_torch(
    fact: dict[str, Any], programs: ModuleType, same_text: Same, facts: Callable[[str], dict[str, Any]]
) -> None:
    found = programs.run(fact["code"], "refgrad", setup=facts("saved")["setup"])
    assert found.exception is None
    assert same_text(found.stdout.replace("refgrad", "torch"), fact["stdout"]), found.stdout


def test_operands_of_all_categories_promote_as_in_torch(facts: Callable[[str], dict[str, Any]]) -> None:
    wrong = {}
    for operands, expected in facts("semantics")["promotion"].items():
        left, right = (_operand(text) for text in operands.split(", "))
        if (found := repr(torch.result_type(left, right))) != expected:
            wrong[operands] = found
    assert wrong == {}


def _operand(text: str) -> Any:
    category, _, name = text.rpartition(" ")
    if not category:
        return {"True": True, "2": 2, "2.5": 2.5}[name]
    return torch.ones(() if category == "zero" else (2,), dtype=getattr(torch, name))
