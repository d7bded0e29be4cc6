"""A program run once more on torch, to tell from its tensors what explains a difference."""

from __future__ import annotations

import importlib
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from observing import space_of

TENSOR = re.compile(r"\ba\d+\b")
# Functions that start a result, `out`, before they have read their operands.
_SUMS_UP = re.compile(
    r"torch\.(?:linalg\.|special\.)?(?:all|any|a?max|a?min|aminmax|arg(?:max|min)|sum|prod|mean|nansum|nanmean|std|var|histc|"
    r"vector_norm|logsumexp|mm|bmm|mv|matmul|dot|vdot|inner|addmm|addmv|baddbmm|matrix_power|topk|sort|diag|outer|kron|ger|inv|bucketize)\("
)
_IN_PLACE = re.compile(r"^a\d+(?:\[.*\] = |\.(?:real|imag) = |.*[-+*/%&|^<>]= |.*\.\w+_\()")


@dataclass
class Run:
    """A program run on torch up to a line: the tensors there are before it, and the lines that failed.

    `torn` are the tensors that were changed while they shared memory with an operand or overlapped themselves, and what
    was computed from them.
    """

    space: dict[str, Any]
    failed: list[str] = field(default_factory=list)
    torn: set[str] = field(default_factory=set)
    unset: set[str] = field(
        default_factory=set
    )  # what a line that failed had resized, and what was computed from it
    resized: bool = False  # a tensor was resized that shares memory

    def tensors(self) -> list[Any]:
        """Return all tensors."""
        return self.operands(" ".join(self.space))

    def operands(self, line: str) -> list[Any]:
        """Return the tensors that a line names."""
        tensor = self.space["torch"].Tensor
        found = [self.space.get(name) for name in dict.fromkeys(TENSOR.findall(line))]
        return [each for each in found if isinstance(each, tensor)]


def rerun(difference: Any) -> Run:
    """Run the program of a difference on torch, up to the line where it shows."""
    torch = importlib.import_module("torch")
    run = Run(space_of(torch))
    lines = list(difference.program)
    stop = lines.index(difference.line) if difference.line in lines else len(lines)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for line in lines[: stop + 1]:
            names = TENSOR.findall(line)
            if _tears(run, line):
                run.torn |= {*names, *_sharing(run, set(names))}
            elif run.torn & set(names):
                run.torn |= {names[0], *_sharing(run, {names[0]})}
            run.resized |= ("resize_(" in line or "out=" in line) and bool(
                _sharing(run, set(names)) - set(names)
            )
            if run.unset & set(names):
                run.unset |= {names[0]}
            if line == difference.line and line in lines:
                break
            before = {name: tuple(run.space[name].shape) for name in names if _is_tensor(run, name)}
            try:
                exec(line, run.space)
            except Exception:
                run.failed.append(line)
                run.unset |= {name for name, shape in before.items() if tuple(run.space[name].shape) != shape}
    return run


def _is_tensor(run: Run, name: str) -> bool:
    return isinstance(run.space.get(name), run.space["torch"].Tensor)


def _sharing(run: Run, names: set[str]) -> set[str]:
    """Return the tensors that look at the memory of some others."""

    def memory(name: str) -> int:
        value = run.space.get(name)
        return value.untyped_storage().data_ptr() if isinstance(value, run.space["torch"].Tensor) else 0

    touched = {memory(name) for name in names} - {0}
    return {name for name in run.space if TENSOR.fullmatch(name) and memory(name) in touched}


def _overlaps_itself(tensor: Any) -> bool:
    """Tell whether several elements lie in one place."""
    places = np.zeros((), np.int64)
    for size, step in zip(tensor.shape, tensor.stride(), strict=True):
        places = places[..., None] + np.arange(size) * step
    return np.unique(places).size < places.size


def _tears(run: Run, line: str) -> bool:
    """Tell whether a line changes memory that it also reads elsewhere, or that overlaps itself."""
    if not _IN_PLACE.match(line) and "out=" not in line:
        return False
    tensors = run.operands(line)
    if "as_strided(" in line or "unfold(" in line:
        return True
    for at, each in enumerate(tensors):
        if _overlaps_itself(each):
            return True
        storage = each.untyped_storage().data_ptr()
        if storage and any(other.untyped_storage().data_ptr() == storage for other in tensors[:at]):
            return True
    names = TENSOR.findall(line)  # an operand is a part of the target, or in another order
    if "out=" in line and len(names) != len(set(names)) and _SUMS_UP.search(line):
        return True
    if re.search(r"out=a\d+[.\[]", line) and len(names) != len(set(names)):
        return True
    return (
        len(names) != len(set(names)) and re.search(r"masked_scatter_|addb?mm_|addmv_|\[", line) is not None
    )
