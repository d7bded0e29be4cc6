"""The tensor: an array, its place in the graph, and the properties that do not compute anything.

The operations are in `ops`; `ops.bind` makes them methods of this class. Other modules make tensors with
`wrap(array)`, which takes the array as it is: no copy, no check, no history.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import dtypes
from .backend import Array, ndarray
from .c_names import refuse_arguments
from .grad_mode import mode
from .size import Size
from .size import of as size_of

if TYPE_CHECKING:
    from .graph import Node
    from .hooks import RemovableHandle

__all__ = ["ReadOnly", "Tensor", "View", "new", "wrap"]

new = object.__new__

GRAD_OF_NON_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
    "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
    "the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)

NOT_LEAF = "you can only change requires_grad flags of leaf variables."
NOT_LEAF_OFF = (
    " If you want to use a computed variable in a subgraph that doesn't require differentiation use "
    "var_no_grad = var.detach()."
)
ONLY_FLOATING_OR_COMPLEX = "only Tensors of floating point and complex dtype can require gradients"
ONLY_FLOATING = "only Tensors of floating point dtype can require gradients"


class View:
    """What a view knows: its base, how it was made, and the version of the base that its `grad_fn` belongs to.

    `origin` names the circumstances that forbid changing the view in place: "no_grad", "inference_mode", "multi" or
    "function" (see `views.refuse_view`); None allows it.
    """

    __slots__ = ("base", "origin", "version")

    base: Tensor
    origin: str | None
    version: int
    path: Any = None  # see `views.SeenOtherwise`


class ReadOnly(property):
    """A property that is refused in torch's words when it is set."""

    def __init__(self, getter: Callable[[Any], Any], name: str | None = None) -> None:
        super().__init__(getter)
        self.name = name or getter.__name__

    def __set__(self, instance: Any, value: Any) -> None:
        raise AttributeError(f"attribute '{self.name}' of 'torch._C.TensorBase' objects is not writable")

    def __delete__(self, instance: Any) -> None:
        self.__set__(instance, None)


if TYPE_CHECKING:
    _ReadOnly = property
else:
    _ReadOnly = ReadOnly


