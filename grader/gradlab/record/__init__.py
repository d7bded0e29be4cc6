"""Run a check once on the reference and record, as data, what it does."""

from __future__ import annotations

import gc
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

import numpy as np

from gradlab.errors import CheckAuthoringError
from gradlab.model import Check
from gradlab.observe import Observer
from gradlab.program import Glob, Program
from gradlab.record import lint
from gradlab.record.encoding import is_scalar
from gradlab.record.observing import Observe
from gradlab.record.proxies import Proxy
from gradlab.record.recorder import Recorder
from gradlab.record.surface import Surface
from gradlab.record.witness import Witness

__all__ = ["Surface", "Witness", "generator", "is_scalar", "record", "unchanged"]

# What a check may leave behind in the reference, as (function that tells it, function that sets it).
_STATE = (("is_grad_enabled", "set_grad_enabled"), ("get_default_dtype", "set_default_dtype"))


def record(
    check: Check,
    engine: ModuleType,
    *,
    seed: int | bytes,
    observers: Mapping[str, Observer],
    surface: Surface | None,
    instance: int = 0,
    witness: Witness | None = None,
) -> Program:
    """Return the program of one instance of a check: the same for the same seed. `witness` sees what the reference does.

    Raises CheckAuthoringError if the check uses what cannot be recorded, leaves `surface`, raises, or observes
    nothing.
    """
    if found := lint.problems(check.function):
        raise CheckAuthoringError(*found)
    recorder = Recorder(engine, check, surface, witness or Witness())
    with _quiet(), unchanged(engine):
        _run(recorder, check, Observe(recorder, observers), generator(check, seed, instance))
    return _finished(recorder, check)


def generator(check: Check, seed: int | bytes, instance: int) -> np.random.Generator:
    """Return the `rng` that a check receives: the same for the same seed and instance."""
    number = int.from_bytes(seed, "big") if isinstance(seed, bytes) else seed
    return np.random.default_rng([number, instance, zlib.crc32(check.name.encode())])


def _run(recorder: Recorder, check: Check, observe: Observe, rng: np.random.Generator) -> None:
    try:
        check.function(Proxy(recorder, recorder.engine, Glob("torch")), observe, rng)
    except CheckAuthoringError:
        if recorder.refusal is None:  # an observer's own
            raise
    except Exception as error:
        line = _line(error, recorder.file) or check.line
        raise CheckAuthoringError(
            f"{recorder.where(line)}: the check {check.name!r} raises {type(error).__name__} on the reference: {error}"
        ) from error
    finally:
        recorder.close()
    if recorder.refusal is not None:
        raise recorder.refusal


def _line(error: BaseException, file: str) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _finished(recorder: Recorder, check: Check) -> Program:
    program = recorder.program
    if not any(
        step.op in ("probe", "catch", "warnings") or step.read or step.may_raise for step in program.steps()
    ):
        raise CheckAuthoringError(
            f"{recorder.where(check.line)}: the check {check.name!r} observes nothing; end it with an observe call."
        )
    last = program.segments[-1]
    while last and last[-1].op == "drop":  # the program's end drops everything
        last.pop()
    # After a reading of memory there is always another segment: at its end a program lets go of everything.
    if not last and len(program.segments) > 1 and program.segments[-2][-1].name != "memory":
        program.segments.pop()
    return program


@contextmanager
def _quiet() -> Iterator[None]:
    """Collector off, so that only reference counts free tensors; warnings off, since they are no observation."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def unchanged(engine: ModuleType) -> Iterator[None]:
    """Put back what a check leaves behind in the reference, so that it cannot change the next recording."""
    held = [(getattr(engine, put), getattr(engine, tell)()) for tell, put in _STATE if hasattr(engine, put)]
    try:
        yield
    finally:
        for put, value in held:
            put(value)
