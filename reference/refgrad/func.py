"""Functions made of functions: `grad`, `vjp`, `jvp`, `jacrev`, `hessian`, `vmap`, and modules as functions.

Each transformation gives the function tensors of its own that require grad, and differentiates what comes out with
`create_graph`, so that transformations nest and ordinary autograd sees through them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from . import trees
from .absent import nothing_else
from .autograd import grad as gradients
from .backend import xp
from .grad_mode import enable_grad
from .graph import AccumulateGrad
from .ops.joining import stack as _stack
from .recording import gradient_edge
from .tensor import Tensor, wrap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "vjp",
    "vmap",
]


# ---- tensors of one's own ------------------------------------------------------------------------------------------


def _own(tensor: Any) -> Tensor:
    """Return a tensor that requires grad in place of an input, connected to it if that requires grad itself."""
    if not isinstance(tensor, Tensor):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(tensor)}")
    if tensor.requires_grad:
        same: Tensor = tensor[...]  # a view whose gradient is passed on as it is
        return same
    leaf: Tensor = tensor.detach().requires_grad_()
    return leaf


def _settled(value: Any, own: Sequence[Tensor]) -> Any:
    """Return a result that requires grad only where something other than the transformation's own tensors does."""
    if not isinstance(value, Tensor) or not value.requires_grad:
        return value
    ours = {id(each) for each in own}
    seen, left = set(), [gradient_edge(value)[0]]
    while left:
        node = left.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if isinstance(node, AccumulateGrad) and id(node.variable) not in ours:
            return value
        left += node.edges
    return value.detach()


def _all_settled(tree: Any, own: Sequence[Tensor]) -> Any:
    leaves, structure = trees.flatten(tree)
    return trees.unflatten([_settled(each, own) for each in leaves], structure)


def _zeros_like(tensor: Tensor) -> Tensor:
    return wrap(xp.zeros_like(tensor._array))


def _slopes(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], weights: Sequence[Tensor] | None
) -> list[Tensor]:
    """Return the derivatives of outputs, weighted and added up, by each input; zeros where there is none."""
    given: Sequence[Any] = weights or [None] * len(outputs)
    pairs = list(zip(outputs, given, strict=True))
    used = [(output, weight) for output, weight in pairs if output.requires_grad]
    if not used:
        return [_zeros_like(each) for each in inputs]
    found = gradients(
        [output for output, _ in used],
        list(inputs),
        [weight for _, weight in used] if weights else None,
        create_graph=True,
        allow_unused=True,
    )
    return [_zeros_like(each) if slope is None else slope for each, slope in zip(inputs, found, strict=True)]


def _with_auxiliary(name: str, output: Any, has_aux: bool) -> tuple[Any, Any]:
    if not has_aux:
        return output, None
    if not (isinstance(output, tuple) and len(output) == 2):
        raise RuntimeError(
            f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True"
        )
    return output[0], output[1]


# ---- which arguments -----------------------------------------------------------------------------------------------


def _chosen(argnums: Any, count: int) -> tuple[int, ...]:
    """Return the places of the arguments to differentiate by."""
    several = isinstance(argnums, tuple)
    if not several and not isinstance(argnums, int):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    given = argnums if several else (argnums,)
    if not given:
        raise RuntimeError("argnums must be non-empty")
    if len(set(given)) < len(given):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    for each in given:
        if not isinstance(each, int):
            raise RuntimeError(f"argnum must be int, got: {type(each)}")
        if not -count <= each < count:
            raise RuntimeError(f"Got argnum={each}, but only {count} positional inputs")
    return tuple([each % count for each in given])


class _Inputs:
    """The arguments of a call, with tensors of its own in the chosen places."""

    def __init__(self, args: tuple[Any, ...], argnums: Any) -> None:
        self.args = list(args)
        self.one = not isinstance(argnums, tuple)
        self.places = _chosen(argnums, len(args))
        leaves, self.structure = trees.flatten(tuple([args[place] for place in self.places]))
        self.own = [_own(each) for each in leaves]
        for place, each in zip(self.places, trees.unflatten(self.own, self.structure), strict=True):
            self.args[place] = each

    def shaped(self, leaves: Sequence[Any]) -> Any:
        """Return one value for each of the tensors, as the arguments were given."""
        found = trees.unflatten(leaves, self.structure)
        return found[0] if self.one else found


