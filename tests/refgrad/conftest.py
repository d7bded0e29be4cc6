"""Hold refgrad to what was recorded from torch: facts as test cases, known gaps as strict expected failures."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
GAPS: dict[str, dict[str, str]] = json.loads((HERE / "known_gaps.json").read_text("utf-8"))
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?(?![\w])")


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test with a `fact` argument one case for each entry of the facts file that it names (`@facts`)."""
    marker = metafunc.definition.get_closest_marker("facts")
    if marker is None or "fact" not in metafunc.fixturenames:
        return
    (name,) = marker.args
    gaps = GAPS.get(name, {})
    cases = json.loads((HERE / "facts" / f"{name}.json").read_text("utf-8"))["cases"]
    unknown = gaps.keys() - {case["id"] for case in cases}
    if unknown:
        raise pytest.UsageError(f"known_gaps.json lists {name} that are not recorded: {sorted(unknown)}")
    metafunc.parametrize(
        "fact", [pytest.param(case, id=case["id"], marks=_marks(case, gaps)) for case in cases]
    )


_WITHOUT_A_GPU = ("Torch not compiled with CUDA", "when none is available", "no pinned memory allocator")


def printed_otherwise(case: dict[str, Any]) -> bool:
    """Return whether this Python prints something else than the one that the case was recorded with."""
    return sys.version_info >= (3, 12) and "OrderedDict([(" in case.get("stdout", "") + case.get("value", "")


def _marks(case: dict[str, Any], gaps: dict[str, str]) -> list[Any]:
    if case["id"] in gaps:
        return [pytest.mark.xfail(reason=gaps[case["id"]], strict=True)]
    if any(text in case.get("message", "") for text in _WITHOUT_A_GPU):
        return [pytest.mark.skipif(find_spec("cupy") is not None, reason="CuPy is installed")]
    if printed_otherwise(case):
        return [pytest.mark.skip(reason="recorded with Python 3.11, which prints an OrderedDict otherwise")]
    return []


@pytest.fixture
def facts() -> Callable[[str], dict[str, Any]]:
    """Return a function that reads a whole facts file."""
    return lambda name: json.loads((HERE / "facts" / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def programs() -> ModuleType:
    """Return the module that runs programs on an engine."""
    return _module(HERE.parent / "oracle" / "programs.py")


@pytest.fixture(scope="session")
def strict_array() -> ModuleType:
    """Return the module of the strict array type."""
    return _module(HERE / "strict_array.py")


@pytest.fixture(autouse=True)
def _as_at_the_start() -> Iterator[None]:
    """Undo what a test does to refgrad's settings."""
    import refgrad as torch
    from refgrad import _from_data

    _from_data._warned.clear()
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")
    torch.set_grad_enabled(True)
    torch.set_warn_always(False)


@pytest.fixture
def same_text() -> Callable[[str, str], bool]:
    """Return a comparison of texts that lets numbers differ in the last places."""
    return same


def same(ours: str, theirs: str) -> bool:
    """Return whether two texts agree, numbers to 1e-4."""
    if ours == theirs:
        return True
    if _NUMBER.sub("#", ours) != _NUMBER.sub("#", theirs):
        return False
    pairs = zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    return all(abs(float(a) - float(b)) <= 1e-4 * max(1e-3, abs(float(b))) for a, b in pairs)
