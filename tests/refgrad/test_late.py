"""Operations that are imported on first use: they are listed in full, and found as if they had always been there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import refgrad as torch

REFERENCE = Path(torch.__file__).parents[1]
# What each module publishes when it is imported, against what the table says.
PUBLISHED = """
import importlib, refgrad
from refgrad import late
from refgrad.ops.registry import FUNCTIONS
from refgrad.tensor import Tensor
def methods():
    return {name for name, value in vars(Tensor).items() if not isinstance(value, late._Method)}
for module, names in late._NAMES.items():
    functions, bound = set(FUNCTIONS), methods()
    importlib.import_module(f"refgrad.{module}")
    functions, bound = set(FUNCTIONS) - functions, methods() - bound
    found = functions & bound
    found |= {f"torch.{name}" for name in functions - bound} | {f"Tensor.{name}" for name in bound - functions}
    wrong = found ^ set(names.split())
    if wrong:
        print(f"refgrad/late.py, {module}: {' '.join(sorted(wrong))}")
"""
BACKWARDS = """
import importlib, refgrad
from refgrad import late
for module in reversed(late._NAMES):
    importlib.import_module(f"refgrad.{module}")
"""
UNUSED = """
import sys, refgrad
from refgrad import late
x = refgrad.tensor([1.0, 2.0], requires_grad=True)
(x * x + x).exp().reshape(2, 1).sum().backward()
print(*sorted(name for name in sys.modules if name.removeprefix("refgrad.") in late._NAMES))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REFERENCE, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_table_lists_what_each_module_publishes() -> None:
    assert run(PUBLISHED) == ""


def test_the_modules_can_be_imported_in_another_order() -> None:
    assert run(BACKWARDS) == ""


def test_a_short_program_imports_none_of_them() -> None:
    assert run(UNUSED) == ""


def test_a_late_operation_is_there_in_every_way_of_asking() -> None:
    asked = (
        "print(hasattr(torch.Tensor, 'softmax'), 'softmax' in dir(torch.Tensor), 'softmax' in dir(torch), "
        "torch.Tensor.cumsum(torch.ones(3), 0).tolist(), torch.ones(2).max().item(), hasattr(torch, 'normal_'))"
    )
    assert run(f"import refgrad as torch; {asked}") == "True True True [1.0, 2.0, 3.0] 1.0 False"