# ---- gradients -----------------------------------------------------------------------------------------------------


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that gives the gradient of a scalar function, and its value (and its further output)."""

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with enable_grad():
            inputs = _Inputs(args, argnums)
            output, further = _with_auxiliary(
                "grad_and_value(f)(*args)", func(*inputs.args, **kwargs), has_aux
            )
            if not isinstance(output, Tensor):
                raise RuntimeError(
                    f"grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(output)}"
                )
            if output._array.ndim:
                raise RuntimeError(
                    "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
                    f"{output._array.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
                )
            found = inputs.shaped(_slopes([output], inputs.own, None))
            found, output, further = _all_settled((found, output, further), inputs.own)
        return (found, (output, further)) if has_aux else (found, output)

    return call


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that gives the gradient of a scalar function by its argument `argnums`."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return call


def _check_outputs(name: str, output: Any) -> tuple[list[Tensor], Any]:
    leaves, structure = trees.flatten(output)
    for each in leaves:
        if not isinstance(each, Tensor):
            raise RuntimeError(f"{name}: Expected output of f to only contain Tensors, got {type(each)}")
    return leaves, structure


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """Return what a function gives, and a function from weights of its outputs to gradients of its inputs."""
    with enable_grad():
        inputs = _Inputs(primals, tuple(range(len(primals))))
        output, further = _with_auxiliary("vjp(f, *primals)", func(*inputs.args), has_aux)
        outputs, structure = _check_outputs("vjp(f, *primals)", output)
        for each in outputs:
            if not (each.dtype.is_floating_point or each.dtype.is_complex):
                raise RuntimeError(
                    "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                    f"{each.dtype}"
                )

    def back(*cotangents: Any) -> Any:
        given = cotangents[0] if len(cotangents) == 1 else cotangents
        weights, found = trees.flatten(given)
        if found != structure:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. "
                f"cotangents: {trees.shown(found)}, primal output: {trees.shown(structure)}"
            )
        with enable_grad():
            return _all_settled(inputs.shaped(_slopes(outputs, inputs.own, weights)), inputs.own)

    results = _all_settled(output, inputs.own)
    return (results, back, _all_settled(further, inputs.own)) if has_aux else (results, back)


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> Any:
    """Return what a function gives, and its change along a direction: the derivative of `vjp` by its weights."""
    name = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{name}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    directions, wanted = trees.flatten(tangents)
    if wanted != trees.flatten(primals)[1]:
        raise RuntimeError(
            f"{name}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple "
            f"of 3 tensors, tangents also must be. Got primals with structure {trees.shown(trees.flatten(primals)[1])} and "
            f"tangents with structure {trees.shown(wanted)}"
        )
    with enable_grad():
        inputs = _Inputs(primals, tuple(range(len(primals))))
        output, further = _with_auxiliary(name, func(*inputs.args), has_aux)
        outputs, structure = _check_outputs(name, output)
        seeds = [_zeros_like(each).requires_grad_() for each in outputs]
        slopes = _slopes(outputs, inputs.own, seeds)
        found = _slopes(slopes, seeds, directions)
        own = [*inputs.own, *seeds]
        results = _all_settled((output, trees.unflatten(found, structure), further), own)
    return results if has_aux else results[:2]


# ---- Jacobians -----------------------------------------------------------------------------------------------------


def jacrev(
    func: Callable[..., Any],
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """Return a function that gives the derivatives of each output element by each input element."""
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with enable_grad():
            inputs = _Inputs(args, argnums)
            output, further = _with_auxiliary("jacrev(f)(*args)", func(*inputs.args, **kwargs), has_aux)
            outputs, structure = _check_outputs("jacrev(f)(*args)", output)
            rows = [inputs.shaped(_jacobian_of(each, inputs.own)) for each in outputs]
            found, further = _all_settled((rows, further), inputs.own)
            result = trees.unflatten(found, structure)
        return (result, further) if has_aux else result

    return call


def _jacobian_of(output: Tensor, inputs: Sequence[Tensor]) -> list[Tensor]:
    flat = output.reshape(-1)
    rows = [_slopes([flat[at]], inputs, None) for at in range(output._array.size)]
    found = []
    for at, each in enumerate(inputs):
        shape = (*output._array.shape, *each._array.shape)
        joined = _stack([row[at] for row in rows]) if rows else flat.unsqueeze(-1) * each.reshape(1, -1)
        found.append(joined.view(shape))
    return found


def jacfwd(
    func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """Return a function that gives the derivatives of each output element by each input element.

    torch goes forwards; the values are those of `jacrev`.
    """
    return jacrev(func, argnums, has_aux=has_aux)


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """Return a function that gives the second derivatives of a function."""
    return jacfwd(jacrev(func, argnums), argnums)


# ---- for each of a batch -------------------------------------------------------------------------------------------


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Return a function that calls `func` for each place along a dimension of its inputs, and joins what comes out."""

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        name = getattr(func, "__name__", repr(func))
        leaves, structure = trees.flatten(args)
        dims = _mapped(name, in_dims, args, leaves, structure)
        sizes = [each.size(dim) for each, dim in zip(leaves, dims, strict=True) if dim is not None]
        if not sizes:
            raise ValueError("vmap: Expected at least one Tensor to vmap over")
        if any(size != sizes[0] for size in sizes):
            raise ValueError(
                "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
                f"{sizes} for the mapped dimension"
            )
        if not sizes[0]:  # one place of zeros tells what comes out
            leaves = [
                each if dim is None else _one_place(each, dim) for each, dim in zip(leaves, dims, strict=True)
            ]
        results = []
        for at in range(max(sizes[0], 1)):
            given = [
                each if dim is None else each.select(dim, at) for each, dim in zip(leaves, dims, strict=True)
            ]
            results.append(func(*trees.unflatten(given, structure), **kwargs))
        return _joined(name, results, out_dims, not sizes[0])

    return call


