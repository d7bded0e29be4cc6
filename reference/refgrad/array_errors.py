"""What NumPy refuses while a derivative is computed, in torch's words."""

from __future__ import annotations

from .both import NO_NEGATION
from .ops.broadcasting import check_broadcast

__all__ = ["in_words_of_torch"]

# Modules that call functions of the user's, whose errors are theirs.
_CALLS_THE_USER = frozenset({"context", "engine_hooks", "function", "hooks"})


def in_words_of_torch(error: TypeError | ValueError) -> Exception:
    """Return torch's error where arrays refuse what a rule does with bools, or with sizes that changed; else the error."""
    if _is_of_the_user(error):
        return error
    text = str(error)
    if "boolean negative" in text:
        return RuntimeError(NO_NEGATION)
    shapes = _shapes_in(text)
    if "not aligned" in text and [len(each) for each in shapes[:2]] == [2, 2]:
        (rows, inner), (other, columns) = shapes[:2]
        return RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({rows}x{inner} and {other}x{columns})"
        )
    if "could not be broadcast together" in text and len(shapes) > 1:
        try:
            check_broadcast(shapes[0], shapes[1])
        except RuntimeError as refusal:
            return refusal
    return error


def _is_of_the_user(error: BaseException) -> bool:
    """Return whether the last module of refgrad that it passed calls the user's functions.

    It need not be the very last: the arrays of an accelerator are written in Python, too.
    """
    at, last = error.__traceback__, ""
    while at is not None:
        name = str(at.tb_frame.f_globals.get("__name__"))
        last, at = name if name.startswith(__package__) else last, at.tb_next
    return last.rpartition(".")[2] in _CALLS_THE_USER


def _shapes_in(text: str) -> list[list[int]]:
    """Return the shapes that a sentence of NumPy's names, but for those without dimensions."""
    found = [part.partition(")")[0].split(",") for part in text.split("(")[1:]]
    numbers = [[each.strip() for each in part if each.strip()] for part in found]
    return [[int(each) for each in part] for part in numbers if part and all(each.isdigit() for each in part)]
