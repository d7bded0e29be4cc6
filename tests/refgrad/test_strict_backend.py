"""The engine runs on an array library that converts nothing implicitly, as CuPy does not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy
import pytest

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parents[1] / "reference" / "refgrad"
# What reads the user's NumPy arrays and numbers, or draws and counts on the host before one explicit upload.
ON_THE_HOST = {
    *(
        "accelerator",
        "corrections",
        "_from_data",
        "_random",
        "_random_normal",
        "_random_tensors",
        "_signatures",
        "backend",
        "construction",
    ),
    *("creation", "dtypes", "fused", "generator", "ops/broadcasting", "ranges", "serialization", "size"),
}


@pytest.mark.parametrize("facts", ["graph saved", "semantics errors", "reprs"])
def test_all_facts_hold_on_strict_arrays(facts: str) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "strict_facts.py"), "strict", *facts.split()],
        capture_output=True,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == {}
    assert found["count"] > 200


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
