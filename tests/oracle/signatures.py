"""Write reference/refgrad/signatures.txt: the overloads of torch's functions and methods, in torch's notation.

Run by hand where torch is installed: `python tests/oracle/signatures.py`. The texts stand in torch's own library;
which of them belong to a function and which to a method of the same name is checked against what torch lists
when a call fits none of them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from types import FunctionType
from typing import Any

import torch

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "reference" / "refgrad" / "signatures.txt"
sys.path.insert(0, str(HERE.parents[1] / "reference"))

CALL = re.compile(rb"\x00([a-z][a-z0-9_]*\([ -~]*\)(?:\|deprecated|\|hidden)?)(?=\x00)")

# Left out: subjects that refgrad does not have.
OUTSIDE = re.compile(
    r"cudnn|miopen|mkldnn|quant(?!ile)|sparse|fft|linalg|special_|nested|coo|csr|csc|bsr|bsc|names?$|align_|fbgemm|"
    r"stft|fake|observer|to_padded|crow|col_indices|row_indices"
    r"|^new$|^device$|^[fi]info$"
)

# What stands behind functions of `torch.nn.functional`; those of `torch.linalg` and `torch.special` go by a prefix.
NN = (
    "adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d adaptive_max_pool3d avg_pool2d avg_pool3d col2im "
    "cross_entropy_loss elu elu_ gelu glu hardsigmoid hardsigmoid_ hardswish hardswish_ hardtanh hardtanh_ im2col "
    "leaky_relu leaky_relu_ linear log_sigmoid max_unpool2d max_unpool3d mish mish_ multi_margin_loss "
    "multilabel_margin_loss nll_loss_nd one_hot pad relu6 relu6_ scaled_dot_product_attention silu silu_ "
    "soft_margin_loss softplus softshrink"
)

# What stands behind functions that torch itself writes in Python.
VF = "atleast_1d atleast_2d atleast_3d block_diag cartesian_prod chain_matmul meshgrid split unique_consecutive unique_dim"

# What the library does not hold: constructors of classes, among them those of `torch.Tensor(...)` and `torch.IntTensor(...)`.
MORE = """\
_lu_with_info(Tensor input, bool pivot=True, bool check_errors=True)
_unique2(Tensor input, bool sorted=True, bool return_inverse=False, bool return_counts=False)
Tensor.unflatten(int64_t dim, SymIntArrayRef sizes)
legacy.new(*, Device? device=None)
legacy.new(Storage storage)
legacy.new(*, int64_t cdata)|hidden
legacy.new(Tensor other)
legacy.new(Tensor other, *, Device? device=None)|hidden
legacy.new(SymIntArrayRef size, *, Device? device=None)
legacy.new(PyObject* data, *, Device? device=None)
finfo(ScalarType type)
finfo()
iinfo(ScalarType type)
device(Device device)
device(std::string_view type, int64_t? index=-1)
"""


def texts() -> Iterator[str]:
    """Yield every signature in the order in which it stands in the library."""
    library = Path(torch.__file__).parent / "lib" / "libtorch_python.so"
    for found in CALL.finditer(library.read_bytes()):
        yield found[1].decode()


def listed(function: Callable[..., Any], given: tuple[Any, ...]) -> list[str] | None:
    """Return the overloads that torch lists for a call that fits none, or None where it names just one."""
    for extra, keywords in product(range(12), ({}, {"no_such_keyword": object()})):
        try:
            function(*given, *[object()] * extra, **keywords)
        except TypeError as error:
            lines = str(error).splitlines()
            if "expected one of" in lines[0]:
                return [line[3:] for line in lines[1:] if line.startswith(" * ")]
            if ", but expected (" in lines[0]:
                return [lines[0].partition(", but expected ")[2]]
        except RuntimeError:  # no arguments may be right, but not make sense
            continue
        except Exception:
            return None
    return None


def shown(text: str) -> str | None:
    """Return the signature as torch lists it, or None where refgrad does not know a type in it."""
    from refgrad._signatures import _parse

    try:
        return _parse(text).shown
    except KeyError:  # a C++ type that no function of refgrad takes
        return None


def takes_input(text: str) -> bool:
    """Return whether a parameter is the tensor that a method has as `self`; in former forms it is not the first."""
    return bool(re.search(r"[( ]Tensor input[,)]", text))


def chosen(name: str, candidates: list[str], owner: object, given: tuple[Any, ...]) -> list[str]:
    """Return those of `candidates` that belong to `owner.name`."""
    function = getattr(owner, name, None)
    if isinstance(function, FunctionType) or not callable(function):
        return []  # not there, or written in Python, whose own errors such a function raises
    own = listed(function, given)
    if own is not None:
        fitting = [text for text in candidates if "|" not in text and shown(text) in own]
        if not fitting:
            return []
        rest = [text for text in candidates if "|" in text and takes_input(text) == takes_input(fitting[0])]
        return in_order(candidates, fitting, rest, own)
    method = bool(given)
    if method and takes_nothing(function):
        return [f"{name}()|noargs"]
    alike = [text for text in candidates if takes_input(text) != method]
    if len(alike) != 1 and not method and len(candidates) == 1:
        return candidates
    return alike if len(alike) == 1 else []


def in_order(candidates: list[str], fitting: list[str], rest: list[str], own: list[str]) -> list[str]:
    """Return the signatures that torch lists in its order, and the others behind those they follow in the library."""
    found = sorted(fitting, key=lambda text: own.index(shown(text) or ""))
    for text in reversed(rest):
        before = [each for each in candidates[: candidates.index(text)] if each in fitting]
        found.insert(found.index(before[-1]) + 1 if before else 0, text)
    return found


def takes_nothing(method: Callable[..., Any]) -> bool:
    """Return whether Python itself refuses arguments to a method."""
    try:
        method(torch.ones(2), object())
    except TypeError as error:
        return "takes no arguments" in str(error)
    except Exception:
        return False
    return False


def main() -> None:
    """Write the table."""
    by_name: dict[str, list[str]] = {}
    every: dict[str, list[str]] = {}
    for text in texts():
        name = text.partition("(")[0]
        if text not in every.setdefault(name, []):
            every[name].append(text)
        if not OUTSIDE.search(name) and text not in by_name.setdefault(name, []):
            by_name[name].append(text)
    for name in dir(torch.Tensor):  # what takes nothing stands in no table of the library
        if not name.startswith("_") and name not in by_name:
            by_name[name] = []
    lines = [f"# Recorded from PyTorch {torch.__version__} by tests/oracle/signatures.py."]
    for name, candidates in sorted(by_name.items()):
        for owner, prefix, given in ((torch, "", ()), (torch.Tensor, "Tensor.", (torch.ones(2),))):
            lines += [prefix + text for text in chosen(name, candidates, owner, given)]
    for prefix, owner in (("linalg_", torch._C._linalg), ("special_", torch._C._special)):
        for name in sorted(
            name for name in every if re.match(prefix + "[a-z]", name) and hasattr(owner, name)
        ):
            lines += chosen(name, every[name], owner, ())
    for name in NN.split():
        lines += [f"nn.{text}" for text in chosen(name, every[name], torch._C._nn, ())]
    for name in VF.split():
        lines += [f"_VF.{text}" for text in chosen(name, every[name], torch._VF, ())]
    TARGET.write_text("\n".join(lines) + "\n" + MORE, "utf-8")


if __name__ == "__main__":
    main()
