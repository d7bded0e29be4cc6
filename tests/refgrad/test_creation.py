"""Tensors from data and of given sizes. The many recorded texts stand in `facts/`; here are the laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refgrad as torch

leaves = st.one_of(st.integers(-(2**31), 2**31), st.floats(allow_nan=False), st.booleans())


def _nested(depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return leaves
    return st.integers(1, 3).flatmap(lambda n: st.lists(_nested(depth - 1), min_size=n, max_size=n))


@given(st.lists(leaves, min_size=1, max_size=5))
def test_the_highest_kind_among_the_numbers_decides(values: list[Any]) -> None:
    found = torch.tensor(values).dtype
    kinds = set(map(type, values))
    assert found is (torch.float32 if float in kinds else torch.int64 if int in kinds else torch.bool)


@given(st.integers(0, 3), st.integers(1, 3), st.integers(1, 3))
def test_nested_lists_come_back_as_they_went_in(a: int, b: int, c: int) -> None:
    data = np.arange(a * b * c).reshape(a, b, c).tolist()
    if a:
        assert torch.tensor(data).tolist() == data
    assert torch.tensor(np.arange(a * b * c).reshape(a, b, c)).shape == (a, b, c)


def test_a_tensor_of_an_array_is_a_copy_and_from_numpy_is_not() -> None:
    array = np.zeros(3)
    copied, shared, also_shared = torch.tensor(array), torch.from_numpy(array), torch.as_tensor(array)
    array[0] = 1
    assert copied.tolist() == [0, 0, 0]
    assert shared.tolist() == also_shared.tolist() == [1, 0, 0]


def test_as_tensor_returns_a_fitting_tensor_itself() -> None:
    given_tensor = torch.ones(2)
    assert torch.as_tensor(given_tensor) is given_tensor
    assert torch.as_tensor(given_tensor, dtype=torch.float64).dtype is torch.float64


def test_copying_a_tensor_with_tensor_warns() -> None:
    with pytest.warns(UserWarning, match=r"rather than torch\.tensor\(sourceTensor\)\.$"):
        torch.tensor(torch.ones(2))
    with pytest.warns(UserWarning, match=r"rather than tensor\.new_tensor\(sourceTensor\)\.$"):
        torch.ones(1).new_tensor(torch.ones(2))


def test_a_list_of_arrays_warns_once() -> None:
    with pytest.warns(
        UserWarning, match=r"^Creating a tensor from a list of numpy\.ndarrays is extremely slow"
    ):
        torch.tensor([np.ones(2), np.ones(2)])
    torch.tensor([np.ones(2), np.ones(2)])


def test_memory_that_must_not_be_written_warns() -> None:
    array = np.ones(2)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match=r"^The given NumPy array is not writable"):
        torch.from_numpy(array)


@given(st.lists(st.integers(0, 4), max_size=4), st.sampled_from(["zeros", "ones"]))
def test_sizes_may_be_given_one_by_one_or_together(size: list[int], name: str) -> None:
    make = getattr(torch, name)
    together = make(size)
    assert together.shape == tuple(size)
    assert together.dtype is torch.float32
    assert (together == (name == "ones")).all()
    if size:
        assert make(*size).shape == tuple(size)
    assert make(torch.Size(size), dtype=torch.int8).dtype is torch.int8


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like", "rand_like", "randn_like"])
def test_what_is_like_a_tensor_keeps_its_layout(name: str) -> None:
    base = torch.arange(24.0).reshape(2, 3, 4)
    make = getattr(torch, name)
    assert make(base.permute(2, 0, 1)).stride() == (1, 12, 4)
    assert make(base.permute(2, 0, 1)[::2]).stride() == (1, 6, 2)
    assert make(base[:, :1].expand(2, 3, 4)).stride() == (12, 4, 1)
    assert make(base.permute(2, 0, 1), memory_format=torch.contiguous_format).stride() == (6, 3, 1)


def test_like_and_new_tensors_do_not_inherit_requires_grad() -> None:
    leaf = torch.ones(2, requires_grad=True)
    for made in (torch.zeros_like(leaf), leaf.new_zeros(2), leaf.new_tensor([1.0]), torch.full_like(leaf, 2)):
        assert not made.requires_grad
    assert torch.zeros_like(leaf, requires_grad=True).is_leaf


def test_only_floating_point_tensors_can_require_gradients() -> None:
    text = "^Only Tensors of floating point and complex dtype can require gradients$"
    for make in (
        lambda: torch.tensor([1], requires_grad=True),
        lambda: torch.ones(2, dtype=torch.bool, requires_grad=True),
        lambda: torch.arange(3, requires_grad=True),
        lambda: torch.full((2,), 3, requires_grad=True),
        lambda: torch.zeros_like(torch.tensor([1]), requires_grad=True),
    ):
        with pytest.raises(RuntimeError, match=text):
            make()


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-7, 7).filter(bool))
def test_arange_of_integers_is_range(start: int, end: int, step: int) -> None:
    if (end - start) * step < 0:
        with pytest.raises(RuntimeError, match=r"^upper bound and lower bound inconsistent with step sign$"):
            torch.arange(start, end, step)
    else:
        assert torch.arange(start, end, step).tolist() == list(range(start, end, step))


@given(st.floats(-10, 10), st.floats(-10, 10), st.integers(2, 50))
def test_linspace_begins_and_ends_where_it_should(start: float, end: float, steps: int) -> None:
    row = torch.linspace(start, end, steps, dtype=torch.float64)
    assert row.shape == (steps,)
    assert (row[0].item(), row[-1].item()) == (start, end)


def test_the_old_constructors_have_one_dtype_and_recognise_it() -> None:
    for name, kind in (
        ("FloatTensor", torch.float32),
        ("IntTensor", torch.int32),
        ("BoolTensor", torch.bool),
    ):
        made = getattr(torch, name)([1, 0])
        assert made.dtype is kind
        assert type(made) is torch.Tensor
        assert isinstance(made, getattr(torch, name))
    assert not isinstance(torch.ones(1), torch.IntTensor)
    with pytest.raises(TypeError, match=r"^expected TensorOptions\(dtype=int, "):
        torch.IntTensor(torch.ones(2))


def test_tensor_takes_sizes_sequences_and_tensors() -> None:
    assert torch.Tensor(2, 3).shape == (2, 3)
    assert torch.Tensor([2, 3]).tolist() == [2.0, 3.0]
    assert torch.Tensor(torch.Size([2, 3])).shape == (2, 3)
    source = torch.ones(2)
    torch.Tensor(source).zero_()
    assert source.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (
            lambda: torch.tensor([[1], [1, 2]]),
            ValueError,
            r"^expected sequence of length 1 at dim 1 \(got 2\)$",
        ),
        (lambda: torch.tensor(["a"]), ValueError, "^too many dimensions 'str'$"),
        (lambda: torch.tensor("a"), TypeError, r"^new\(\): invalid data type 'str'$"),
        (lambda: torch.tensor(None), RuntimeError, "^Could not infer dtype of NoneType$"),
        (lambda: torch.tensor([1, [2]]), TypeError, "^'list' object cannot be interpreted as an integer$"),
        (lambda: torch.tensor([1.5, [2]]), TypeError, "^must be real number, not list$"),
        (lambda: torch.tensor([[1], 2]), TypeError, "^not a sequence$"),
        (lambda: torch.tensor(2**63), ValueError, "^Overflow when unpacking long long$"),
        (lambda: torch.tensor(300, dtype=torch.uint8), RuntimeError, "type uint8 without overflow$"),
        (lambda: torch.full((1,), 1e300), RuntimeError, "type float without overflow$"),
        (lambda: torch.full((1,), -(2**70)), OverflowError, "^can't convert negative int to unsigned$"),
        (lambda: torch.zeros(-1), RuntimeError, r"^zeros: Dimension size must be non-negative\.$"),
        (lambda: torch.ones(2, -3), RuntimeError, r"negative dimension -3: \[2, -3\]$"),
        (lambda: torch.zeros(2**40, 2**40), RuntimeError, "^Storage size calculation overflowed with sizes="),
        (lambda: torch.zeros(2, device="moon"), RuntimeError, "device string: moon$"),
        (lambda: torch.zeros(2, pin_memory=True), RuntimeError, "^pin_memory=True requires a CUDA"),
        (lambda: torch.arange(0, 5, 0), RuntimeError, "^step must be nonzero$"),
        (lambda: torch.arange(float("inf")), RuntimeError, "^unsupported range: 0 -> inf$"),
        (lambda: torch.linspace(0, 1, -1), RuntimeError, "^number of steps must be non-negative$"),
        (lambda: torch.eye(-1), RuntimeError, "^n must be greater or equal to 0, got -1$"),
        (lambda: torch.from_numpy([1]), TypeError, r"^expected np\.ndarray \(got list\)$"),
        (
            lambda: torch.from_numpy(np.arange(3)[::-1]),
            ValueError,
            "^At least one stride in the given numpy array",
        ),
        (
            lambda: torch.from_numpy(np.array(["a"])),
            TypeError,
            r"^can't convert np\.ndarray of type numpy\.str_\.",
        ),
        (
            lambda: torch.from_numpy(np.ones(1, ">f4")),
            ValueError,
            "^given numpy array has byte order different",
        ),
    ],
)
def test_what_cannot_be_made_is_explained(make: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        make()


def test_out_is_resized_and_counts_a_change() -> None:
    out = torch.ones(5)
    assert torch.zeros(2, out=out) is out
    assert (out.tolist(), out._version) == ([0, 0], 1)
    with pytest.raises(RuntimeError, match=r"^dtype Double does not match dtype of out parameter \(Float\)$"):
        torch.zeros(2, dtype=torch.float64, out=out)


def test_a_call_that_fits_several_overloads_badly_lists_them() -> None:
    with pytest.raises(TypeError) as caught:
        torch.Tensor([1.0], requires_grad=True)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(
        "new() received an invalid combination of arguments - got (list, requires_grad=bool)"
    )
    assert lines[2].strip() == "didn't match because some of the keywords were incorrect: requires_grad"
    assert lines[-1] == " * (object data, *, torch.device device = None)"
