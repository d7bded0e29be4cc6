"""What every plugin must hold to, as tests that a plugin runs in its own test suite.

from gradlab.testing import Conformance
import my_plugin

class TestConformance(Conformance):
    plugin = my_plugin

    @staticmethod
    def uses_its_observers(torch, observe, rng): ...
"""

from __future__ import annotations

import inspect
import itertools
import keyword
import unicodedata
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace

from gradlab import hookspecs, wire
from gradlab.manager import build_manager, observers
from gradlab.model import (
    Check,
    CheckResult,
    Engine,
    Environment,
    Finding,
    Isolation,
    Location,
    Observation,
    Outcome,
    Report,
    Submitted,
    Suite,
)
from gradlab.record import record
from gradlab.render.formats import renderers
from gradlab.replay import Script

if TYPE_CHECKING:
    import pluggy

__all__ = ["HOSTILE", "Conformance", "observed", "sample_report"]

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e\n::error::x\n```\n`=1+1'\"]]>"


class Conformance:
    """Subclass it as a test class and name the plugin. Give it checks that use every observer of the plugin: methods
    whose parameters are `torch, observe, rng`, static and without a `test` in front.

    The checks are recorded and replayed on `engine`, in this process, as grading does it in workers.
    """

    plugin: ClassVar[Any]
    engine: ClassVar[str] = "refgrad"

    # --- hooks ----------------------------------------------------------------------------------------------------
    def test_it_implements_hooks_and_only_those_that_there_are(self) -> None:
        names = {name for name, member in vars(self.plugin).items() if hasattr(member, "gradlab_impl")}
        assert names, "The plugin implements no hook. Put @gradlab.hookimpl above its functions."
        assert names <= set(hookspecs.HOOKS), f"There are no hooks {sorted(names - set(hookspecs.HOOKS))}."

    def test_it_takes_the_arguments_of_its_hooks(self) -> None:
        for name in hookspecs.HOOKS:
            if (function := getattr(self.plugin, name, None)) is not None:
                offered = set(inspect.signature(getattr(hookspecs, name)).parameters)
                wanted = set(inspect.signature(function).parameters)
                assert wanted <= offered, (
                    f"{name} is called with {sorted(offered)}, not with {sorted(wanted)}."
                )

    def test_it_gets_on_with_the_plugins_that_every_course_has(self) -> None:
        manager = self._manager()
        observers(manager)
        renderers(manager)

    # --- observers ------------------------------------------------------------------------------------------------
    def test_its_observers_have_names_and_documentation(self) -> None:
        for observer in self._observers():
            assert observer.name.isidentifier(), observer.name
            assert not keyword.iskeyword(observer.name), observer.name
            assert inspect.getdoc(observer.record), f"observe.{observer.name} has no docstring."

    def test_the_checks_use_every_observer(self) -> None:
        program_kinds = {step.observer for one in self._recorded() for step in one.script.program.steps()}
        used = {kind for kind in program_kinds if kind}
        watching = {observer.name for observer in self._observers() if observer.name not in used}
        called = {name for check in self._checks() for name in check.__code__.co_names}
        assert watching <= called, f"No check uses {sorted(watching - called)}."

    # --- judging --------------------------------------------------------------------------------------------------
    def test_it_finds_nothing_where_there_is_no_difference(self) -> None:
        for one in self._recorded():
            assert self._judged(one.check, one.seen, one.seen) == []

    def test_it_finds_every_answer_that_is_none(self) -> None:
        """A submission that raises, makes nothing or answers with an object of its own never passes."""
        for one in self._recorded():
            for place, seen in enumerate(one.seen):
                if seen.kind not in self._kinds() or one.is_mark(seen):
                    continue
                for answer in _NO_ANSWERS:
                    spoilt = [*one.seen[:place], replace(seen, payload=answer), *one.seen[place + 1 :]]
                    found = self._judged(one.check, one.seen, spoilt)
                    assert found, f"observe.{seen.kind} {seen.label!r} passes with the answer {answer}."

    def test_its_findings_say_where_and_what_kind_of_difference_it_is(self) -> None:
        for one in self._recorded():
            for place, seen in enumerate(one.seen):
                if seen.kind in self._kinds() and not one.is_mark(seen):
                    spoilt = [*one.seen[:place], replace(seen, payload=_RAISED), *one.seen[place + 1 :]]
                    for finding in self._judged(one.check, one.seen, spoilt):
                        assert finding.plugin
                        assert finding.message.strip()
                        assert finding.sid == seen.sid, "Give the finding the observation's sid."
                        assert finding.kind, "Without a kind of difference nothing can be shrunk."

    def test_it_leaves_to_others_what_others_observe(self) -> None:
        foreign = Observation(1, 0, "of_somebody_else", "x", wire.Scalar(1.0))
        other = replace(foreign, payload=wire.Scalar(2.0))
        check = _check(lambda torch, observe, rng: None)
        ends = [
            Observation(0, 0, "calls", "", wire.Seq(())),
            Observation(0, 0, "end", "", wire.Scalar("reached")),
        ]
        assert self._judged(check, [foreign, *ends], [other, *ends]) == []

    def test_it_judges_the_same_in_the_same_way_every_time(self) -> None:
        for one in self._recorded():
            spoilt = [replace(seen, payload=_RAISED) for seen in one.seen]
            assert self._judged(one.check, one.seen, spoilt) == self._judged(one.check, one.seen, spoilt)

    # --- renderers ------------------------------------------------------------------------------------------------
    def test_its_forms_of_output_render_any_report_as_text(self) -> None:
        for renderer in self._renderers():
            for text in ("plain", HOSTILE):
                rendered = renderer.render(sample_report(text).for_student())
                assert isinstance(rendered, str)
                bad = {
                    char for char in rendered if unicodedata.category(char)[0] == "C" and char not in "\r\n\t"
                }
                assert not bad, (
                    f"{renderer.name} lets control characters through: {sorted(map(hex, map(ord, bad)))}."
                )

    def test_its_forms_of_output_say_nothing_more_of_hidden_checks(self) -> None:
        for renderer in self._renderers():
            assert "the secret" not in renderer.render(sample_report("plain").for_student())

    # --- how ------------------------------------------------------------------------------------------------------
    def _manager(self) -> pluggy.PluginManager:
        manager = build_manager()
        if self.plugin not in manager.get_plugins():
            manager.register(self.plugin)
        manager.check_pending()
        return manager

    def _observers(self) -> list[Any]:
        return list(self.plugin.register_observers()) if hasattr(self.plugin, "register_observers") else []

    def _renderers(self) -> list[Any]:
        return list(self.plugin.register_renderers()) if hasattr(self.plugin, "register_renderers") else []

    def _kinds(self) -> set[str]:
        return {observer.name for observer in self._observers()}

    def _checks(self) -> list[Callable[..., None]]:
        members = [getattr(self, name) for name in dir(self) if not name.startswith(("_", "test"))]
        return [
            one
            for one in members
            if inspect.isfunction(one)
            and list(inspect.signature(one).parameters) == ["torch", "observe", "rng"]
        ]

    def _recorded(self) -> list[_Recorded]:
        offered = observers(self._manager())
        engine = import_module(self.engine)
        return [_Recorded(_check(function), offered, engine) for function in self._checks()]

    def _judged(
        self, check: Check, expected: Sequence[Observation], actual: Sequence[Observation]
    ) -> list[Finding]:
        judge = getattr(self.plugin, "judge", None)
        if judge is None:
            return []
        given = {"check": check, "expected": tuple(expected), "actual": tuple(actual)}
        return list(judge(**{name: given[name] for name in inspect.signature(judge).parameters}))


