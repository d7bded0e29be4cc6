"""Notebooks: which cells are taken, and what is no notebook."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest

from gradlab.errors import SubmissionError
from gradlab.notebook import MAX_CELLS, cells


def code(source: object) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def book(*found: object, **more: object) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(found), **more}
    ).encode()


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def refusal(content: bytes) -> str:
    with pytest.raises(SubmissionError) as caught:
        cells("engine.ipynb", content)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_code_cells_keep_their_place_in_the_notebook_and_their_magics() -> None:
    found = cells(
        "engine.ipynb", book(text("# Title"), code("x = 1"), code("  \n"), code(["%%time\n", "y = 2"]))
    )
    assert [(cell.label, cell.source) for cell in found] == [("cell 2", "x = 1"), ("cell 4", "%%time\ny = 2")]


def test_a_notebook_of_format_3_is_upgraded() -> None:
    old = nbformat.v3.new_notebook(
        worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell(input="x = 1")])]
    )
    assert [cell.source for cell in cells("engine.ipynb", nbformat.v3.writes_json(old).encode())] == ["x = 1"]


def test_a_cell_that_lacks_what_the_schema_asks_for_is_read_all_the_same() -> None:
    assert [cell.source for cell in cells("engine.ipynb", book({"cell_type": "code", "source": "x"}))] == [
        "x"
    ]


def test_outputs_and_metadata_of_a_notebook_are_not_believed() -> None:
    cell = {**code("x = 1"), "outputs": [{"score": 100}], "metadata": {"nbgrader": {"points": 100}}}
    assert [cell.source for cell in cells("engine.ipynb", book(cell))] == ["x = 1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not json", "engine.ipynb is not a notebook: it is not valid JSON"),
        (b"", "is not a notebook: it is not valid JSON"),
        (b"[1, 2]", "is JSON but not a notebook"),
        (b'{"cells": []}', "is JSON but not a notebook"),
        (b'{"nbformat": "4", "cells": []}', "is JSON but not a notebook"),
        (b'{"nbformat": 4}', "is JSON but not a notebook: it has no cells"),
        (b'{"nbformat": 99, "cells": []}', "has the notebook format 99; formats 2 to 4 can be read"),
        (b"\xff\xfe{", "is not UTF-8 text: byte 0"),
        (book(), "holds no code cell"),
        (book(text("an essay")), "holds no code cell"),
        (book(code("\n")), "holds no code cell"),
        (book("cell"), "is JSON but not a notebook (Expected `object`, got `str`"),
        (book(code(7)), "is JSON but not a notebook (Expected"),
        (book(code(["x", 7])), "is JSON but not a notebook (Expected"),
        (book(code("x\0")), "engine.ipynb, cell 1, holds a null byte"),
        (book(code("x"), metadata={"kernelspec": {"language": "R"}}), "is a notebook in 'r'"),
        (book(code("x"), metadata={"language_info": {"name": "julia"}}), "is a notebook in 'julia'"),
        (book(*[code("x")] * (MAX_CELLS + 1)), "holds 2001 code cells; at most 2000"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", "nested too deeply"),
        (b'{"nbformat": 4, "metadata": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", "nested too deeply"),
        (b'{"nbformat": 3, "worksheets": 5}', "of an old format, which cannot be upgraded"),
    ],
)  # fmt: skip
def test_what_is_no_notebook_gets_one_sentence(content: bytes, words: str) -> None:
    assert words in refusal(content)


@pytest.mark.parametrize(
    "metadata", [{}, {"kernelspec": {"language": "python"}}, {"language_info": {"name": "ipython"}}]
)
def test_a_python_notebook_is_known_by_either_name_or_none(metadata: dict[str, Any]) -> None:
    assert len(cells("engine.ipynb", book(code("x"), metadata=metadata))) == 1
