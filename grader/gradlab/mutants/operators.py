"""What can be wrong with a line: for each kind of syntax, the edits that a mistaken programmer might have made.

Each operator is a generator of edits for one node; `OPERATORS` says which node each is for. An operator may yield what
does not compile or changes nothing; whoever asks sorts that out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from gradlab.mutants.text import Edit, Text

__all__ = ["OPERATORS", "Operator"]

Operator = Callable[[Any, Text], Iterator[Edit]]

# --- operators between values ------------------------------------------------------------------------------------
_ARITHMETIC: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.MatMult: ("@", "*"),
}
_TAKES_TURNS = (
    ast.Sub,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.MatMult,
)  # whose operands' order matters
_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}


def another_operator(node: ast.BinOp, text: Text) -> Iterator[Edit]:
    """a + b: a - b, ..."""
    old, new = _ARITHMETIC.get(type(node.op), ("", ""))
    if old:
        yield text.between(node.left, node.right, old, new)


def one_operand(node: ast.BinOp, text: Text) -> Iterator[Edit]:
    """a * b: a, and b."""
    yield text.put(node, text.atom(node.left))
    yield text.put(node, text.atom(node.right))


def operands_swapped(node: ast.BinOp, text: Text) -> Iterator[Edit]:
    """a @ b: b @ a, where that is not the same."""
    if isinstance(node.op, _TAKES_TURNS):
        symbol = _ARITHMETIC[type(node.op)][0]
        yield text.put(node, f"({text.atom(node.right)} {symbol} {text.atom(node.left)})")


def without_the_sign(node: ast.UnaryOp, text: Text) -> Iterator[Edit]:
    """-a: a; not a: a."""
    yield text.put(node, text.atom(node.operand))


def another_comparison(node: ast.Compare, text: Text) -> Iterator[Edit]:
    """a < b: a <= b and a >= b; a is b: a is not b."""
    left = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        old, others = _COMPARISONS[type(operator)]
        for new in others:
            yield text.between(left, right, old, new)
        left = right


def other_logic(node: ast.BoolOp, text: Text) -> Iterator[Edit]:
    """a and b: a or b, a, and b."""
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in pairwise(node.values):
        yield text.between(left, right, old, new)
    for dropped in node.values:
        yield text.put(
            node, f" {old} ".join(text.atom(value) for value in node.values if value is not dropped)
        )


# --- values ------------------------------------------------------------------------------------------------------
def another_constant(node: ast.Constant, text: Text) -> Iterator[Edit]:
    """A number one higher or lower; the other truth value; another sentence."""
    value = node.value
    if isinstance(value, bool):
        yield text.put(node, str(not value))
    elif isinstance(value, int | float):
        yield text.put(node, repr(value + 1))
        yield text.put(node, repr(value - 1) if value > 0 else f"({value - 1!r})")
    elif isinstance(value, str):
        yield text.put(node, '"mutated"')


def another_parameter(node: ast.Name, text: Text) -> Iterator[Edit]:
    """A parameter of the function: each of its other parameters."""
    names = text.parameters(node)
    if node.id in names and isinstance(node.ctx, ast.Load):
        for name in names:
            yield text.put(node, name)


def another_sentence(node: ast.JoinedStr, text: Text) -> Iterator[Edit]:
    """An f-string: another text."""
    yield text.put(node, '"mutated"')


def items_swapped(node: ast.Tuple, text: Text) -> Iterator[Edit]:
    """(a, b): (b, a)."""
    if isinstance(node.ctx, ast.Load):
        yield from _swaps(node.elts, text)


def not_transposed(node: ast.Attribute, text: Text) -> Iterator[Edit]:
    """a.T: a."""
    if node.attr == "T":
        yield text.put(node, text.atom(node.value))


def open_slice(node: ast.Subscript, text: Text) -> Iterator[Edit]:
    """a[i:j]: a[:j] and a[i:]."""
    if isinstance(node.slice, ast.Slice):
        for bound in (node.slice.lower, node.slice.upper):
            if bound is not None:
                yield text.put(bound, "")


# --- calls -------------------------------------------------------------------------------------------------------
_CHECKS_ITSELF = (
    "strict"  # a keyword with which Python checks the caller, as assert does: no behaviour of its own
)
_CONVERTS = ("list", "reversed", "sorted", "set", "abs")
_COPIES = ("array", "ascontiguousarray", "copy", "deepcopy")


def arguments_swapped(node: ast.Call, text: Text) -> Iterator[Edit]:
    """f(a, b): f(b, a)."""
    yield from _swaps(node.args, text)


def keyword_dropped(node: ast.Call, text: Text) -> Iterator[Edit]:
    """f(a, key=b): f(a)."""
    for dropped in node.keywords:
        if dropped.arg != _CHECKS_ITSELF:
            kept = [text.of(argument) for argument in node.args]
            kept += [text.of(keyword) for keyword in node.keywords if keyword is not dropped]
            yield text.put(node, f"{text.of(node.func)}({', '.join(kept)})")


def without_the_call(node: ast.Call, text: Text) -> Iterator[Edit]:
    """x.f(a): x; np.f(a, b), list(a), reversed(a): a. What was converted, copied or put in order is not."""
    function = node.func
    if isinstance(function, ast.Attribute) and not _is_module(function.value):
        yield text.put(node, text.atom(function.value))
    elif isinstance(function, ast.Attribute) or _name(function) in _CONVERTS:
        for argument in node.args[:1]:
            yield text.put(node, text.atom(argument))


def holds_instead_of_watching(node: ast.Call, text: Text) -> Iterator[Edit]:
    """weakref.ref(a): a reference that keeps `a` alive, so that nothing is released."""
    if _name(node.func) == "ref" and len(node.args) == 1:
        yield text.put(node, f"(lambda held={text.of(node.args[0])}: held)")


def memory_of_its_own(node: ast.Call, text: Text) -> Iterator[Edit]:
    """f(x.data): f(x.data.copy()), which shares no memory any more. A callee that copies does so anyway."""
    if _name(node.func) not in _COPIES:
        for argument in node.args:
            if isinstance(argument, ast.Attribute) and argument.attr == "data":
                yield text.put(argument, f"{text.of(argument)}.copy()")


def _swaps(items: Sequence[ast.expr], text: Text) -> Iterator[Edit]:
    for left, right in pairwise(items):
        middle = text.source[text.end(left) : text.start(right)]
        swapped = f"{text.of(right)}{middle}{text.of(left)}"
        yield Edit(text.start(left), text.end(right), swapped)


def _is_module(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "math", "weakref", "warnings")


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


# --- conditions and loops ----------------------------------------------------------------------------------------
def decided(node: ast.If | ast.IfExp | ast.While, text: Text) -> Iterator[Edit]:
    """A condition that is always, or never, true."""
    yield text.put(node.test, "True")
    yield text.put(node.test, "False")


def without_the_filter(node: ast.comprehension, text: Text) -> Iterator[Edit]:
    """for x in xs if c: for x in xs, and nothing at all."""
    for condition in node.ifs:
        yield text.put(condition, "True")
        yield text.put(condition, "False")


def once(node: ast.For | ast.While, text: Text) -> Iterator[Edit]:
    """A loop that ends after its first round."""
    last = node.body[-1]
    if not isinstance(last, ast.Return | ast.Break | ast.Raise):
        yield Edit(text.end(last), text.end(last), f"\n{' ' * last.col_offset}break")


def never(node: ast.For, text: Text) -> Iterator[Edit]:
    """A loop over nothing."""
    yield text.put(node.iter, "()")


def other_way_out(node: ast.Break | ast.Continue, text: Text) -> Iterator[Edit]:
    """break: continue; continue: break."""
    yield text.put(node, "continue" if isinstance(node, ast.Break) else "break")


# --- statements --------------------------------------------------------------------------------------------------
def accumulates_not(node: ast.AugAssign, text: Text) -> Iterator[Edit]:
    """a += b: a = b; a = a + b, in new memory; a -= b."""
    symbol, other = _ARITHMETIC[type(node.op)]
    target, value = text.of(node.target), text.of(node.value)
    yield text.put(node, f"{target} = {value}")
    yield text.put(node, f"{target} = {target} {symbol} {text.atom(node.value)}")
    yield text.put(node, f"{target} {other}= {value}")


def changes_in_place(node: ast.Assign, text: Text) -> Iterator[Edit]:
    """a = a + b: a += b, in the same memory."""
    [target, value] = node.targets[0], node.value
    if (
        isinstance(value, ast.BinOp)
        and text.of(value.left) == text.of(target)
        and type(value.op) in _ARITHMETIC
    ):
        yield text.put(node, f"{text.of(target)} {_ARITHMETIC[type(value.op)][0]}= {text.of(value.right)}")


def rebinds(node: ast.Assign, text: Text) -> Iterator[Edit]:
    """a[...] = b: a = b, which leaves the memory as it was."""
    target = node.targets[0]
    if (
        isinstance(target, ast.Subscript)
        and isinstance(target.slice, ast.Constant)
        and target.slice.value is ...
    ):
        yield text.put(target, text.of(target.value))


def dropped(node: ast.stmt, text: Text) -> Iterator[Edit]:
    """A statement that is not there."""
    yield text.put(node, "pass")


def another_return(node: ast.Return, text: Text) -> Iterator[Edit]:
    """return a: return None."""
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield text.put(node, "return None")


def another_exception(node: ast.Raise, text: Text) -> Iterator[Edit]:
    """raise RuntimeError(...): raise ValueError(...)."""
    if isinstance(node.exc, ast.Call):
        other = "RuntimeError" if text.of(node.exc.func) == "ValueError" else "ValueError"
        yield text.put(node.exc.func, other)


def without_the_context(node: ast.With, text: Text) -> Iterator[Edit]:
    """with f(): the block alone."""
    last = node.items[-1]
    end = text.end(last.optional_vars or last.context_expr)
    yield Edit(text.start(node), end, "if True")


OPERATORS: Mapping[type[ast.AST], tuple[Operator, ...]] = {
    ast.BinOp: (another_operator, one_operand, operands_swapped),
    ast.UnaryOp: (without_the_sign,),
    ast.Compare: (another_comparison,),
    ast.BoolOp: (other_logic,),
    ast.Constant: (another_constant,),
    ast.Name: (another_parameter,),
    ast.JoinedStr: (another_sentence,),
    ast.Tuple: (items_swapped,),
    ast.Attribute: (not_transposed,),
    ast.Subscript: (open_slice,),
    ast.Call: (
        arguments_swapped,
        keyword_dropped,
        without_the_call,
        holds_instead_of_watching,
        memory_of_its_own,
    ),
    ast.If: (decided,),
    ast.IfExp: (decided,),
    ast.While: (decided, once),
    ast.comprehension: (without_the_filter,),
    ast.For: (never, once),
    ast.Break: (other_way_out,),
    ast.Continue: (other_way_out, dropped),
    ast.AugAssign: (accumulates_not, dropped),
    ast.Assign: (changes_in_place, rebinds, dropped),
    ast.Expr: (dropped,),
    ast.Raise: (another_exception, dropped),
    ast.Return: (another_return,),
    ast.With: (without_the_context,),
}