def _mapped(name: str, in_dims: Any, args: tuple[Any, ...], leaves: list[Any], structure: Any) -> list[Any]:
    """Return for each leaf of the arguments along which dimension it is mapped; None for the same one each time."""
    start = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, int | tuple):
        raise ValueError(
            f"{start}expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, got: "
            f"{type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    dims = trees.broadcast(in_dims, structure)
    if dims is None:
        raise ValueError(
            f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{trees.shown(trees.flatten(in_dims)[1])} but inputs has structure {trees.shown(structure)}."
        )
    for leaf, dim in zip(leaves, dims, strict=True):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(leaf, Tensor):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -leaf.dim() <= dim < leaf.dim():
            raise ValueError(
                f"{start}Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {leaf.dim()} so "
                f"expected in_dim to satisfy -{leaf.dim()} <= in_dim < {leaf.dim()}."
            )
    return dims


def _one_place(value: Tensor, dim: int) -> Tensor:
    """Return one place of zeros where there is none, so that what is computed with it has a history."""
    zeros: Tensor = value.sum(dim, keepdim=True, dtype=value.dtype)
    return zeros


def _joined(name: str, results: list[Any], out_dims: Any, empty: bool) -> Any:
    """Stack what each call returned, leaf by leaf; nothing of it where there was no place to call for."""
    rows = [trees.flatten(each)[0] for each in results]
    structure = trees.flatten(results[0])[1]
    dims = trees.broadcast(out_dims, structure)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. "
            f"out_dims has structure {trees.shown(trees.flatten(out_dims)[1])} but outputs has structure "
            f"{trees.shown(structure)}."
        )
    joined = []
    for at, dim in enumerate(dims):
        parts = [row[at] for row in rows]
        if dim is None:
            joined.append(parts[0])
            continue
        if not isinstance(parts[0], Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(parts[0])}. Did you mean to set "
                "out_dims= to None for output?"
            )
        stacked = _stack(parts, dim)
        joined.append(stacked.narrow(dim, 0, 0).clone() if empty else stacked)
    return trees.unflatten(joined, structure)


# ---- modules as functions ------------------------------------------------------------------------------------------


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other tensors in place of its parameters and buffers, which it has again afterwards."""
    given = parameter_and_buffer_dicts
    if isinstance(given, list | tuple):
        repeated = [
            key for at, each in enumerate(given) for key in each if any(key in other for other in given[:at])
        ]
        if repeated:
            raise ValueError(
                f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous"
            )
        given = {key: value for each in given for key, value in each.items()}
    if not isinstance(given, dict):
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(given)}"
        )
    own = dict(
        [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    )
    if strict:
        _check_names(module, given, own)
    if tie_weights:
        given = _tied(given, own)
    places = {name: _place(module, name) for name in given if name in own}
    before = {name: table[key] for name, (table, key) in places.items()}
    call = () if args is None else args if isinstance(args, tuple) else (args,)
    try:
        for name, (table, key) in places.items():
            table[key] = given[name]
        return module(*call, **(kwargs or {}))
    finally:
        for name, (table, key) in places.items():
            table[key] = before[name]


def _check_names(module: Any, given: dict[str, Any], own: dict[str, Any]) -> None:
    unexpected, missing = [key for key in given if key not in own], [key for key in own if key not in given]
    parts = [
        f"\n\t{title} key(s): {', '.join(f'{key!r}' for key in keys)}."
        for title, keys in (("Unexpected", unexpected), ("Missing", missing))
        if keys
    ]
    if parts:
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:{''.join(parts)}")


def _tied(given: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Let a tensor that a module has under several names be replaced under all of them."""
    replaced = {id(own[name]): value for name, value in given.items() if name in own}
    return {**{name: replaced[id(each)] for name, each in own.items() if id(each) in replaced}, **given}


def _place(module: Any, name: str) -> tuple[dict[str, Any], str]:
    """Return the table of a module that a parameter or buffer stands in, and its name there."""
    path, _, key = name.rpartition(".")
    for part in path.split(".") if path else ():
        module = module._modules[part]
    table: dict[str, Any] = module._parameters if key in module._parameters else module._buffers
    return table, key


__getattr__ = nothing_else("torch.func")
