"""Syntax trees that many threads ask for at once."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gradlab import syntax

GRADER = Path(syntax.__file__).parent
SOURCE = (GRADER / "show" / "writer.py").read_text(encoding="utf-8")


@pytest.fixture
def threads_that_take_turns_in_the_garbage_collector() -> Iterator[None]:
    def callback(phase: str, info: object) -> None:
        pass

    before = sys.getswitchinterval()
    gc.callbacks.append(callback)
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)
    gc.callbacks.remove(callback)


@pytest.mark.usefixtures("threads_that_take_turns_in_the_garbage_collector")
def test_threads_get_their_trees_while_others_ask_for_theirs() -> None:
    with ThreadPoolExecutor(3) as pool:
        trees = list(pool.map(syntax.parse, [SOURCE] * 60))
    assert {len(tree.body) for tree in trees} == {len(syntax.parse(SOURCE).body)}


def test_an_error_names_the_file() -> None:
    with pytest.raises(SyntaxError) as caught:
        syntax.parse("x = (", "checks.py")
    assert (caught.value.filename, caught.value.lineno) == ("checks.py", 1)


def test_the_grader_asks_for_trees_in_this_one_place() -> None:
    asking = re.compile(r"\bast\.(parse|literal_eval)\(|ONLY_AST")
    found = {path.name for path in GRADER.rglob("*.py") if asking.search(path.read_text(encoding="utf-8"))}
    assert found == {"syntax.py"}
