"""Printing. The recorded texts stand in `facts/reprs.json`; here are the rules and their options."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refgrad as torch


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_all_elements_of_a_row_are_equally_wide(values: list[float]) -> None:
    text = repr(torch.tensor(values))
    parts = text.removeprefix("tensor([").removesuffix("])").replace("\n       ", "").split(", ")
    if any(values):
        assert (
            len(
                {
                    len(part.removeprefix(" ") if index and part[0] == " " else part)
                    for index, part in enumerate(parts)
                }
            )
            <= 2
        )
    assert len(parts) == len(values)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=8))
def test_integers_are_aligned_to_the_right(values: list[int]) -> None:
    width = max(len(str(value)) for value in values)
    text = repr(torch.tensor(values)).replace("\n       ", "")
    assert text == "tensor([" + ", ".join(str(value).rjust(width) for value in values) + "])"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1.0, 2.0], "tensor([1., 2.])"),
        ([1.0, 2.5], "tensor([1.0000, 2.5000])"),
        ([1e-5, 1.0], "tensor([1.0000e-05, 1.0000e+00])"),
        ([0.5, 1001.0], "tensor([5.0000e-01, 1.0010e+03])"),
        ([float("nan"), 1.0, -float("inf")], "tensor([nan, 1., -inf])"),
        ([], "tensor([])"),
        (3.0, "tensor(3.)"),
    ],
)
def test_finite_numbers_choose_the_notation(values: Any, text: str) -> None:
    assert repr(torch.tensor(values)) == text


def test_more_than_the_threshold_is_summarised() -> None:
    assert repr(torch.arange(1001)) == "tensor([   0,    1,    2,  ...,  998,  999, 1000])"
    assert "..." not in repr(torch.arange(1000))


def test_suffixes_name_what_the_text_does_not_show() -> None:
    assert repr(torch.empty(0, 3, dtype=torch.int64)) == "tensor([], size=(0, 3), dtype=torch.int64)"
    leaf = torch.ones(1, dtype=torch.float64, requires_grad=True)
    assert repr(leaf) == "tensor([1.], dtype=torch.float64, requires_grad=True)"
    assert repr(leaf * 2) == "tensor([2.], dtype=torch.float64, grad_fn=<MulBackward0>)"
    torch.set_default_dtype(torch.float64)
    assert repr(torch.ones(1)) == "tensor([1.])"


def test_a_suffix_that_does_not_fit_goes_to_the_next_line() -> None:
    text = repr(torch.arange(18.0, requires_grad=True).reshape(1, 18).mul(1000.5))
    assert text.splitlines()[-1] == "       grad_fn=<MulBackward0>)"


def test_options_change_the_text_and_a_profile_takes_them_back() -> None:
    values = torch.tensor([1.23456, 1000.0])
    torch.set_printoptions(precision=2, sci_mode=True)
    assert repr(values) == "tensor([1.23e+00, 1.00e+03])"
    torch.set_printoptions(precision=1)
    assert repr(values) == "tensor([   1.2, 1000.0])"
    torch.set_printoptions(threshold=1, edgeitems=1)
    assert repr(torch.arange(5)) == "tensor([0,  ..., 4])"
    torch.set_printoptions(edgeitems=0)
    assert repr(torch.arange(5)) == "tensor([...], size=(5,))"
    torch.set_printoptions(profile="default")
    assert repr(values) == "tensor([   1.2346, 1000.0000])"


def test_options_hold_only_inside_their_block() -> None:
    before = torch.get_printoptions()
    with torch.printoptions(precision=1):
        assert repr(torch.tensor(1.26)) == "tensor(1.3)"
    assert torch.get_printoptions() == before


def test_format_writes_a_single_number_as_a_number() -> None:
    assert f"{torch.tensor(1.5)}" == "1.5"
    assert f"{torch.tensor(1.5):.3f}" == "1.500"
    assert f"{torch.ones(1)}" == "tensor([1.])"
    with pytest.raises(TypeError, match=r"^unsupported format string passed to Tensor\.__format__$"):
        format(torch.ones(2), ".3f")


def test_a_large_tensor_prints_without_being_read() -> None:
    large = torch.from_numpy(np.zeros((3000, 3000), np.float32))
    repr(large)
    started = time.perf_counter()
    repr(large)
    assert time.perf_counter() - started < 0.05
