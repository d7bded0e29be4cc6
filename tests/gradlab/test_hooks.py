"""The hook specifications and the plugin manager."""

from __future__ import annotations

import inspect
import types

import pluggy
import pytest

import gradlab
from gradlab import hookspecs
from gradlab.errors import CourseError
from gradlab.manager import BUNDLED, build_manager, observers

HOOKS = list(hookspecs.HOOKS)


def test_the_hooks_are_exactly_these_in_call_order() -> None:
    specs = [name for name, member in vars(hookspecs).items() if hasattr(member, "gradlab_spec")]
    assert specs == HOOKS


def test_every_hook_has_a_real_user() -> None:
    manager = build_manager()
    used = {hook for hook in HOOKS if getattr(manager.hook, hook).get_hookimpls()}
    called_by_core = {"check_started", "check_finished", "report_finished"}
    assert used | called_by_core == set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_and_typed(hook: str) -> None:
    spec = getattr(hookspecs, hook)
    assert inspect.getdoc(spec)
    assert all(
        p.annotation is not inspect.Parameter.empty for p in inspect.signature(spec).parameters.values()
    )


def test_the_bundled_plugins_load_in_their_order() -> None:
    assert [name for name, _ in build_manager().list_name_plugin()] == list(BUNDLED)


def test_the_bundled_plugins_are_the_entry_points_of_the_distribution() -> None:
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert tuple(project["project"]["entry-points"]["gradlab"]) == BUNDLED


def test_a_plugin_that_is_not_installed_is_named_with_what_is() -> None:
    with pytest.raises(CourseError, match=r"names the plugin 'gradients2', which is not installed"):
        build_manager(["gradients2"])


def test_a_misspelt_hook_fails_when_the_manager_is_built() -> None:
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    plugin = types.ModuleType("misspelt")
    plugin.judgee = gradlab.hookimpl(lambda check: [])  # type: ignore[attr-defined]
    manager.register(plugin)
    with pytest.raises(pluggy.PluginValidationError, match="unknown hook 'judgee'"):
        manager.check_pending()


def test_two_plugins_with_the_same_observer_are_refused() -> None:
    manager = build_manager()
    plugin = types.ModuleType("second")
    same = gradlab.Observer("gradient", lambda recording, x: None)
    plugin.register_observers = gradlab.hookimpl(lambda: [same])  # type: ignore[attr-defined]
    plugin.register_observers.__name__ = "register_observers"
    manager.register(plugin)
    with pytest.raises(CourseError, match=r"Two plugins offer observe\.gradient"):
        observers(manager)


def test_the_public_names_are_sorted_and_exist() -> None:
    assert gradlab.__all__ == sorted(gradlab.__all__)
    for name in gradlab.__all__:
        assert getattr(gradlab, name) is not None


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'grad'"):
        gradlab.grad  # noqa: B018
