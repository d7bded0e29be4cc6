"""`save` and `load`: tensors, numbers and texts in nested dictionaries, lists and tuples, as a file.

The file is a zip archive of a description in JSON and one array in NumPy's format for each tensor. Nothing in it is
code, and reading it runs none: torch's own files are pickles, which refgrad neither writes nor reads.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import numpy as np

from . import backend, dtypes
from .creation import placed
from .cuda import is_available
from .device import device, require
from .size import Size
from .tensor import Tensor, wrap
from .unresolved import put_together, taken_apart

__all__ = ["load", "save"]

_FORMAT = "refgrad 1"
# Of what its memory holds, a tensor may show the conjugates or the negatives.
_BITS = ("conjugated", "negated")
_PLAIN = (bool, int, float, str, type(None))


def save(
    obj: Any,
    f: str | os.PathLike[str] | BinaryIO,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write an object to a file, given by name or open for binary writing.

    TypeError for what is no tensor, number, text, dtype, size, None or a dictionary, list or tuple of these.
    """
    if not (isinstance(f, str | os.PathLike) or hasattr(f, "write")):
        raise AttributeError(
            "expected 'f' to be string, path, or a file-like object with a 'write' attribute"
        )
    if isinstance(f, str | os.PathLike):
        parent = os.path.dirname(os.fspath(f)) or "."
        if not os.path.isdir(parent):
            raise RuntimeError(f"Parent directory {parent} does not exist.")
    tensors: list[Tensor] = []
    described = _described(obj, tensors)
    with zipfile.ZipFile(f, "w") as archive:
        archive.writestr("data.json", json.dumps({"format": _FORMAT, "data": described}))
        for at, each in enumerate(tensors):
            memory = taken_apart(each._array)[0]
            with archive.open(f"{at}.npy", "w") as entry:
                np.lib.format.write_array(entry, backend.to_host(memory), allow_pickle=False)


def _described(value: Any, tensors: list[Tensor]) -> Any:
    """Return a value as JSON, with the number of each tensor in its place; a tensor that is there twice keeps one."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Tensor):
        known = next((at for at, each in enumerate(tensors) if each is value), len(tensors))
        if known == len(tensors):
            tensors.append(value)
        found = {"tensor": known, "requires_grad": value.requires_grad, "kind": _kind(value)}
        bits = zip(_BITS, taken_apart(value._array)[1], strict=True)
        found.update({name: True for name, is_set in bits if is_set})
        return {**found, "device": str(value.device)} if value.is_cuda else found
    if isinstance(value, dict):
        kind = "ordered" if isinstance(value, OrderedDict) else "dict"
        return {kind: [[_described(key, tensors), _described(each, tensors)] for key, each in value.items()]}
    if isinstance(value, Size):
        return {"size": list(value)}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_described(each, tensors) for each in value]}
    if isinstance(value, dtypes.dtype):
        return {"dtype": str(value).rpartition(".")[2]}
    raise TypeError(
        f"torch.save of refgrad takes tensors, numbers, texts, dtypes, sizes, None, and dictionaries, lists and tuples of "
        f"these, not {type(value).__name__}; of a module or an optimizer, save its state_dict()"
    )


def _kind(value: Tensor) -> str:
    from .nn.parameter import Parameter

    return "parameter" if isinstance(value, Parameter) else "tensor"


def load(
    f: str | os.PathLike[str] | BinaryIO,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read what `save` wrote, from a file given by name or open for binary reading.

    FileNotFoundError where there is none, RuntimeError where it is another kind of file.
    """
    if not (isinstance(f, str | os.PathLike) or hasattr(f, "seek")):
        raise AttributeError(
            f"'{type(f).__name__}' object has no attribute 'seek'. You can only torch.load from a file that is seekable. "
            "Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
        )
    place = _placing(map_location)
    try:
        archive = zipfile.ZipFile(f)
    except zipfile.BadZipFile:
        raise RuntimeError(_FOREIGN) from None
    with archive:
        if "data.json" not in archive.namelist():
            raise RuntimeError(_FOREIGN)
        try:
            described = json.loads(archive.read("data.json"))
            if described["format"] != _FORMAT:
                raise RuntimeError(_FOREIGN)
            return _restored(described["data"], archive, {}, place)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RuntimeError(f"the file is damaged: {type(error).__name__}: {error}") from None


_FOREIGN = (
    "the file was not written by refgrad's torch.save, which is all that refgrad's torch.load reads: files of PyTorch "
    "are pickles, and reading a pickle can run any code"
)


# A function of the device that a tensor was saved from, and of the tensor on the CPU: the device that it is to be on.
Placing = Callable[[str, Tensor], Any]


def _placing(map_location: Any) -> Placing:
    if map_location is None:
        return lambda saved, tensor: saved
    if isinstance(map_location, str | device):
        where = require(map_location)
        return lambda saved, tensor: where
    if isinstance(map_location, Mapping):
        return lambda saved, tensor: map_location.get(saved, saved)

    def ask(saved: str, tensor: Tensor) -> Any:
        moved = map_location(tensor.untyped_storage(), saved)
        return saved if moved is None else moved.device

    return ask


def _restored(described: Any, archive: zipfile.ZipFile, tensors: dict[int, Tensor], place: Placing) -> Any:
    if type(described) in _PLAIN:
        return described
    if "tensor" in described:
        return _tensor(described, archive, tensors, place)
    ((kind, value),) = described.items()
    if kind in ("dict", "ordered"):
        pairs = [
            (_restored(key, archive, tensors, place), _restored(each, archive, tensors, place))
            for key, each in value
        ]
        return OrderedDict(pairs) if kind == "ordered" else dict(pairs)
    if kind == "dtype":
        if value not in dtypes.__all__:
            raise ValueError(f"no dtype {value}")
        return getattr(dtypes, value)
    if kind == "size":
        return Size(value)
    parts = [_restored(each, archive, tensors, place) for each in value]
    return {"list": parts, "tuple": tuple(parts)}[kind]


def _there(where: Any) -> device:
    """Return the device to restore a tensor on; refused where there is no GPU to restore it on."""
    if device(where).type == "cuda" and not is_available():
        raise RuntimeError(NO_GPU)
    return require(where)


NO_GPU = (
    "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a "
    "CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
)


def _tensor(described: Any, archive: zipfile.ZipFile, tensors: dict[int, Tensor], place: Placing) -> Tensor:
    at = int(described["tensor"])
    if at not in tensors:
        with archive.open(f"{at}.npy") as entry:
            array = np.lib.format.read_array(entry, allow_pickle=False)
        read = wrap(array)
        where = _there(place(str(described.get("device", "cpu")), read))
        bits = [described.get(name, False) is True for name in _BITS]
        if (bits[0] and array.dtype.kind != "c") or (bits[1] and array.dtype.kind not in "fc"):
            raise ValueError(f"numbers of dtype {array.dtype} are neither conjugates nor negatives of others")
        made = wrap(put_together(placed(read._array, where), *bits))
        if described["kind"] == "parameter":
            from .nn.parameter import Parameter

            made = Parameter(made, requires_grad=bool(described["requires_grad"]))
        elif described["requires_grad"]:
            made.requires_grad_()
        tensors[at] = made
    return tensors[at]