class Tensor:
    """An n-dimensional array that can remember how it was computed.

    The five slots are set for each new tensor; what few tensors have is a class attribute until it is needed.
    `_counter` is the version counter, a list of one number shared by all tensors over the same memory: the
    cheapest cell there is. None stands for a counter of 0 that nobody shares yet.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_array",
        "_counter",
        "_node",
        "_output_nr",
        "_requires_grad",
        "_view",
    )
    __module__ = "torch"

    _array: Array
    _node: Node | None
    _output_nr: int
    _counter: list[int] | None
    _view: View | None
    _requires_grad: bool

    _grad: Tensor | None = None
    _accumulator: weakref.ref[Any] | None = None
    _leaf_hooks: Any = None  # hooks of a leaf: they stay while the AccumulateGrad nodes come and go
    _grad_dtype: Any = (
        False  # which dtype `.grad` may have: this tensor's own (False), another, or any (None)
    )
    _retains_grad = False
    _inference = False
    __array_priority__ = 1000  # NumPy scalars leave the operation to us

    if TYPE_CHECKING:  # what `ops` binds to this class
        T: Any
        mT: Any  # noqa: N815 - torch's name
        data: Any
        _where: Any

        def __getattr__(self, name: str) -> Any: ...
        def __add__(self, other: Any) -> Any: ...
        def __radd__(self, other: Any) -> Any: ...
        def __sub__(self, other: Any) -> Any: ...
        def __rsub__(self, other: Any) -> Any: ...
        def __mul__(self, other: Any) -> Any: ...
        def __rmul__(self, other: Any) -> Any: ...
        def __truediv__(self, other: Any) -> Any: ...
        def __rtruediv__(self, other: Any) -> Any: ...
        def __floordiv__(self, other: Any) -> Any: ...
        def __mod__(self, other: Any) -> Any: ...
        def __pow__(self, other: Any) -> Any: ...
        def __rpow__(self, other: Any) -> Any: ...
        def __matmul__(self, other: Any) -> Any: ...
        def __and__(self, other: Any) -> Any: ...
        def __or__(self, other: Any) -> Any: ...
        def __xor__(self, other: Any) -> Any: ...
        def __lshift__(self, other: Any) -> Any: ...
        def __rshift__(self, other: Any) -> Any: ...
        def __lt__(self, other: Any) -> Any: ...
        def __le__(self, other: Any) -> Any: ...
        def __gt__(self, other: Any) -> Any: ...
        def __ge__(self, other: Any) -> Any: ...
        def __iadd__(self, other: Any) -> Any: ...
        def __isub__(self, other: Any) -> Any: ...
        def __imul__(self, other: Any) -> Any: ...
        def __itruediv__(self, other: Any) -> Any: ...
        def __getitem__(self, other: Any) -> Any: ...
        def __contains__(self, other: Any) -> Any: ...
        def __neg__(self) -> Any: ...
        def __invert__(self) -> Any: ...
        def __abs__(self) -> Any: ...
        def __setitem__(self, key: Any, value: Any) -> None: ...
        def __float__(self) -> float: ...
        def __int__(self) -> int: ...
        def __bool__(self) -> bool: ...
        def __eq__(self, other: object) -> Any: ...
        def __ne__(self, other: object) -> Any: ...

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a float32 tensor from sizes or data, the old way: `Tensor(2, 3)`, `Tensor([1, 2])`."""
        from .construction import legacy_constructor

        return legacy_constructor(cls, *args, **kwargs)

    # ---- what it looks like ------------------------------------------------------------------------------------

    @_ReadOnly
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.of(self._array.dtype)

    @_ReadOnly
    def shape(self) -> Size:
        """The sizes, a tuple with methods."""
        return size_of(self._array.shape)

    @_ReadOnly
    def ndim(self) -> int:
        """The number of dimensions."""
        ndim: int = self._array.ndim
        return ndim

    @_ReadOnly
    def itemsize(self) -> int:
        """The size of an element in bytes."""
        return int(self._array.itemsize)

    @_ReadOnly
    def nbytes(self) -> int:
        """The size of all elements in bytes."""
        return int(self._array.nbytes)

    is_meta = is_sparse = is_quantized = is_mkldnn = False

    @_ReadOnly
    def device(self) -> Any:
        """Where the elements are."""
        from .device import device_of

        return device_of(self._array)

    @_ReadOnly
    def is_cuda(self) -> bool:
        """Whether the elements are on a GPU."""
        return type(self._array) is not ndarray and self.device.type == "cuda"

    def get_device(self, *args: Any, **named: Any) -> int:
        """Return the number of the GPU that the elements are on, -1 for the CPU."""
        refuse_arguments("Tensor.get_device", args, named)
        where = self.device
        return -1 if where.type == "cpu" else int(where.index)

    @_ReadOnly
    def layout(self) -> Any:
        """How the elements are kept: `torch.strided`."""
        from .layouts import strided

        return strided

    @_ReadOnly
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return not self.requires_grad or self.grad_fn is None

    @_ReadOnly
    def output_nr(self) -> int:
        """Which output of its `grad_fn` this is."""
        return self._output_nr

    @_ReadOnly
    def _version(self) -> int:
        if self._inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return 0 if self._counter is None else self._counter[0]

    def _share_counter(self) -> list[int]:
        """Return the version counter as something that can be shared."""
        if self._counter is None:
            self._counter = [0]
        return self._counter

    @_ReadOnly
    def _base(self) -> Tensor | None:
        return None if self._view is None else self._view.base

    def _is_view(self) -> bool:
        return self._view is not None

    def is_inference(self) -> bool:
        """Return whether the tensor was made in inference mode."""
        return self._inference

    @property
    def real(self) -> Any:
        """The real part, a view; a real tensor itself."""
        from .ops.complex import real

        return real(self)

    @real.setter
    def real(self, value: Any) -> None:
        from .ops.indexing import as_assigned

        self.real.copy_(as_assigned(self, value))

    @property
    def imag(self) -> Any:
        """The imaginary part, a view."""
        from .ops.complex import imag

        return imag(self)

    @imag.setter
    def imag(self, value: Any) -> None:
        from .ops.indexing import as_assigned

        self.imag.copy_(as_assigned(self, value))

    @_ReadOnly
    def H(self) -> Any:  # noqa: N802 - torch's name
        """A matrix transposed and conjugated."""
        from .ops.complex import hermitian

        return hermitian(self)

    @_ReadOnly
    def mH(self) -> Any:  # noqa: N802
        """The last two dimensions swapped, and conjugated."""
        from .ops.complex import adjoint_of

        return adjoint_of(self)

    # ---- its place in the graph --------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded; a view also requires grad where its base does."""
        return self._requires_grad or (self._view is not None and self._view.base._requires_grad)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if type(value) is not bool:
            raise RuntimeError("requires_grad must be a bool")
        self._check_requires_grad(value, "set")
        self._requires_grad = value

    @requires_grad.deleter
    def requires_grad(self) -> None:
        raise RuntimeError("requires_grad must be a bool")

    def requires_grad_(self, *args: Any, **named: Any) -> Tensor:
        """Say whether operations on this leaf are to be recorded (unless False is given, they are); return it."""
        requires_grad = True
        if args or named:
            from ._signatures import bind

            requires_grad = bind("Tensor.requires_grad_", args, named)[1]["requires_grad"]
        self._check_requires_grad(requires_grad, "method")
        if self._node is None:
            self._requires_grad = requires_grad
        return self

    def _check_requires_grad(self, value: bool, how: str) -> None:
        if self._inference and value and not mode.inference:
            raise RuntimeError(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
            )
        if self.grad_fn is not None and (how == "set" or not value):
            raise RuntimeError(NOT_LEAF + ("" if value else NOT_LEAF_OFF))
        if value and self._array.dtype.kind not in "fc":
            raise RuntimeError(ONLY_FLOATING if how == "method" else ONLY_FLOATING_OR_COMPLEX)

    @_ReadOnly
    def grad_fn(self) -> Node | None:
        """The node of the operation that made this tensor, None for a leaf.

        A view whose base was changed in place since gets a new one, which takes its part of the base.
        """
        view = self._view
        if view is not None and self._share_counter()[0] != view.version and not self._inference:
            from .views import regenerate

            regenerate(self, view)
        return self._node

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward has added up so far; None before the first."""
        if self._grad is None and self._node is not None and not self._retains_grad:
            warnings.warn(GRAD_OF_NON_LEAF, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            from .accumulate import check_assigned

            check_assigned(self, value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def grad_dtype(self) -> dtypes.dtype | None:
        """The dtype that the gradient of this leaf is brought into; None lets it be any."""
        from .accumulate import dtype_of_grad

        return dtype_of_grad(self)

    @grad_dtype.setter
    def grad_dtype(self, value: dtypes.dtype | None) -> None:
        from .accumulate import set_dtype_of_grad

        set_dtype_of_grad(self, value)

    @_ReadOnly
    def retains_grad(self) -> bool:
        """Whether a non-leaf keeps its gradient."""
        return self._retains_grad

    @_ReadOnly
    def _backward_hooks(self) -> dict[int, Any] | None:
        if self._node is None:
            return None if self._leaf_hooks is None else self._leaf_hooks.pre
        hooks = self._node.hooks
        return None if hooks is None else hooks.tensor.get(self._output_nr)

    def retain_grad(self) -> None:
        """Keep the gradient of this non-leaf in `.grad`; a leaf always does."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self._node is None or self._retains_grad:
            return
        from .hooks import hooks_of

        self._retains_grad = True
        hooks_of(self._node).retain[self._output_nr] = weakref.ref(self)

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad)` with each gradient of this tensor; what it returns (unless None) replaces it."""
        from .hooks import Hooks, hooks_of, register

        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self._node is None:
            if self._leaf_hooks is None:
                self._leaf_hooks = Hooks()
            return register(self._leaf_hooks.pre, hook)
        return register(hooks_of(self._node).tensor.setdefault(self._output_nr, {}), hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(tensor)` after each addition to this leaf's `.grad`."""
        from .hooks import Hooks, register

        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        if self._leaf_hooks is None:
            self._leaf_hooks = Hooks()
        return register(self._leaf_hooks.post, hook)

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add the derivative of this tensor, times `gradient`, to `.grad` of the leaves (or `inputs`) behind it.

        Saved values are released on the way unless `retain_graph`; `create_graph` records the pass itself.
        """
        from .autograd import backward

        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    # ---- Python's protocols ------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        """Return the text that torch prints."""
        from ._printing import tensor_str

        return tensor_str(self)

    def __hash__(self) -> int:
        return id(self)

    def __len__(self) -> int:
        if self._array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        size: int = self._array.shape[0]
        return size

    def __iter__(self) -> Iterator[Tensor]:
        if self._array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __reversed__(self) -> Tensor:
        reverse: Tensor = self.flip(0) if self._array.ndim else self
        return reverse


def wrap(array: Array, kind: type[Tensor] = Tensor) -> Tensor:
    """Make a tensor over `array` itself: no copy, no check, not requiring grad."""
    tensor: Tensor = new(kind)
    tensor._array = array
    tensor._output_nr = 0
    tensor._counter = tensor._view = tensor._node = None
    tensor._requires_grad = False
    if mode.inference:
        tensor._inference = True
    return tensor
