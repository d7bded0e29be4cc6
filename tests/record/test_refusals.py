"""What cannot be recorded is refused when it is authored, with file, line and remedy."""

from __future__ import annotations

import copy
import random
import time as clock
import weakref
from copy import deepcopy
from datetime import datetime

import numpy as np
import pytest

from gradlab.errors import CheckAuthoringError
from gradlab.record import record

REFUSED = []


def refused(*texts: str):
    def decorate(function):
        REFUSED.append(pytest.param(function, texts, id=function.__name__))
        return function

    return decorate


@refused("`x is y`: identity cannot be recorded; use observe.same(a, b).")
def identity(torch, observe, rng):
    x = torch.tensor(1.0)
    y = x.detach()
    if x is y:
        observe.value(x)


@refused("`type(x)`: type() cannot be recorded; use isinstance(x, torch.Tensor)")
def type_of(torch, observe, rng):
    x = torch.tensor(1.0)
    observe.value(type(x))


@refused(
    "`print(x)`: print() cannot be recorded",
    "`repr(x)`: repr() cannot be recorded",
    "`id(x)`: id() cannot be recorded; use observe.same(a, b).",
    "`vars(x)`: vars() cannot be recorded",
    "`dir(x)`: dir() cannot be recorded",
    "`exec('')`: exec() cannot be recorded",
    "`eval('x')`: eval() cannot be recorded",
    "`open('x')`: open() cannot be recorded; write the data into the check",
)
def builtins(torch, observe, rng):
    x = torch.tensor(1.0)
    print(x), repr(x), id(x), vars(x), dir(x), exec(""), eval("x"), open("x")  # noqa: SIM115


@refused(
    "`weakref`: weakref cannot be used in a check; use w = observe.watch(x), del x, observe.freed(w).",
    "`copy`: copy cannot be used in a check; use x.clone().",
    "`clock`: time cannot be used in a check; checks measure no time.",
    "`deepcopy`: copy cannot be used in a check",
    "`import gc`: gc cannot be used in a check",
    "`from os import path`: os cannot be used in a check",
)
def modules(torch, observe, rng):
    import gc
    from os import path

    x = torch.tensor(1.0)
    return weakref.ref(x), copy.copy(x), clock.time(), deepcopy(x), gc, path


@refused(
    "`np.random`: numpy.random cannot be used in a check; draw it from rng, so that the check repeats itself.",
    "`random`: random cannot be used in a check; draw it from rng",
    "`datetime`: datetime cannot be used in a check; checks measure no time.",
    "`import pathlib`: pathlib cannot be used in a check",
    "`from numpy.random import normal`: numpy.random cannot be used in a check",
)
def chance_and_the_world(torch, observe, rng):
    import pathlib

    from numpy.random import normal

    observe.value(torch.tensor([np.random.normal(), random.random(), datetime.now().second, normal()]))
    return pathlib


@refused(
    "`input()`: input() cannot be recorded; write the data into the check",
    "`globals()`: globals() cannot be recorded; name what you need.",
    "`locals()`: locals() cannot be recorded",
    "`compile('1', '', 'eval')`: compile() cannot be recorded",
    "`__import__('os')`: __import__() cannot be recorded",
)
def more_builtins(torch, observe, rng):
    observe.value(torch.tensor(1.0))
    return input(), globals(), locals(), compile("1", "", "eval"), __import__("os")


@refused("`yield`: nothing in a check may wait; write the steps one after the other.")
def generator(torch, observe, rng):
    yield observe.value(torch.tensor(1.0))


@refused("`async`: nothing in a check may wait")
def coroutine(torch, observe, rng):
    async def later():
        return 1.0

    observe.value(torch.tensor(1.0))


@refused("round() of a recorded object cannot be recorded; use the engine's own x.round()")
def rounded(torch, observe, rng):
    observe.value(torch.tensor(round(torch.tensor(1.5))))


@refused("the property two of class Two cannot be recorded; make it a method.")
def a_property(torch, observe, rng):
    class Two(torch.Tensor):
        @property
        def two(self):
            return 2.0

    observe.value(torch.tensor(1.0))


@refused("class Both with several bases cannot be recorded; derive from one.")
def two_bases(torch, observe, rng):
    class Both(torch.Tensor, torch.no_grad):
        pass

    observe.value(torch.tensor(1.0))


@refused("a complex cannot be handed to the engine; use numbers, strings, lists, numpy arrays and functions")
def a_complex_number(torch, observe, rng):
    observe.value(torch.tensor(1j))


@refused("`assert float(x) == 1.0`: a check holds no expectations; observe, and the reference is compared.")
def asserting(torch, observe, rng):
    x = torch.tensor(1.0)
    assert float(x) == 1.0


def helper(x):
    print(x)


@refused("`print(x)`: print() cannot be recorded")
def through_a_helper(torch, observe, rng):
    helper(torch.tensor(1.0))


@refused("the text of a recorded object (str, print or an f-string) cannot be recorded; use observe.text(x)")
def f_string(torch, observe, rng):
    x = torch.tensor(1.0)
    observe.value(x) if f"{x}" else None


@refused("observe.value(3.0): a plain value of Python; observe the tensor that it comes from")
def constant(torch, observe, rng):
    torch.tensor(1.0)
    observe.value(3.0)


