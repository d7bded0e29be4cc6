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


class _Notebook(msgspec.Struct):
    """The little that is needed of format 4. Outputs and most metadata are never looked at."""

    nbformat: int
    metadata: dict[str, Any] = {}
    cells: list[_Cell] | None = None  # absent in older formats


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""


def cells(name: str, content: bytes) -> list[Cell]:
    """Return the code cells of a notebook that are not empty, labelled `cell N` as counted from its top.

    Magics stay in the source: the worker decides what to do with them. Raises SubmissionError if it is no
    notebook, if it holds no code, or if its language is not Python.
    """
    from gradlab.wire import Cell

    notebook = _read(name, content)
    if (language := _language(notebook.metadata)) not in ("python", "python3", "ipython", "ipython3", ""):
        raise SubmissionError(
            f"{name} is a notebook in {language!r}; a notebook with Python cells is expected."
        )
    found = []
    for number, cell in enumerate(notebook.cells or (), start=1):
        source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
        if cell.cell_type == "code" and source.strip():
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


def _read(name: str, content: bytes) -> _Notebook:
    """Decode and check a notebook, upgraded to format 4."""
    try:
        notebook = msgspec.json.decode(content.decode("utf-8-sig"), type=_Notebook)
        if not _OLDEST <= notebook.nbformat <= _NEWEST:
            raise SubmissionError(
                f"{name} has the notebook format {notebook.nbformat}; formats {_OLDEST} to {_NEWEST} can be read."
            )
        if notebook.nbformat < _NEWEST:
            notebook = msgspec.convert(_upgrade(name, content), _Notebook)
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
    if notebook.cells is None:
        raise SubmissionError(f"{name} is JSON but not a notebook: it has no cells.")
    return notebook


def _upgrade(name: str, content: bytes) -> Any:
    """Return a notebook of an older format in format 4."""
    import nbformat  # late: up to 2 s where JupyterLab is installed, and format 4 does without it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing cell ids, of no interest to a student
            return nbformat.convert(nbformat.reader.reads(content.decode("utf-8-sig")), _NEWEST)  # type: ignore[no-untyped-call]
    except RecursionError:
        raise
    except Exception as error:  # nbformat raises whatever its old formats stumble over
        raise SubmissionError(
            f"{name} says that it is a notebook of an old format, which cannot be upgraded ({type(error).__name__})."
        ) from error


def _language(metadata: dict[str, Any]) -> str:
    """Return the language that the notebook names, lower case, or the empty string."""
    for table, key in (("kernelspec", "language"), ("language_info", "name")):
        entry = metadata.get(table)
        if isinstance(entry, dict) and isinstance(entry.get(key), str):
            return str(entry[key]).lower()
    return ""
