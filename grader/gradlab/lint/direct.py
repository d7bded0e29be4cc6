"""A check run directly on an engine, without recording it: what it observes must be what a replay of it observes.

That guards the recorder: control flow, hooks and blocks that it got wrong would be the same wrong for everybody.
"""

from __future__ import annotations

import gc
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from gradlab import wire
from gradlab.record import generator, is_scalar, unchanged
from gradlab.worker.counting import bytes_in_arrays, stop_counting
from gradlab.worker.probes import PROBES, raised

if TYPE_CHECKING:
    from gradlab.expect import Expectation
    from gradlab.model import Check, Observation
    from gradlab.observe import Observer, Probe

__all__ = ["observed_directly"]


@dataclass
class _Observe:
    """What a check receives as `observe`: each observer's probes are carried out at once."""

    observers: Mapping[str, Observer]
    seen: list[tuple[str, wire.Payload]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return partial(self.observers[name].record, _Probing(name, self.seen))


@dataclass
class _Probing:
    """`gradlab.observe.Recording`, carried out."""

    observer: str
    seen: list[tuple[str, wire.Payload]]

    def probe(self, probe: Probe, *values: Any) -> None:
        if not all(map(is_scalar, values)):  # a plain answer was compared when it was read
            self.seen.append((self.observer, PROBES[probe](*values)))

    def mark(self, label: str) -> None:
        self.seen.append((self.observer, PROBES["mark"]()))

    def watch(self, value: Any) -> Any:
        return weakref.ref(value)

    def weigh(self) -> wire.Weight:
        weight = wire.Weight(bytes_in_arrays())
        self.seen.append((self.observer, weight))
        return weight

    def compare(self, start: wire.Weight, built: wire.Weight) -> None:
        self.seen.append((self.observer, wire.Released(start, built, wire.Weight(bytes_in_arrays()))))

    @contextmanager
    def catch(self) -> Iterator[None]:
        payload: wire.Payload = wire.NO_ERROR
        try:
            yield
        except Exception as error:
            payload = raised(error, lambda file: None)
        self.seen.append((self.observer, payload))

    @contextmanager
    def warnings(self) -> Iterator[None]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        payloads = tuple(raised(warned.message, lambda file: None) for warned in caught)  # type: ignore[arg-type]
        self.seen.append((self.observer, wire.Seq(payloads)))


def observed_directly(
    expectation: Expectation,
    engine: ModuleType,
    observers: Mapping[str, Observer],
    seed: bytes,
    instance: int,
) -> tuple[Observation, ...] | str:
    """Run a check on `engine` and return the expected observations with what was observed in their place.

    What no observer sees (answers that were read, calls of hooks) stays as it was expected. A text says why there is
    no telling.
    """
    observe = _Observe(observers)
    problem = _run(expectation.check, engine, observe, seed, instance)
    expected = expectation.observations
    replayed = [
        seen for seen in expected if seen.kind in observers and not _is_caught_read(seen, expectation)
    ]
    kinds = [kind for kind, _ in observe.seen]
    if problem is None and kinds != [seen.kind for seen in replayed]:
        problem = f"observes {_counted(kinds)}, and its replay {_counted([seen.kind for seen in replayed])}"
    if problem is not None:
        return problem
    payloads = iter([payload for _, payload in observe.seen])
    mine = {id(seen) for seen in replayed}
    return tuple(
        replace(seen, payload=_as_weighed(next(payloads), seen.payload)) if id(seen) in mine else seen
        for seen in expected
    )


def _as_weighed(payload: wire.Payload, expected: wire.Payload) -> wire.Payload:
    """Take over what was seen of the replay from outside: nobody weighs this process."""
    if not (isinstance(payload, wire.Released) and isinstance(expected, wire.Released)):
        return payload
    pairs = zip(
        (payload.start, payload.built, payload.now),
        (expected.start, expected.built, expected.now),
        strict=True,
    )
    return wire.Released(*[wire.Weight(mine.own, theirs.outside) for mine, theirs in pairs])


def _is_caught_read(seen: Observation, expectation: Expectation) -> bool:
    """Whether an observation comes from the check's own `try`, which only a recorder sees."""
    return any(step.sid == seen.sid and step.may_raise for step in expectation.script.program.steps())


def _run(check: Check, engine: ModuleType, observe: _Observe, seed: bytes, instance: int) -> str | None:
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings(), unchanged(engine):
            warnings.simplefilter("ignore")
            check.function(engine, observe, generator(check, seed, instance))
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    finally:
        stop_counting()
        if collecting:
            gc.enable()
    return None


def _counted(kinds: Sequence[str]) -> str:
    return ", ".join(kinds) if kinds else "nothing"
