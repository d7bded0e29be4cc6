"""`torch.Size` is a tuple that stays a Size."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refgrad as torch

sizes = st.lists(st.integers(0, 1000), max_size=5).map(tuple)


@given(sizes)
def test_a_size_is_equal_to_its_tuple_and_hashes_alike(size: tuple[int, ...]) -> None:
    assert torch.Size(size) == size
    assert hash(torch.Size(size)) == hash(size)
    assert repr(torch.Size(size)) == f"torch.Size({list(size)})"


@given(sizes, sizes)
def test_slices_sums_and_multiples_are_sizes(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    for made, plain in (
        (torch.Size(a) + b, a + b),
        (a + torch.Size(b), a + b),
        (torch.Size(a)[1:], a[1:]),
        (torch.Size(a)[::-1], a[::-1]),
        (torch.Size(a) * 2, a * 2),
        (2 * torch.Size(a), 2 * a),
        (copy.deepcopy(torch.Size(a)), a),
        (pickle.loads(pickle.dumps(torch.Size(a))), a),
    ):
        assert type(made) is torch.Size
        assert made == plain


@given(sizes)
def test_numel_is_the_product(size: tuple[int, ...]) -> None:
    assert torch.Size(size).numel() == math.prod(size)


def test_numel_wraps_at_64_bits_as_in_torch() -> None:
    assert torch.Size((2**40, 2**40)).numel() == 0


def test_integers_of_numpy_and_tensors_are_sizes_too() -> None:
    assert torch.Size([np.int64(3), torch.tensor(2), True]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ([1.5], r"^torch\.Size\(\) takes an iterable of 'int' \(item 0 is 'float'\)$"),
        ([1, "a"], r"^torch\.Size\(\) takes an iterable of 'int' \(item 1 is 'str'\)$"),
        ([np.float64(3)], r"\(item 0 is 'numpy\.float64'\)$"),
        (3, r"^'int' object is not iterable$"),
    ],
)
def test_what_is_no_integer_is_refused(wrong: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        torch.Size(wrong)


def test_wrong_ways_to_join_and_multiply_are_refused() -> None:
    size = torch.Size((2, 3))
    with pytest.raises(TypeError, match=r"^can only concatenate tuple \(not list\) to torch\.Size$"):
        _ = size + [1]  # noqa: RUF005 - joining is what is tested
    with pytest.raises(TypeError, match=r"item 2 is 'float'"):
        _ = size + (1.5,)  # noqa: RUF005
    with pytest.raises(TypeError, match=r"^can't multiply sequence by non-int of type 'float'$"):
        _ = size * 1.5
    with pytest.raises(TypeError, match=r"^tuple expected at most 1 argument, got 2$"):
        torch.Size([1], [2])
    with pytest.raises(TypeError, match=r"^tuple\(\) takes no keyword arguments$"):
        torch.Size(sizes=[1])


def test_a_size_beyond_64_bits_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^Overflow when unpacking long long$"):
        torch.Size([2**70])
