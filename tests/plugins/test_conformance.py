"""The plugins that every course has hold to what is asked of everybody's."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from gradlab import Check, Finding, Observation, Observer, Recording, Renderer, Report, hookimpl, pairs
from gradlab.manager import BUNDLED
from gradlab.testing import Conformance
from gradlab_plugins import (
    aliasing,
    errors,
    flags,
    formats,
    gradients,
    memory,
    order,
    program,
    same,
    text,
    warning,
)


class TestGradients(Conformance):
    plugin = gradients

    @staticmethod
    def values(torch, observe, rng):
        x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
        unused = torch.tensor(rng.normal(size=2), requires_grad=True)
        (x * x).sum().backward()
        observe.gradient(x)
        observe.gradient(unused)
        observe.value([x.detach(), unused.detach()])


class TestErrors(Conformance):
    plugin = errors

    @staticmethod
    def raises(torch, observe, rng):
        x = torch.tensor(rng.normal(size=3), requires_grad=True)
        with observe.error():
            x.backward()


class TestFlags(Conformance):
    plugin = flags

    @staticmethod
    def leaves(torch, observe, rng):
        observe.flags(torch.tensor(rng.normal(size=3), requires_grad=True))


class TestAliasing(Conformance):
    plugin = aliasing

    @staticmethod
    def views(torch, observe, rng):
        x = torch.tensor(rng.normal(size=(2, 3)))
        observe.aliasing(x, x.view(6))


class TestMemory(Conformance):
    plugin = memory

    @staticmethod
    def releases(torch, observe, rng):
        x = torch.tensor(rng.normal(size=3), requires_grad=True)
        y = x.exp()
        w = observe.watch(y)
        z = y.sum()
        del y
        z.backward()
        observe.freed(w)

    @staticmethod
    def gives_back(torch, observe, rng):
        x = torch.tensor(np.array(rng.normal(size=())), requires_grad=True)
        start = observe.memory()
        y = (torch.zeros(1 << 18) + x).exp().sum()
        built = observe.memory()
        y.backward()
        observe.released(start, built)


class TestOrder(Conformance):
    plugin = order

    @staticmethod
    def hooks(torch, observe, rng):
        x = torch.tensor(rng.normal(size=3), requires_grad=True)
        x.register_hook(lambda grad: observe.order("first"))
        x.sum().backward()


class TestSame(Conformance):
    plugin = same

    @staticmethod
    def identity(torch, observe, rng):
        x = torch.tensor(rng.normal(size=3))
        observe.same(x, x.contiguous())


class TestText(Conformance):
    plugin = text

    @staticmethod
    def printed(torch, observe, rng):
        observe.text(torch.tensor(np.array([1.0, 2.0])))


class TestWarning(Conformance):
    plugin = warning

    @staticmethod
    def warns(torch, observe, rng):
        x = torch.tensor(rng.normal(size=3), requires_grad=True)
        with observe.warning():
            (x * 2.0).grad  # noqa: B018


class TestProgram(Conformance):
    plugin = program


class TestFormats(Conformance):
    plugin = formats


def test_every_bundled_plugin_is_tried() -> None:
    tried = {one.plugin.__name__.rpartition(".")[2] for one in Conformance.__subclasses__()}
    assert set(BUNDLED) <= tried


# --- a conformance suite that nothing fails proves nothing --------------------------------------------------------
def plugin(**functions: Callable[..., Any]) -> types.ModuleType:
    module = types.ModuleType("bad")
    for name, function in functions.items():
        function.__name__ = name
        setattr(module, name, hookimpl(function))
    return module


def register_sizes() -> Sequence[Observer]:
    def size(recording: Recording, tensor: Any) -> None:
        """Observe a size."""
        recording.probe("value", tensor)

    return [Observer("size", size)]


def judge_nothing(
    check: Check, expected: Sequence[Observation], actual: Sequence[Observation]
) -> Sequence[Finding]:
    return []


def judge_always(
    check: Check, expected: Sequence[Observation], actual: Sequence[Observation]
) -> Sequence[Finding]:
    return [Finding("bad", "different")]


def judge_vaguely(
    check: Check, expected: Sequence[Observation], actual: Sequence[Observation]
) -> Sequence[Finding]:
    return [Finding("bad", "different") for want, got in pairs(expected, actual, ("size",)) if want != got]


def register_raw() -> Sequence[Renderer]:
    return [Renderer("raw", lambda report: report.student)]


def register_text_again() -> Sequence[Renderer]:
    return [Renderer("text", lambda report: "")]


@pytest.mark.parametrize(
    ("bad", "test"),
    [
        (plugin(judgee=judge_nothing), "test_it_implements_hooks_and_only_those_that_there_are"),
        (types.ModuleType("empty"), "test_it_implements_hooks_and_only_those_that_there_are"),
        (plugin(judge=lambda check, wanted: []), "test_it_takes_the_arguments_of_its_hooks"),
        (
            plugin(register_renderers=register_text_again),
            "test_it_gets_on_with_the_plugins_that_every_course_has",
        ),
        (
            plugin(register_observers=register_sizes, judge=judge_nothing),
            "test_it_finds_every_answer_that_is_none",
        ),
        (
            plugin(register_observers=register_sizes, judge=judge_always),
            "test_it_finds_nothing_where_there_is_no_difference",
        ),
        (plugin(judge=judge_always), "test_it_leaves_to_others_what_others_observe"),
        (
            plugin(register_observers=register_sizes, judge=judge_vaguely),
            "test_its_findings_say_where_and_what_kind_of_difference_it_is",
        ),
        (plugin(register_renderers=register_raw), "test_its_forms_of_output_render_any_report_as_text"),
    ],
)
def test_a_plugin_that_breaks_a_rule_is_told(bad: types.ModuleType, test: str) -> None:
    class Suite(Conformance):
        plugin = bad

        @staticmethod
        def sizes(torch, observe, rng):
            observe.size(torch.tensor(rng.normal(size=3)))

    with pytest.raises((AssertionError, Exception)):
        getattr(Suite(), test)()


def test_an_observer_that_no_check_uses_is_told() -> None:
    class Suite(Conformance):
        plugin = plugin(register_observers=register_sizes, judge=judge_vaguely)

    with pytest.raises(AssertionError, match="No check uses"):
        Suite().test_the_checks_use_every_observer()


def test_a_renderer_is_given_a_report() -> None:
    from gradlab.testing import sample_report

    assert isinstance(sample_report("x"), Report)