_RAISED = wire.Raised(
    "TypeError", ("TypeError", "Exception", "BaseException", "object"), HOSTILE, "engine.py", 3
)
_NO_ANSWERS: tuple[wire.Payload, ...] = (_RAISED, wire.Unmade(), wire.Opaque("Anything"))


class _Recorded:
    """A check, and what its engine did on it."""

    def __init__(self, check: Check, offered: dict[str, Any], engine: ModuleType) -> None:
        self.check = check
        self.script = Script(record(check, engine, seed=0, observers=offered, surface=None))
        self.seen = observed(self.script, engine)
        self._steps = {step.sid: step for step in self.script.program.steps()}

    def is_mark(self, seen: Observation) -> bool:
        """Return whether an observation has no answer of its own: a place that was reached, a first reading of memory."""
        step = self._steps[seen.sid]
        return step.name == "mark" or (step.name == "memory" and not step.args)


def observed(script: Script, engine: ModuleType) -> tuple[Observation, ...]:
    """Replay a program on an engine in this process, over the wire as a worker does, and return what is observed."""
    from gradlab.worker.replay import Replayer

    replayer, replies = Replayer(engine, lambda file: None), []
    for request in script.requests(itertools.count(1)):
        asked = wire.decode_request(wire.encode(request))
        assert isinstance(asked, wire.Replay)
        reply = wire.decode_reply(wire.encode(replayer.run(asked)))
        assert isinstance(reply, wire.Observed)
        replies.append(reply)
        if reply.ended is not None:
            break
    return script.observations(replies)


def _check(function: Callable[..., None]) -> Check:
    code = function.__code__
    return Check(
        function.__name__, "1", "A check", 1.0, function, file=code.co_filename, line=code.co_firstlineno
    )


def sample_report(text: str) -> Report:
    """Return a report with a check of every outcome and a hidden one, with `text` wherever a text may stand."""
    finding = Finding(
        "values", text, expected=text, actual=text, help=text, location=Location(text, 3), sid=1, kind="value"
    )
    secret = Finding("values", "the secret input")

    def result(name: str, outcome: Outcome, *findings: Finding, hidden: bool = False) -> CheckResult:
        score = 1.0 if outcome is Outcome.PASSED else 0.0
        return CheckResult(name, "1", text, outcome, score, 1.0, hidden, 0.1, findings, f"x = 1\n# {text}\n")

    return Report(
        assignment="sample",
        student=text,
        attempt=1,
        submission=Submitted("0" * 64, (text,), "2026-01-01T00:00:00+00:00"),
        graded_at="2026-01-01T00:00:01+00:00",
        score=1.0,
        max_score=5.0,
        outcome=Outcome.FAILED,
        checks=(
            result("passes", Outcome.PASSED),
            result("fails", Outcome.FAILED, finding),
            result("waits", Outcome.SKIPPED, finding),
            result("breaks", Outcome.ERROR),
            result("hides", Outcome.FAILED, secret, hidden=True),
        ),
        isolation=Isolation("strong", ("seccomp",)),
        engine=Engine("refgrad", "1"),
        suite=Suite("0" * 64, 0),
        environment=Environment("3", "2", "any"),
        notes=(text,),
    )
