"""Errors and warnings have the type and the text that torch gives them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest


@pytest.mark.facts("errors")
def test_a_wrong_program_is_refused_as_torch_refuses_it(fact: dict[str, Any], programs: ModuleType) -> None:
    found = programs.run(fact["code"], "refgrad")
    expected = fact.get("exception"), fact.get("message"), fact.get("warnings", [])
    assert (found.exception, found.message, found.warnings) == expected
