"""What PyTorch has and refgrad has not says so; what PyTorch lacks is refused in its words, and is not there."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import refgrad as torch
from refgrad.absent import names
from refgrad.late import FUNCTIONS as LATE
from refgrad.ops.registry import FUNCTIONS

REFERENCE = Path(torch.__file__).parents[1]
NAMESPACES = sorted(names())


def namespace(place: str) -> Any:
    """Return refgrad's module for one of torch's."""
    return importlib.import_module(f"refgrad{place.removeprefix('torch')}")


@pytest.mark.parametrize(
    ("place", "name"),
    [
        *(
            ("torch", "compile"),
            ("torch", "ops"),
            ("torch.nn", "DataParallel"),
            ("torch.optim", "SparseAdam"),
        ),
        *(
            ("torch.autograd", "forward_ad"),
            ("torch.nn.functional", "grouped_mm"),
            ("torch.linalg", "ldl_factor"),
        ),
        ("torch.utils", "swap_tensors"),
    ],
)
def test_a_name_that_is_left_out_is_said_to_be(place: str, name: str) -> None:
    with pytest.raises(AttributeError, match=f"^refgrad has no {place}.{name}, which PyTorch has"):
        getattr(namespace(place), name)
    assert not hasattr(namespace(place), name)


@pytest.mark.parametrize("place", NAMESPACES)
def test_a_name_that_pytorch_lacks_is_refused_in_its_words(place: str) -> None:
    with pytest.raises(AttributeError, match=rf"^module '{place}' has no attribute 'tensro'$"):
        namespace(place).tensro  # noqa: B018


@pytest.mark.parametrize("place", NAMESPACES)
def test_a_function_of_torch_is_there_only_where_pytorch_has_it(place: str) -> None:
    elsewhere = {*FUNCTIONS, *LATE} - names()[place]
    shown = vars(namespace(place)).items()
    assert sorted(name for name, value in shown if name in elsewhere and callable(value)) == []


@pytest.mark.parametrize("place", ["torch", "torch.nn", "torch.optim", "torch.autograd", "torch.utils"])
def test_a_package_shows_no_modules_that_pytorch_does_not_have(place: str) -> None:
    shown = vars(namespace(place)).items()
    own = [
        name
        for name, value in shown
        if isinstance(value, ModuleType) and value.__name__.startswith("refgrad.")
    ]
    assert sorted(name for name in own if name not in names()[place] and not name.startswith("_")) == []


def test_an_inner_module_that_is_imported_does_not_become_an_attribute() -> None:
    program = (
        "import refgrad as torch, refgrad.attachment, refgrad.graph as graph, refgrad.nn.state; "
        "print(hasattr(torch, 'attachment'), hasattr(torch, 'graph'), hasattr(torch.nn, 'state'), graph.Node.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REFERENCE, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False", "False", "Node"]


@pytest.mark.torch
@pytest.mark.parametrize("place", NAMESPACES)
def test_pytorch_has_what_is_said_to_be_left_out(place: str) -> None:
    theirs = pytest.importorskip(place)
    assert [name for name in names()[place] if not hasattr(theirs, name)] == []
