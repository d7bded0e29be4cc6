"""Read the code cells of a notebook, of any format that nbformat can upgrade. No cell is run and no kernel started."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import msgspec

from gradlab.errors import SubmissionError

if TYPE_CHECKING:
    from gradlab.wire import Cell

__all__ = ["cells"]

MAX_CELLS = 2000
_OLDEST, _NEWEST = 2, 4


class _Outline(msgspec.Struct):
    """The little that every notebook has; decoding it checks the JSON and its nesting before nbformat sees it."""

    nbformat: int
    metadata: dict[str, Any] = {}


def cells(name: str, content: bytes) -> list[Cell]:
    """Return the code cells of a notebook that are not empty, labelled `cell N` as counted from its top.

    Magics stay in the source: the worker decides what to do with them. Raises SubmissionError if it is no
    notebook, if it holds no code, or if its language is not Python.
    """
    from gradlab.wire import Cell

    outline = _outline(name, content)
    if (language := _language(outline.metadata)) not in ("python", "python3", "ipython", "ipython3", ""):
        raise SubmissionError(
            f"{name} is a notebook in {language!r}; a notebook with Python cells is expected."
        )
    found = []
    for number, cell in enumerate(_upgraded(name, content), start=1):
        source = cell.get("source", "")
        source = "".join(source) if isinstance(source, list) else source
        if cell.get("cell_type") == "code" and source.strip():
            found.append(Cell(f"cell {number}", source))
    if not found:
        raise SubmissionError(
            f"{name} holds no code cell. Write your engine in code cells and save the notebook."
        )
    if len(found) > MAX_CELLS:
        raise SubmissionError(f"{name} holds {len(found)} code cells; at most {MAX_CELLS} are taken.")
    for found_cell in found:
        if "\0" in found_cell.source:
            raise SubmissionError(
                f"{name}, {found_cell.label}, holds a null byte, so it is not Python source."
            )
    return found


def _outline(name: str, content: bytes) -> _Outline:
    try:
        text = content.decode("utf-8-sig")
        outline = msgspec.json.decode(text, type=_Outline)
    except UnicodeDecodeError as error:
        raise SubmissionError(
            f"{name} is not UTF-8 text: byte {error.start}. Save the notebook again."
        ) from error
    except RecursionError:
        raise SubmissionError(f"{name} is nested too deeply to be a notebook.") from None
    except msgspec.ValidationError as error:
        raise SubmissionError(f"{name} is JSON but not a notebook ({error}).") from error
    except msgspec.DecodeError as error:
        raise SubmissionError(f"{name} is not a notebook: it is not valid JSON ({error}).") from error
    if not _OLDEST <= outline.nbformat <= _NEWEST:
        raise SubmissionError(
            f"{name} has the notebook format {outline.nbformat}; formats {_OLDEST} to {_NEWEST} can be read."
        )
    return outline


def _language(metadata: dict[str, Any]) -> str:
    """Return the language that the notebook names, lower case, or the empty string."""
    for table, key in (("kernelspec", "language"), ("language_info", "name")):
        entry = metadata.get(table)
        if isinstance(entry, dict) and isinstance(entry.get(key), str):
            return str(entry[key]).lower()
    return ""


def _upgraded(name: str, content: bytes) -> list[dict[str, Any]]:
    """Return all cells, in format 4."""
    import nbformat  # late: up to 2 s where JupyterLab is installed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing cell ids, of no interest to a student
            notebook = nbformat.convert(nbformat.reader.reads(content.decode("utf-8-sig")), 4)  # type: ignore[no-untyped-call]
        found = notebook["cells"]
        if not (isinstance(found, list) and all(_is_cell(cell) for cell in found)):
            raise TypeError("cells are not what they should be")
    except RecursionError:
        raise SubmissionError(f"{name} is nested too deeply to be a notebook.") from None
    except Exception as error:  # nbformat raises whatever its old formats stumble over
        raise SubmissionError(
            f"{name} is JSON but not a notebook: its cells cannot be read ({type(error).__name__})."
        ) from error
    return found


def _is_cell(cell: object) -> bool:
    if not isinstance(cell, dict):
        return False
    source = cell.get("source", "")
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )
