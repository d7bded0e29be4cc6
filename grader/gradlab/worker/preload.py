"""Load, before any worker is confined, all that a submission may import: a worker can open no file."""

from __future__ import annotations

import importlib
import os
import pkgutil
import random
import sys
import time
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType

import numpy as np

from gradlab.worker.standins import InertModule

__all__ = ["NUMPY", "STDLIB", "load_engine", "preload", "reseed"]

# What a submission may import of the standard library, unless its assignment says otherwise.
STDLIB = tuple(
    """
    __future__ abc argparse array ast base64 bisect builtins calendar cmath codecs collections collections.abc
    contextlib contextvars copy copyreg csv dataclasses datetime decimal difflib dis doctest enum errno fractions
    functools gc graphlib hashlib heapq hmac html importlib importlib.util inspect io itertools json keyword linecache
    locale logging math numbers operator os os.path pathlib pickle platform pprint queue random re reprlib secrets
    shutil statistics string struct sys tempfile textwrap threading time timeit token tokenize traceback tracemalloc
    types typing unicodedata unittest uuid warnings weakref zlib
    """.split()  # noqa: SIM905 - sixty names are read more easily without their quotes
)

# Imported by the standard library or numpy on first use of something ordinary.
_ON_FIRST_USE = tuple(
    """
    _strptime encodings.ascii encodings.cp1252 encodings.latin_1 encodings.utf_16 encodings.utf_32
    encodings.utf_8_sig encodings.raw_unicode_escape encodings.unicode_escape
    """.split()  # noqa: SIM905 - sixty names are read more easily without their quotes
)

NUMPY = tuple(
    """
    numpy numpy.char numpy.core numpy.ctypeslib numpy.dtypes numpy.exceptions numpy.fft numpy.lib numpy.lib.array_utils
    numpy.lib.format numpy.lib.introspect numpy.lib.mixins numpy.lib.npyio numpy.lib.recfunctions numpy.lib.scimath
    numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.ma.extras numpy.ma.mrecords numpy.matlib numpy.matrixlib
    numpy.polynomial numpy.random numpy.rec numpy.strings numpy.testing numpy.typing numpy.version
    """.split()  # noqa: SIM905 - sixty names are read more easily without their quotes
)


_MANY_FILES = 1000


def preload() -> None:
    """Import every module of the lists, and use once what loads or reads something on its first use."""
    # It compiles Fortran, which needs processes. `from numpy import *` would load it, for a fifth of the time of all this.
    sys.modules["numpy.f2py"] = np.f2py = InertModule("numpy.f2py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*STDLIB, *_ON_FIRST_USE, *NUMPY):
            importlib.import_module(name)
        np.testing.assert_allclose(np.eye(3), np.eye(3))
        repr((np.median(np.eye(3)), np.quantile(np.eye(3), 0.5)))  # they load numpy.ma
        _warm_up_numpy()
        _warm_up_python()


def load_engine(name: str, roots: Sequence[str]) -> ModuleType:
    """Import the reference engine that lies in `roots`, the one that the parent records on, with all of its submodules,
    and whatever its `_preload()`, if any, loads late.

    A package of very many files, as PyTorch is, loads what it wants to.
    """
    _warm_up_numpy()
    spec = PathFinder.find_spec(name, roots)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r} in {', '.join(roots) or 'no folder'}")
    sys.modules[name] = engine = module_from_spec(spec)
    spec.loader.exec_module(engine)
    folders = list(getattr(engine, "__path__", ()))
    if sum(len(files) for folder in folders for _, _, files in os.walk(folder)) <= _MANY_FILES:
        for module in pkgutil.walk_packages(folders, f"{name}."):
            importlib.import_module(module.name)
    if (late := getattr(engine, "_preload", None)) is not None:
        late()
    _use_once(engine)
    return engine


def _use_once(engine: ModuleType) -> None:
    """Have an engine load what it loads with its first tensor, backward and repr."""
    with warnings.catch_warnings(), suppress(Exception):  # what does not work is found when a check needs it
        warnings.simplefilter("ignore")
        x = engine.tensor([1.0], requires_grad=True)
        (x * x).sum().backward()
        repr((x, x.grad))


def _warm_up_numpy() -> None:
    """Do what numpy loads something for the first time it is done."""
    eye = np.eye(3)
    np.linalg.inv(eye @ np.einsum("ij,jk->ik", eye, eye))
    repr((np.random.default_rng(0).normal(size=3), np.array(["a"])))


def _warm_up_python() -> None:
    """Do what Python loads or reads something for the first time it is done."""
    if hasattr(time, "tzset"):
        time.tzset()
    time.strftime("%c", time.localtime())
    time.strptime("2000", "%Y")
    for failing in ("1/0", "import gradlab.no_such_module", "no_such_name", "[].no_such_attribute", "x = ("):
        try:
            exec(failing, {})
        except Exception:
            traceback.format_exc()


def reseed() -> None:
    """Give numpy's and Python's global generators the same state in every worker, so that a verdict repeats."""
    np.random.seed(0)
    random.seed(0)
