"""`observe`, as a check sees it: one method for each observer that the plugins offer."""

from __future__ import annotations

import difflib
import weakref
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from gradlab.errors import CheckAuthoringError
from gradlab.observe import PROBES, Observer, Probe
from gradlab.program import Ref, Step
from gradlab.record.encoding import is_of_the_engine, is_scalar
from gradlab.record.proxies import Proxy
from gradlab.record.recorder import Recorder

__all__ = ["Observe"]

_DEEDS = ("call", "method", "op", "setattr", "delattr", "with", "catch", "warnings")


class Observe:
    """What a check receives as `observe`."""

    def __init__(self, recorder: Recorder, observers: Mapping[str, Observer]) -> None:
        self._recorder = recorder
        self._observers = observers

    def __getattr__(self, name: str) -> Any:
        if name not in self._observers:
            near = difflib.get_close_matches(name, self._observers, n=1)
            hint = f"did you mean observe.{near[0]}?" if near else f"there are: {', '.join(self._observers)}."
            raise self._recorder.refuse(f"no plugin offers observe.{name}; {hint}")
        self._recorder.gate.observe(name)
        return partial(self._observers[name].record, Probing(self._recorder, name))


class Reading:
    """A reading of memory: which step takes it."""

    __slots__ = ("recorder", "sid")

    def __init__(self, recorder: Recorder, sid: int) -> None:
        self.recorder = recorder
        self.sid = sid


class Probing:
    """What an observer expands into: `gradlab.observe.Recording`, as it is built."""

    def __init__(self, recorder: Recorder, observer: str) -> None:
        self._recorder = recorder
        self._observer = observer

    def probe(self, probe: Probe, *values: Any) -> None:
        """Record a probe of `values`."""
        recorder, site = self._recorder, self._recorder.site()
        if probe not in PROBES:
            raise recorder.refuse(
                f"observe.{self._observer} asks for the probe {probe!r}, which does not exist."
            )
        if not is_of_the_engine(values):
            if all(is_scalar(value) and (type(value), value) in recorder.reads for value in values):
                return  # it was compared when it was read
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): a plain value of Python; observe the tensor that it "
                "comes from (an answer that is read, as in `if x.requires_grad:`, is compared by that)."
            )
        if probe in ("value", "text") and not all(map(_is_data, values)):
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): a {type(recorder.real(values[0])).__name__} has no value "
                "to compare; observe a tensor, a number, or compare it in the check (x.dtype == torch.float64)."
            )
        if probe == "alive" and not _is_token(recorder, values):
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): hand over what observe.watch returned."
            )
        if recorder.arrays:
            recorder.arrays.poke()
        marks = tuple(
            recorder.encode(value, site, (site.named or {}).get(i, "")) for i, value in enumerate(values)
        )
        step = Step(
            "probe",
            marks,
            name=probe,
            sid=recorder.new_sid(),
            label=self._watched(values[0]) if probe == "alive" else site.arguments,
            line=site.line,
            observer=self._observer,
        )
        recorder.add(step)
        recorder.witness.probe(step, recorder.real(values))
        recorder.observed()

    def mark(self, label: str) -> None:
        """Record that this place was reached."""
        recorder, site = self._recorder, self._recorder.site()
        if type(label) is not str:
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): give the place a name, a string."
            )
        step = Step("probe", name="mark", sid=recorder.new_sid(), label=label, line=site.line)
        step.observer = self._observer
        recorder.add(step)
        recorder.witness.probe(step, ())
        recorder.observed()

    def _watched(self, token: Any) -> str:
        """Return what a token watches, and the last thing done: `"y after loss.backward()"`."""
        recorder = self._recorder
        watched = recorder.watched[token._mark.slot]
        last = next((step.label for step in reversed(recorder.stack[-1]) if step.op in _DEEDS), "")
        return f"{watched} after {last}" if last else watched

    def watch(self, value: Any) -> Any:
        """Record a weak reference and return its token."""
        recorder, site = self._recorder, self._recorder.site()
        if type(value) is not Proxy or type(value._mark) is not Ref:
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): only what the engine made is watched."
            )
        slot = recorder.new_slot()
        step = Step("watch", (value._mark,), out=slot, sid=recorder.new_sid(), line=site.line)
        step.var, step.label = site.var, site.arguments
        recorder.watched[slot] = site.arguments
        recorder.add(step)
        return Proxy(recorder, weakref.ref(value._real), Ref(slot))

    def weigh(self) -> Reading:
        """Record that memory is read here."""
        site = self._recorder.site()
        return Reading(self._recorder, self._weighed((), site.var))

    def compare(self, start: Any, built: Any) -> None:
        """Record a third reading, to be observed together with two earlier ones."""
        recorder, site = self._recorder, self._recorder.site()
        given = (start, built)
        if not all(type(reading) is Reading and reading.recorder is recorder for reading in given):
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): hand over two readings of observe.memory(), one from "
                "before the memory was taken and one from after."
            )
        if start.sid >= built.sid:
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): the first reading must be the earlier one."
            )
        self._weighed((start.sid, built.sid), "")

    def _weighed(self, earlier: tuple[int, ...], var: str) -> int:
        """Record a reading and end the segment: the system is asked while the worker waits for the next one."""
        recorder, site = self._recorder, self._recorder.site()
        if len(recorder.stack) > 1:
            raise recorder.refuse(
                f"observe.{self._observer}({site.arguments}): memory is read between two parts of a check, so not inside "
                "a `with` block of the engine's or of observe's, nor in a function that the engine calls; move it out."
            )
        if recorder.arrays:
            recorder.arrays.poke()
        last = next((step.label for step in reversed(recorder.stack[-1]) if step.op in _DEEDS), "")
        step = Step("probe", earlier, name="memory", sid=recorder.new_sid(), label=last, line=site.line)
        step.var, step.observer = var, self._observer
        recorder.add(step)
        recorder.witness.probe(step, ())
        recorder.end_segment()
        return step.sid

    def catch(self) -> AbstractContextManager[None]:
        """Record a block whose exception is observed."""
        site = self._recorder.site()
        step = Step("catch", label=site.block, line=site.line, observer=self._observer)
        return _catch(self._recorder, step)

    def warnings(self) -> AbstractContextManager[None]:
        """Record a block whose warnings are observed."""
        site = self._recorder.site()
        step = Step("warnings", label=site.block, line=site.line, observer=self._observer)
        return _warnings(self._recorder, step)