@refused("numpy.exp on a recorded object cannot be recorded; use the engine's own function.")
def numpy_function(torch, observe, rng):
    observe.value(np.exp(torch.tensor(1.0)))


@refused("a numpy function on a recorded object cannot be recorded; use x.detach().numpy()")
def numpy_array(torch, observe, rng):
    observe.value(np.asarray(torch.tensor(1.0)))


@refused("the reference has no torch.tensr. Did you mean 'tensor'?")
def missing_name(torch, observe, rng):
    torch.tensr(1.0)


@refused("the reference has no Tensor.shap. Did you mean 'shape'?")
def missing_attribute(torch, observe, rng):
    observe.value(torch.tensor(1.0).shap)


@refused("no plugin offers observe.gradiant; did you mean observe.gradient?")
def missing_observer(torch, observe, rng):
    observe.gradiant(torch.tensor(1.0))


@refused("a Thing cannot be handed to the engine; use numbers, strings, lists, numpy arrays and functions")
def foreign_object(torch, observe, rng):
    class Thing:
        pass

    torch.tensor(Thing())


@refused("the bound method .exp as a value cannot be recorded; wrap it in a lambda.")
def bound_method(torch, observe, rng):
    x = torch.tensor(1.0, requires_grad=True)
    x.register_hook(x.exp)


@refused("a recorded object as a key of a dict or a member of a set cannot be recorded")
def hashing(torch, observe, rng):
    observe.value({torch.tensor(1.0)})


@refused("the integer 9223372036854775808 does not fit into 64 bits.")
def huge_integer(torch, observe, rng):
    torch.tensor(1 << 63)


@refused("an array of dtype <U1 cannot be handed to the engine; use numbers or booleans.")
def text_array(torch, observe, rng):
    torch.tensor(np.array(["a"]))


@refused("assigning torch.tensor would change the engine itself.")
def patching(torch, observe, rng):
    torch.tensor = None


@refused("the bound method .backward as a value cannot be recorded; wrap it in a lambda.")
def a_method_observed(torch, observe, rng):
    x = torch.tensor(1.0)
    observe.value([x, x.backward])


@refused("the check's own ValueError (mine) crosses what is recorded; raise nothing in a check.")
def own_exception(torch, observe, rng):
    with observe.error():
        torch.tensor(1.0)
        raise ValueError("mine")


@refused("the check's own KeyError ('mine') crosses what is recorded")
def own_exception_in_a_hook(torch, observe, rng):
    x = torch.tensor(1.0, requires_grad=True)

    def hook(g):
        raise KeyError("mine")

    x.register_hook(hook)
    with observe.error():
        x.backward()


@refused("2 names cannot receive the reference's 3 values.")
def unpacking(torch, observe, rng):
    _, _ = torch.tensor(np.zeros((1, 2, 3))).shape


@refused("the check 'nothing' observes nothing; end it with an observe call.")
def nothing(torch, observe, rng):
    torch.tensor(1.0)


@refused("the check 'raises' raises RuntimeError on the reference: grad can be implicitly created only")
def raises(torch, observe, rng):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.backward()


@refused("the check 'slips' raises ZeroDivisionError on the reference: float division by zero")
def slips(torch, observe, rng):
    observe.value(torch.tensor(1.0 / 0))


@refused("the text of a recorded object (str, print or an f-string) cannot be recorded")
def swallowed(torch, observe, rng):
    x = torch.tensor(1.0)
    try:
        str(x)
    except Exception:
        observe.value(x)


@refused("the reference raises NotImplementedError (later), which a check cannot observe")
def not_implemented(torch, observe, rng):
    x = torch.tensor(1.0, requires_grad=True)
    with observe.error():
        x.later()


@pytest.mark.parametrize(("check", "texts"), REFUSED)
def test_it_is_refused_with_file_line_and_remedy(lab, check, texts):
    engine = lab.engine(
        (
            "def exp(self):",
            "def later(self):\n        raise NotImplementedError('later')\n\n    def exp(self):",
        )
    )
    with pytest.raises(CheckAuthoringError) as caught:
        record(lab.check(check), engine, seed=0, observers=lab.observers, surface=None)
    said = str(caught.value)
    assert all(text in said for text in texts), said
    first = min(check.__code__.co_firstlineno, helper.__code__.co_firstlineno)
    for problem in caught.value.problems:
        file, line, _ = problem.split(":", 2)
        assert file == "test_refusals.py"
        assert int(line) >= first


def test_comparing_with_none_is_no_identity(lab):
    def fine(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)
        if x.grad is None and x.requires_grad is not False:
            observe.value(x)

    assert lab.findings(fine) == []


def test_the_line_is_the_one_of_the_mistake(lab):
    with pytest.raises(CheckAuthoringError) as caught:
        lab.record(swallowed)
    assert str(caught.value).startswith(f"test_refusals.py:{swallowed.__code__.co_firstlineno + 4}: ")


def test_an_object_used_after_its_check_is_refused(lab):
    kept = []

    def keeps(torch, observe, rng):
        x = torch.tensor(1.0)
        kept.append(x)
        observe.value(x)

    lab.record(keeps)
    with pytest.raises(CheckAuthoringError, match="used after its check had ended"):
        kept[0] * 2.0
