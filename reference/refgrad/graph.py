"""The graph of derivatives: nodes, their edges, and `derivative`, which turns a table entry into a kind of node.

A tensor that was computed from one that requires grad points to the node of the operation that made it
(`grad_fn`). A node's edges lead to the nodes of the operation's inputs. Nothing points the other way, so a graph
is freed by reference counting as soon as its last output is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from .grad_mode import run_like_cpp

if TYPE_CHECKING:
    from .hooks import Hooks, RemovableHandle
    from .tensor import Tensor

__all__ = ["PACKED", "PLAIN", "AccumulateGrad", "Node", "derivative", "next_sequence_number"]

next_sequence_number = itertools.count().__next__

# What stands in `Node.versions` instead of a version for a saved value that is not a tensor, or was packed by hooks.
PLAIN, PACKED = -1, -2

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)

Rule = Callable[..., Any]
Meta = tuple[tuple[int, ...], Any]  # shape and array dtype of one output


class _Fixed(property):
    """A property of nodes that is refused in torch's words when it is set."""

    def __set__(self, instance: Any, value: Any) -> None:
        name = getattr(self.fget, "__name__", "")
        raise AttributeError(f"attribute '{name}' of '{type(instance).__name__}' objects is not writable")


if TYPE_CHECKING:
    _ReadOnly = property
else:
    _ReadOnly = _Fixed


class InputMetadata:
    """The shape and dtype of one output's gradient, which is what a node takes in."""

    is_nested_tensor = is_cpp_nested_tensor = False

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        from . import dtypes

        self.shape = list(shape)
        self.dtype = None if dtype is None else dtypes.of(dtype)