@contextmanager
def _catch(recorder: Recorder, step: Step) -> Iterator[None]:
    step.sid = recorder.new_sid()
    recorder.add(step)
    recorder.stack.append(step.body)
    try:
        yield
    except CheckAuthoringError:
        raise
    except Exception as error:
        recorder.settle_error(error)
        recorder.witness.caught(step, error)
    else:
        recorder.witness.caught(step, None)
    finally:
        recorder.stack.pop()
        recorder.observed()


@contextmanager
def _warnings(recorder: Recorder, step: Step) -> Iterator[None]:
    recorder.witness.give_up()  # other threads may warn, too
    step.sid = recorder.new_sid()
    recorder.add(step)
    recorder.stack.append(step.body)
    try:
        yield
    except CheckAuthoringError:
        raise
    except Exception as error:
        raise recorder.refuse(
            f"{type(error).__name__} ({error}) leaves the block of observe.{step.observer}(); put `with observe.error():` "
            "inside it."
        ) from error
    finally:
        recorder.stack.pop()
        recorder.observed()


def _is_token(recorder: Recorder, values: tuple[Any, ...]) -> bool:
    return type(values[0]) is Proxy and getattr(values[0]._mark, "slot", None) in recorder.watched


def _is_data(value: Any) -> bool:
    """Return whether the worker could describe a value: a tensor, an array, numbers, or a list of them."""
    if type(value) in (list, tuple):
        return all(map(_is_data, value))
    if type(value) is not Proxy:
        return True
    real = value._real
    return isinstance(real, list | tuple | int | float | str) or hasattr(real, "shape")
