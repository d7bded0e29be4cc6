"""Tensors on a device: an accelerator that is played by strict arrays, and a GPU where there is one."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest

import refgrad

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parents[1] / "reference" / "refgrad"
# What reads the user's NumPy arrays and numbers, or draws and counts on the host before one explicit upload.
ON_THE_HOST = {
    *(
        "attachment",
        "_counts",
        "corrections",
        "_from_data",
        "_random",
        "_random_normal",
        "_random_tensors",
        "_argument_kinds",
        "_signatures",
        "backend",
        "construction",
    ),
    *(
        "creation",
        "dtypes",
        "foreign_memory",
        "fused",
        "generator",
        "ops/broadcasting",
        "ranges",
        "serialization",
        "size",
    ),
}


KINDS = ["strict", pytest.param("cuda", marks=pytest.mark.gpu)]
CHECKS = re.findall(r"^def (check_\w+)", (HERE / "device_checks.py").read_text("utf-8"), re.MULTILINE)


def run(script: str, kind: str, *args: str) -> Any:
    """Run a script on a device in a process of its own, because an accelerator stays; return what it prints as JSON."""
    if kind == "cuda" and not refgrad.cuda.is_available():
        pytest.skip("needs CuPy and a GPU")
    done = subprocess.run(
        [sys.executable, str(HERE / script), kind, *args],
        capture_output=True,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("facts", ["graph saved", "semantics errors", "reprs", "devices"])
def test_all_facts_hold_on_a_device(facts: str, kind: str) -> None:
    found = run("device_facts.py", kind, *facts.split())
    assert found["wrong"] == {}
    assert found["count"] > 200


@functools.cache
def checked(kind: str) -> Any:
    return run("device_checks.py", kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("check", CHECKS)
def test_a_device(check: str, kind: str) -> None:
    assert checked(kind)[check] == ""


def test_cuda_is_refused_as_by_a_torch_without_it_where_cupy_is_missing() -> None:
    if find_spec("cupy") is not None:
        pytest.skip("CuPy is installed")
    assert not refgrad.cuda.is_available()
    assert refgrad.cuda.device_count() == 0
    for use in (
        lambda: refgrad.ones(1, device="cuda"),
        lambda: refgrad.ones(1).cuda(),
        lambda: refgrad.nn.Linear(1, 1).to("cuda"),
        lambda: refgrad.cuda.current_device(),
        lambda: refgrad.set_default_device("cuda"),
    ):
        with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
            use()


def test_what_cupy_offers_is_what_was_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("cupy") is None:
        pytest.skip("needs CuPy")
    monkeypatch.syspath_prepend(HERE)
    import record_cupy

    written = json.loads(record_cupy.FILE.read_text("utf-8"))
    found = record_cupy.record()
    if found["version"] != written["version"]:
        pytest.skip(f"written down of CuPy {written['version']}")
    for home in (
        "cupy",
        "linalg",
    ):  # which NumPy and Python there are decides over some names, but not what they take
        for kind in ("functions", "ufuncs"):
            ours, theirs = written[home][kind], found[home][kind]
            assert {name: ours[name] for name in ours if name in theirs} == {
                name: theirs[name] for name in theirs if name in ours
            }


def test_only_the_backend_and_what_works_on_the_host_import_numpy() -> None:
    found = {
        path.relative_to(ENGINE).with_suffix("").as_posix()
        for path in ENGINE.rglob("*.py")
        if re.search(r"^ *(import|from) numpy", path.read_text("utf-8"), re.MULTILINE)
    }
    assert found == ON_THE_HOST


def test_a_strict_array_refuses_to_become_or_to_meet_a_numpy_array(strict_array: ModuleType) -> None:
    library = strict_array.library
    strict, host = library.ones(2), numpy.ones(2)
    for mix in (
        lambda: numpy.asarray(strict),
        lambda: numpy.exp(host, out=strict),
        lambda: library.add(strict, host),
    ):
        with pytest.raises(TypeError):
            mix()
    with pytest.raises(TypeError):
        strict + host
    assert isinstance(strict + 1, strict_array.StrictArray)
    assert isinstance(numpy.exp(strict), strict_array.StrictArray)
    assert isinstance(strict.sum(), strict_array.StrictArray)
    assert not hasattr(library, "nditer")
    with pytest.raises(strict_array.UnnoticedError):
        strict[library.asarray([2])]
