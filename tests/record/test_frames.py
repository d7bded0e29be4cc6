"""Names, labels and lines, on every Python version: taken from the place where the check is."""

from __future__ import annotations

import pytest


def names(lab, function) -> list[tuple[str, str, str]]:
    """(operation, name that receives the result, text) of every step but drops and probes."""
    steps = lab.record(function).steps()
    return [(s.name or s.op, s.var, s.label) for s in steps if s.op not in ("drop", "probe", "read")]


def assigned(torch, observe, rng):
    x = torch.tensor([1.0, 2.0])
    y: object = x * 2.0
    z, u = x + y, x * y
    v = w = z + u
    x *= 3.0
    observe.value([x, v, w])


def conditional(torch, observe, rng):
    x = torch.tensor([1.0, 2.0])
    y = x * 2.0 if len(x) == 2 else x
    if (z := y + x) is not None:
        observe.value(z)


def iterated(torch, observe, rng):
    x = torch.tensor([1.0, 2.0])
    n, m = x[None, :].shape
    rows = [row * float(n + m) for row in x]
    for (k,) in [x.shape]:
        observe.value(rows[0] * float(k))
    for item in x:
        observe.value(item)


# fmt: off
def over_lines(torch, observe, rng):
    x = torch.tensor(
        [1.0, 2.0],
        requires_grad=True,
    )
    y = (
        (x + 1.0)
        .exp()
        .sum()
    )
    y.backward()
    observe.gradient(
        x
    )
# fmt: on


def in_blocks(torch, observe, rng):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with observe.error():
        for _ in range(2):
            x.backward(None)


EXPECTED = {
    assigned: [
        ("call", "x", "torch.tensor([1.0, 2.0])"),
        ("mul", "y", "x * 2.0"),
        ("add", "z", "x + y"),
        ("mul", "u", "x * y"),
        ("add", "v", "z + u"),
        ("imul", "x", "x *= 3.0"),
    ],
    conditional: [
        ("call", "x", "torch.tensor([1.0, 2.0])"),
        ("len", "", "len(x)"),
        ("mul", "y", "x * 2.0"),
        ("add", "z", "y + x"),
    ],
    iterated: [
        ("call", "x", "torch.tensor([1.0, 2.0])"),
        ("getitem", "", "x[None, :]"),
        ("shape", "", "x[None, :].shape"),
        ("unpack", "n,m", "n, m"),
        ("iter", "", "x"),
        ("next", "row", "x"),
        ("mul", "", "row * float(n + m)"),
        ("next", "row", "x"),
        ("mul", "", "row * float(n + m)"),
        ("next", "", "x"),
        ("shape", "", "x.shape"),
        ("unpack", "k", "(k,)"),
        ("mul", "", "rows[0] * float(k)"),
        ("iter", "", "x"),
        ("next", "item", "x"),
        ("next", "item", "x"),
        ("next", "", "x"),
    ],
    over_lines: [
        ("call", "x", "torch.tensor( [1.0, 2.0], requires_grad=True, )"),
        ("add", "", "x + 1.0"),
        ("exp", "", "(x + 1.0) .exp()"),
        ("sum", "y", "(x + 1.0) .exp() .sum()"),
        ("backward", "", "y.backward()"),
    ],
}


@pytest.mark.parametrize("check", EXPECTED, ids=lambda check: check.__name__)
def test_steps_carry_the_authors_names_and_words(lab, check):
    assert names(lab, check) == EXPECTED[check]


def test_lines_are_those_of_the_file(lab):
    first = over_lines.__code__.co_firstlineno
    lines = [s.line - first for s in lab.record(over_lines).steps() if s.op != "drop"]
    assert lines[0] == 1
    assert lines[-2:] == [10, 11]


def test_what_is_drawn_is_not_spelt_out(lab):
    def draws(torch, observe, rng):
        x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
        with observe.error():
            x.backward(torch.tensor(rng.normal(size=2)))
        observe.value(x * float(rng.normal()))

    # The nested steps stand last in the walk over a program.
    labels = [s.label for s in lab.record(draws).steps() if s.op in ("call", "catch", "probe")]
    assert labels == ["torch.tensor(...)", "x.backward(...)", "x * float(...)", "torch.tensor(...)"]


def test_a_block_is_labelled_by_its_statement(lab):
    labels = [s.label for s in lab.record(in_blocks).steps() if s.op == "catch"]
    assert labels == ["for _ in range(2): ..."]
