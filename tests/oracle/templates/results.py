"""Results that are written into a given tensor: every template of a function that takes `out`, with one.

The tensor may have another dtype or shape, may require a gradient, and may be one of the operands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import operations

from refgrad import _signatures

from .matrices import MATRICES
from .named import NAMED
from .subject import COMPLEX, FLOATS, Subject

# What returns several tensors takes as many, by how it is called.
_PAIRS = re.compile(
    r"^torch\.(?:(?:max|min|median|nanmedian|mode|kthvalue|cummax|cummin)\(\{x\}, .*\{i\}|(?:sort|topk|aminmax|mode|kthvalue)\()"
)
_METHOD = re.compile(r"^\{a\}\.(\w+)\((.*)\)$")
_FUNCTION = re.compile(r"^torch\.((?:linalg\.|special\.)?\w+)\((.*)\)$")


def _takes_out(name: str) -> bool:
    """Tell whether a function of torch has a parameter `out`."""
    overloads = _signatures.overloads(name.replace("linalg.", "linalg_").removeprefix("special."))
    return any(each.name == "out" for overload in overloads for each in overload.parameters)


def _with_out(templates: list[str]) -> Iterator[str]:
    for template in templates:
        method, function = _METHOD.match(template), _FUNCTION.match(template)
        if method:
            name, rest = method[1], f"{{x}}{method[2] and f', {method[2]}'}"
        elif function:
            name, rest = function[1], function[2].replace("{a}", "{x}")
        else:
            continue
        if _takes_out(name) and "out=" not in rest:
            call = f"torch.{name}({rest}"
            yield f"{call}, out={'({w}, {v})' if _PAIRS.match(call) else '{w}'})"


_GENERAL = [
    *operations.UNARY, *operations.BINARY, *operations.REDUCED, *operations.VIEWS, *operations.PICKED, *operations.PRODUCTS,
]  # fmt: skip
RESULTS = Subject(
    calls=[
        *dict.fromkeys(_with_out([*_GENERAL, *MATRICES.calls, *NAMED.calls])),
        "torch.add({x}, {x}, out={x})",
        "torch.mul({x}, 2, out={x}[0])",
        "torch.exp({x}, out={x}.T)",
        "torch.sum({x}, 0, out={x}[0])",
        "torch.cat([{x}, {x}], out={w}[:1])",
        "torch.add({x}, 1, out=None)",
        "torch.add({x}, 1, out=1)",
        "torch.exp({x}, out='x')",
        "torch.max({x}, 0, out={w})",
        "torch.sort({x}, out=({w},))",
        "torch.exp({x}, out=torch.empty(0))",
        "torch.exp({x}, out=torch.empty(0, dtype={t}))",
        "torch.sum({x}, {i}, out=torch.empty(0, dtype={x}.dtype))",
        "torch.topk({x}, 1, out=({w}, torch.empty(0, dtype=torch.int64)))",
        "torch.max({x}, {i}, out=({w}, torch.empty(0, dtype=torch.int64)))",
        "torch.sort({x}, {i}, out=({w}, torch.empty_like({x}, dtype=torch.int64)))",
        "torch.no_grad()(lambda: torch.exp({x}, out={w}))()",
        "torch.no_grad()(lambda: torch.add({x}, {v}, out={w}))()",
        "torch.exp({x}, out={w}.detach())",
        "torch.mm({x}, {x}, out={x})",
        "torch.mul({x}, {v}, out={w}.expand(2, 2, 3))",
        "torch.exp({x}, out={w}[..., :1])",
    ],
    shapes=[
        ("(2, 3)", "(2, 3)", "(2, 3)"),
        ("(3,)", "(3,)", "(3,)"),
        ("(2, 3)", "(0,)", "(3,)"),
        ("(2, 2)", "(2, 2)", "(0,)"),
        ("()", "()", "()"),
        ("(2, 3)", "(3,)", "(3,)"),
        ("(2, 1)", "(2, 3)", "(1, 3)"),
        ("(3, 3)", "(3, 3)", "(3,)"),
        ("(0, 3)", "(0, 3)", "(3,)"),
        ("(2, 3)", "()", "(2,)"),
        ("(2, 2, 3)", "(2, 3)", "(2, 3)"),
    ],
    dtypes=[*FLOATS, *FLOATS, *COMPLEX, "int64", "int64", "int32", "bool", "uint8"],
)