class _Rare:
    """What hardly any node has, None elsewhere: kept in a dictionary of its own, for a node has no attributes to add."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, node: Any, owner: type) -> Any:
        try:
            return node._rare.get(self.name)
        except AttributeError:
            return None

    def __set__(self, node: Any, value: Any) -> None:
        try:
            node._rare[self.name] = value
        except AttributeError:
            node._rare = {self.name: value}


class Node:
    """One recorded operation: where its gradients go, and what it saved in order to compute them.

    `edges[i]` is the node that receives the gradient of input i (None where none is needed) and `slots[i]` says
    which of that node's outputs the input was (`slots` is None while all are output 0, nearly always).
    `saved` holds the tensors and numbers the rules ask for, `versions` the version each tensor had then; `saved`
    becomes None when backward has used it. `args` are plain values that are never released.
    """

    __slots__ = ("_rare", "args", "edges", "hooks", "metas", "saved", "seq", "slots", "versions")

    edges: tuple[Node | None, ...]
    slots: tuple[int, ...] | None
    seq: float
    metas: list[Meta] | tuple[Meta, ...]
    saved: tuple[Any, ...] | None
    versions: tuple[int, ...]
    args: tuple[Any, ...]
    hooks: Hooks | None

    # The table entry (see `derivative`); the same for all nodes of a kind.
    inputs: ClassVar[tuple[str, ...]] = ()
    tensors: ClassVar[tuple[str, ...]] = ()
    takes: ClassVar[tuple[str, ...]] = ()
    results: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[Rule | None, ...]] = ()
    differentiate: ClassVar[Callable[..., Iterable[Any]]]
    plans: ClassVar[dict[int, tuple[int, ...]]]
    full_name: ClassVar[str]

    __module__ = "torch.autograd.graph"

    runs_without_gradient: ClassVar[bool] = False

    # Where the operation ran, and the node in whose derivative; set in anomaly mode only.
    trace = _Rare()
    parent = _Rare()

    # The history of the base, while it runs the derivative of what was done to a view.
    history = _Rare()

    # The device that gradients are brought to; set where one from another device may come.
    home = _Rare()

    # What the user wrote down.
    _notes = _Rare()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def name(self) -> str:
        """Return the name of the derivative, as in `tensor.grad_fn`."""
        return self.full_name

    @_ReadOnly
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that this node sends gradients to, each with the output it stands for."""
        return tuple(zip(self.edges, self.slots or (0,) * len(self.edges), strict=True))

    @_ReadOnly
    def metadata(self) -> dict[str, Any]:
        """A dictionary for the user's own notes."""
        if self._notes is None:
            self._notes = {}
        found: dict[str, Any] = self._notes
        return found

    @_ReadOnly
    def _input_metadata(self) -> list[InputMetadata]:
        """What the gradient of each output looks like."""
        return [InputMetadata(*meta) for meta in self.metas]

    @_ReadOnly
    def requires_grad(self) -> bool:
        """Whether a gradient can flow through: always, for a recorded node."""
        return True

    def _sequence_nr(self) -> int:
        return int(self.seq)

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> Iterable[Any]:
        """Return the gradient of each input that has an edge, given that of the output (a list for several).

        Gradients are bare arrays, or tensors when `recording`: the rules read the same for both.
        """
        values = self.unpack(recording) if self.tensors else self.args
        if not recording:
            return self.differentiate(grad, values, edges)
        found: Iterable[Any] = run_like_cpp(self.differentiate, grad, values, edges)
        return found

    def __call__(self, *grads: Any) -> Any:
        """Return the gradients of the inputs for those of the outputs, outside of any backward pass."""
        from .engine_hooks import call

        return call(self, grads)

    def unpack(self, recording: bool) -> list[Any]:
        """Return what the rules ask for: saved values, then plain ones; bare arrays unless `recording`.

        Refused where the values were released, or are no longer what was saved.
        """
        saved = self.saved
        if saved is None:
            raise RuntimeError(FREED)
        values: list[Any] = []
        for item, version in zip(saved, self.versions):  # noqa: B905 - `strict` costs more than the rest
            if version >= 0 and not recording:
                counter = item._counter
                if counter is None or counter[0] == version:
                    values.append(item._array)
                    continue
            elif version == PLAIN:
                values.append(item)
                continue
            values.append(unpack_rarely(self, len(values), recording))
        if self.args:
            values += self.args
        return values

    def release(self) -> None:
        """Let go of what was saved; a node that saved nothing can run again."""
        if self.saved:
            self.saved = None

    def keeps_result(self, index: int) -> bool:
        """Return whether a saved tensor is one of the node's own results."""
        return self.tensors[index] in self.results

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)` after the node has run; what it returns replaces the former."""
        from .hooks import hooks_of, register

        return register(hooks_of(self).post, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_outputs)` before the node runs; what it returns replaces them."""
        from .hooks import hooks_of, register

        return register(hooks_of(self).pre, hook)

    def __getattr__(self, name: str) -> Any:
        """Look up `_saved_self` and its like among what was saved."""
        if name.startswith("_saved_"):
            from .saved_names import saved_value

            return saved_value(self, name.removeprefix("_saved_"))
        if name.startswith("_raw_saved_"):
            from .saved_names import raw_saved

            return raw_saved(self, name.removeprefix("_raw_saved_"))
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        from .saved_names import raw_names, shown

        names = [f"_saved_{name}" for name in shown(type(self))]
        return [*super().__dir__(), *names, *[f"_raw_saved_{name}" for name in raw_names(type(self))]]


class AccumulateGrad(Node):
    """The end of each path: adds what arrives to the `.grad` of a leaf.

    The node holds the leaf, and the leaf holds the node only weakly: it lives as long as some graph leads to it.
    """

    __slots__ = ("__weakref__", "variable")

    full_name = "torch::autograd::AccumulateGrad"
    plans: ClassVar[dict[int, tuple[int, ...]]] = {}
    variable: Tensor

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        self.edges, self.slots, self.args, self.saved, self.versions, self.hooks = (), None, (), (), (), None
        self.seq = float("inf")  # a leaf is served as soon as all its gradients are there
        self.expect()

    def expect(self) -> None:
        """Note in which shape and dtype the gradient of the leaf has to come; None for any dtype."""
        array, dtype = self.variable._array, self.variable._grad_dtype
        self.metas = ((array.shape, array.dtype if dtype is False else dtype and dtype._numpy),)

    def _sequence_nr(self) -> int:
        return 2**64 - 1


def derivative(
    name: str,
    *,
    args: str = "",
    saves: str = "",
    results: str = "result",
    full_name: str = "",
    joint: tuple[str, Rule] | None = None,
    base: type[Node] = Node,
    **rules: Rule | None,
) -> type[Node]:
    """Make the kind of node that differentiates an operation.

    Each keyword is an input of the operation and its rule, a function of the output's gradient (first) and of what
    else it names: an input, `result` (one of `results`, where there are several), one of `saves` (further tensors, such
    as an index) or one of `args` (numbers and sizes). Only what the rules of inputs that require grad name is saved.
    `joint=(inputs, rule)` gives one rule for all inputs, `rule(grad, needs, *everything)`, with everything in the order
    tensors, then args.
    """
    if joint is not None:
        rules = dict.fromkeys(joint[0].split(), joint[1])
    inputs, takes, extra, made = [
        tuple(each) for each in (rules, args.split(), saves.split(), results.split())
    ]
    asked = [_parameters(rule, 2 if joint else 1) if rule else () for rule in rules.values()]
    known = (*inputs, *extra, *made)
    tensors = tuple(each for each in known if any(each in names for names in asked))
    if joint is None:
        tensors = tuple(
            sorted(tensors)
        )  # torch looks at what was saved by name: of several changed ones, the first
    values = (*tensors, *takes)
    if joint is not None:
        differentiate = _jointly(joint[1])
    else:
        wanted = [[values.index(each) for each in names] for names in asked]
        differentiate = _one_by_one(list(map(_caller, rules.values(), wanted)), inputs)
    return type(
        name,
        (base,),
        {
            "__slots__": (),
            "__module__": "builtins",
            "inputs": inputs,
            "tensors": tensors,
            "takes": takes,
            "results": made,
            "sources": tuple(known.index(each) for each in tensors),
            "rules": tuple(rules.values()),
            "differentiate": staticmethod(differentiate),
            "asked": tuple(asked),
            "plans": {},
            "full_name": full_name or name,
        },
    )


def _one_by_one(callers: list[Rule], inputs: tuple[str, ...]) -> Callable[..., Iterable[Any]]:
    """Return a function of (gradient, values, edges) that calls the rule of each input that has an edge.

    They are called by the names of the inputs, as in torch: with `create_graph` that is the order of the new nodes.
    """
    if len(callers) == 1:
        only = callers[0]
        return lambda g, values, edges: (only(g, values),)
    if len(callers) == 2:
        one, two = callers
        if inputs[1] < inputs[0]:

            def backwards(g: Any, values: list[Any], edges: Any) -> tuple[Any, Any]:
                second = None if edges[1] is None else two(g, values)
                return None if edges[0] is None else one(g, values), second

            return backwards
        return lambda g, values, edges: (
            None if edges[0] is None else one(g, values),
            None if edges[1] is None else two(g, values),
        )
    order = sorted(range(len(inputs)), key=inputs.__getitem__)

    def differentiate(g: Any, values: list[Any], edges: Any) -> list[Any]:
        count = len(edges)  # a number in place of the last operand has none
        found: list[Any] = [None] * count
        for at in order:
            if at < count and edges[at] is not None:
                found[at] = callers[at](g, values)
        return found

    return differentiate


def _jointly(rule: Rule) -> Callable[..., Iterable[Any]]:
    """Return a function of (gradient, values, edges) that calls one rule for all inputs."""
    return lambda g, values, edges: rule(g, [edge is not None for edge in edges], *values)


def _caller(rule: Rule | None, wanted: list[int]) -> Rule:
    """Return a function of (gradient, values) that passes the wanted values to the rule."""
    if rule is None:
        return lambda g, values: None
    if not wanted:
        return lambda g, values: rule(g)
    if len(wanted) == 1:
        first = wanted[0]
        return lambda g, values: rule(g, values[first])
    if len(wanted) == 2:
        one, two = wanted
        return lambda g, values: rule(g, values[one], values[two])
    return lambda g, values: rule(g, *[values[at] for at in wanted])


def _parameters(rule: Rule, skip: int) -> tuple[str, ...]:
    """Return what a rule asks for: its parameters, or what is written on it where they are any."""
    asks: tuple[str, ...] | None = getattr(rule, "asks", None)
    if asks is not None:
        return asks
    code = rule.__code__
    return tuple(code.co_varnames[skip : code.co_argcount])


def unpack_rarely(node: Node, index: int, recording: bool) -> Any:
    """Unpack a saved value for which more than its array is wanted, or which is not what it was."""
    from .saved import unpack_one

    return unpack_one(node, index, recording)
