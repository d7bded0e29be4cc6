"""Every public name is called by the random programs that are compared with torch: none can be forgotten.

Read off the templates' text, so that it holds without torch. A name that no template calls stands in `NOT_DRAWN`, with
the reason.
"""

from __future__ import annotations

import ast
import functools
import importlib
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import refgrad as torch
from refgrad import absent, late

late.load_all()
sys.path.append(str(Path(__file__).resolve().parents[1] / "oracle"))
operations = importlib.import_module("operations")
templates = importlib.import_module("templates")

_RANDOM = "gives other numbers each time: held to torch's generator by test_random.py and the recorded facts"
_SETS = "reads or sets what the whole process shares: the programs run in one process"
_OUTSIDE = "is about files, memory or devices"


def _for(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


# By the name as it is written: "torch.x", "Tensor.x", "F.x", "linalg.x", "special.x", "nn.X".
NOT_DRAWN: dict[str, str] = {
    **_for(
        _RANDOM,
        (
            "F.alpha_dropout F.dropout1d F.dropout2d F.dropout3d F.feature_alpha_dropout F.gumbel_softmax F.rrelu "
            "F.rrelu_ Tensor.bernoulli_ Tensor.exponential_ Tensor.normal_ Tensor.random_ Tensor.uniform_ "
            "nn.AlphaDropout nn.Dropout1d nn.Dropout2d nn.Dropout3d nn.FeatureAlphaDropout nn.RReLU torch.bernoulli "
            "torch.multinomial torch.normal torch.rand torch.rand_like torch.randint torch.randint_like torch.randn "
            "torch.randn_like torch.randperm Tensor.bernoulli Tensor.cauchy_ Tensor.geometric_ Tensor.log_normal_ "
            "Tensor.multinomial torch.poisson torch.alpha_dropout torch.alpha_dropout_ torch.feature_alpha_dropout "
            "torch.feature_alpha_dropout_ torch.feature_dropout torch.feature_dropout_ torch.rrelu torch.rrelu_"
        ),
    ),
    **_for(
        _SETS,
        (
            "torch.get_num_threads torch.get_rng_state torch.initial_seed torch.manual_seed torch.seed "
            "torch.set_default_device torch.set_default_dtype torch.set_default_tensor_type torch.set_num_threads "
            "torch.set_printoptions torch.set_rng_state torch.set_warn_always torch.use_deterministic_algorithms "
            "torch.get_num_interop_threads torch.is_warn_always_enabled torch.set_deterministic_debug_mode "
            "torch.set_float32_matmul_precision torch.set_flush_denormal torch.set_num_interop_threads"
        ),
    ),
    **_for(_OUTSIDE, "Tensor.const_data_ptr torch.load torch.save"),
    "Tensor.register_post_accumulate_grad_hook": "calls the program's own functions: held to facts of hooks",
}


@functools.cache
def called() -> frozenset[str]:
    """Return the names that templates call, as they are written there; ".x" where something else stands before."""
    lists = [each for each in vars(operations).values() if isinstance(each, list)]
    subjects = templates.SUBJECTS.values()
    texts = [text for each in lists for text in each if isinstance(text, str)]
    texts += [text for subject in subjects for text in (*subject.calls, *subject.first)]
    return frozenset(name for text in texts for name in _names_in(text))


def _names_in(template: str) -> Iterator[str]:
    places = dict.fromkeys("abcxwv", "a0") | {"n": "2", "d": "0", "i": "0", "s": "(2,)", "t": "torch.int64"}
    try:
        tree = ast.parse(string.Formatter().vformat(template, (), places))
    except (SyntaxError, KeyError, ValueError, IndexError):
        return  # a name of a dtype or a shape
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
            yield f".{node.attr}"


# Namespace: what holds it here, and how its names are written.
NAMESPACES = {
    "torch": (torch, "torch"),
    "torch.Tensor": (torch.Tensor, "Tensor"),
    "torch.nn.functional": (torch.nn.functional, "F"),
    "torch.linalg": (torch.linalg, "linalg"),
    "torch.special": (torch.special, "special"),
    "torch.nn": (torch.nn, "nn"),
}


def public() -> set[str]:
    """Return every function, method and layer that PyTorch has and refgrad has, as it is written."""
    found = set()
    for namespace, (holder, shown) in NAMESPACES.items():
        for name in absent.names().get(namespace, dir(holder)):
            value = getattr(holder, name, None)
            layers = shown == "nn"
            if callable(value) and not name.startswith("_") and isinstance(value, type) == layers:
                found.add(f"{shown}.{name}")
    return found


def is_called(name: str) -> bool:
    """Tell whether a template calls a name; a function and the method of that name stand for each other."""
    owner, _, short = name.rpartition(".")
    if owner in ("torch", "Tensor"):
        return f"torch.{short}" in called() or f".{short}" in called()
    shown = f"torch.{name}" if owner in ("linalg", "special") else name
    return shown in called()


def test_every_public_name_is_drawn_or_is_left_out_for_a_reason() -> None:
    forgotten = {name for name in public() if not is_called(name)} - NOT_DRAWN.keys()
    assert sorted(forgotten) == [], "add a template (tests/oracle/templates), or the reason to NOT_DRAWN"


def test_nothing_is_said_to_be_left_out_that_is_drawn_or_not_there() -> None:
    there = public()
    assert sorted(name for name in NOT_DRAWN if name not in there or is_called(name)) == []


@pytest.mark.parametrize("subject", templates.SUBJECTS)
def test_a_subject_has_programs_of_many_kinds(subject: str) -> None:
    programs = importlib.import_module("random_programs")
    import random

    chosen = [templates.SUBJECTS[subject]]
    drawn = {"\n".join(programs.build_about(random.Random(seed).choice, chosen)) for seed in range(50)}
    assert len(drawn) > 45
    assert all(ast.parse(text) for text in drawn)
