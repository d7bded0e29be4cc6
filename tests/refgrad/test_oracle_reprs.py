"""Values print as torch prints them; what is refused is refused in torch's words."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


@pytest.mark.facts("reprs")
def test_an_expression_shows_what_torch_shows(
    fact: dict[str, Any], programs: ModuleType, same_text: Callable[[str, str], bool]
) -> None:
    found = programs.run(fact["code"], "refgrad")
    ours = found.exception, found.message, found.warnings
    assert ours == (fact.get("exception"), fact.get("message"), fact.get("warnings", []))
    if "value" in fact:
        assert same_text(found.value.replace("refgrad", "torch"), fact["value"]), found.value
