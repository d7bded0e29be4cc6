"""`[surface]`: what it may say, and that a check which leaves it is refused."""

from __future__ import annotations

import pytest

from gradlab.errors import CheckAuthoringError, CourseError
from gradlab.record import Surface, record

TABLE = {
    "api": [
        "tensor:requires_grad",
        "no_grad",
        "Tensor.__mul__",
        "Tensor.backward:gradient",
        "Tensor.grad",
        "Tensor.shape",
    ],
    "dtypes": ["float64"],
    "observe": ["gradient", "value"],
    "errors": "quoted",
}


def inside(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    with torch.no_grad():
        n, m = x.shape
    y = x * float(n * m)
    y.backward(torch.tensor(rng.normal(size=(2, 3))))
    y.grad = None
    observe.gradient(x)
    observe.value(x.shape[0])


def test_a_check_inside_the_surface_is_recorded(lab):
    lab.record(inside, surface=Surface.from_table(TABLE))


def test_a_surface_says_what_it_holds():
    surface = Surface.from_table(TABLE)
    assert surface.errors == "quoted"
    assert surface.grad_fn == "none"
    assert "Tensor.backward:gradient" in surface.api
    assert surface.observe == {"gradient", "value"}


def test_float64_is_the_dtype_that_is_meant_when_none_is_named():
    assert Surface.from_table({"api": [], "observe": []}).dtypes == {"float64"}


def test_every_problem_of_the_table_is_said_at_once():
    with pytest.raises(CourseError) as caught:
        Surface.from_table({"apis": [], "api": "tensor", "errors": "loose", "dtypes": [1]})
    assert caught.value.problems == (
        "[surface] has no setting 'apis'; did you mean 'api'?",
        "[surface] api is 'tensor'; it must be a list of strings.",
        "[surface] dtypes is [1]; it must be a list of strings.",
        "[surface] observe is None; it must be a list of strings.",
        "[surface] errors is 'loose'; it must be one of class, quoted, exact.",
    )


def name(torch, observe, rng):
    torch.from_numpy(rng.normal(size=2))


def method(torch, observe, rng):
    torch.tensor(1.0).exp()


def attribute(torch, observe, rng):
    observe.value(torch.tensor(1.0).is_leaf)


def assignment(torch, observe, rng):
    torch.tensor(1.0).used = True


def operator(torch, observe, rng):
    torch.tensor(1.0) + 1.0


def reflected(torch, observe, rng):
    2.0 * torch.tensor(1.0)


def in_place(torch, observe, rng):
    x = torch.tensor(1.0)
    x *= 2.0


def index(torch, observe, rng):
    torch.tensor([1.0])[0]


def length(torch, observe, rng):
    observe.value(len(torch.tensor([1.0])))


def keyword(torch, observe, rng):
    torch.tensor(1.0, requires_grad=True).backward(retain_graph=True)


def by_position(torch, observe, rng):
    x = torch.tensor(1.0, requires_grad=True)
    x.backward(None, True)


def observation(torch, observe, rng):
    with observe.error():
        torch.tensor(1.0)


def dtype(torch, observe, rng):
    torch.tensor([1, 2])


def a_class(torch, observe, rng):
    observe.value(isinstance(torch.tensor(1.0), torch.Tensor) and torch.Tensor(2.0))


@pytest.mark.parametrize(
    ("check", "used", "entry", "setting"),
    [
        (name, "torch.from_numpy", "from_numpy", "api"),
        (method, "Tensor.exp", "Tensor.exp", "api"),
        (attribute, "Tensor.is_leaf", "Tensor.is_leaf", "api"),
        (assignment, "Tensor.used", "Tensor.used", "api"),
        (operator, "Tensor.__add__", "Tensor.__add__", "api"),
        (reflected, "Tensor.__rmul__", "Tensor.__rmul__", "api"),
        (in_place, "Tensor.__imul__", "Tensor.__imul__", "api"),
        (index, "Tensor.__getitem__", "Tensor.__getitem__", "api"),
        (length, "Tensor.__len__", "Tensor.__len__", "api"),
        (keyword, "the parameter 'retain_graph' of Tensor.backward", "Tensor.backward:retain_graph", "api"),
        (
            by_position,
            "the parameter 'retain_graph' of Tensor.backward",
            "Tensor.backward:retain_graph",
            "api",
        ),
        (observation, "observe.error", "error", "observe"),
        (dtype, "a Tensor of dtype int64", "int64", "dtypes"),
    ],
)
def test_a_check_that_leaves_the_surface_is_told_how_to_declare_it(lab, check, used, entry, setting):
    dtyped = (
        "def item(self):",
        "@property\n    def dtype(self):\n        return self.data.dtype\n\n    def item(self):",
    )
    engine, surface = lab.engine(dtyped), Surface.from_table(TABLE)
    with pytest.raises(CheckAuthoringError) as caught:
        record(lab.check(check), engine, seed=0, observers=lab.observers, surface=surface)
    last = check.__code__.co_firstlineno
    lines = [f"test_surface.py:{last + k}: " for k in (1, 2)]
    instead = (
        "make it of a numpy array, whose dtype it keeps" if setting == "dtypes" else "use something else"
    )
    rest = (
        f"{used} is outside the assignment's surface; {instead}, or add {entry!r} to {setting} under [surface] "
        "in assignment.toml."
    )
    assert str(caught.value) in [line + rest for line in lines]


def test_the_class_itself_is_a_name_of_the_surface(lab):
    lab.record(a_class, surface=Surface.from_table(TABLE))


def test_a_name_in_a_module_is_declared_with_its_path():
    surface = Surface.from_table(
        {"api": ["nn.functional.relu", "nn.Module.parameters:recurse"], "observe": []}
    )
    assert surface.missing_name("nn.functional") is None
    assert surface.missing_name("nn.functional.tanh") == "nn.functional.tanh"
    assert {"Module.parameters:recurse", "nn.Module.parameters:recurse"} <= surface.keywords
