"""Element types: names, promotion by category, casting, limits, the default."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refgrad as torch
from refgrad import dtypes

NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
kinds = st.sampled_from([getattr(torch, name) for name in NAMES])


def whole(kind: dtypes.dtype) -> bool:
    return not (kind.is_floating_point or kind.is_complex)


def test_a_dtype_prints_as_torch_names_it_and_its_aliases_are_itself() -> None:
    assert [repr(kind) for kind in (torch.float, torch.double, torch.half)] == [
        "torch.float32",
        "torch.float64",
        "torch.float16",
    ]
    assert torch.long is torch.int64
    assert torch.int is torch.int32
    assert torch.short is torch.int16
    assert repr(type(torch.float32)) == "<class 'torch.dtype'>"


def test_a_dtype_shows_what_torch_shows_of_it_and_nothing_else() -> None:
    shown = {name for name in dir(torch.float32) if not name.startswith("_")}
    assert shown == {
        *("abbr", "is_complex", "is_floating_point", "is_signed", "itemsize", "to_complex", "to_real")
    }
    found = [kind.abbr for kind in (torch.float32, torch.int64, torch.bool, torch.bfloat16, torch.complex64)]
    assert found == ["f32", "i64", "b8", "bf16", "c64"]


def test_a_dtype_survives_pickling_and_copying_as_the_same_object() -> None:
    assert pickle.loads(pickle.dumps(torch.int8)) is torch.int8
    assert copy.deepcopy(torch.float16) is torch.float16


def test_no_dtype_can_be_made() -> None:
    with pytest.raises(TypeError, match=r"^cannot create 'torch\.dtype' instances$"):
        type(torch.float32)()


@given(kinds, kinds)
def test_promotion_does_not_depend_on_the_order(a: dtypes.dtype, b: dtypes.dtype) -> None:
    assert torch.promote_types(a, b) is torch.promote_types(b, a)


@given(kinds, kinds, kinds)
def test_promotion_does_not_depend_on_the_grouping(a: dtypes.dtype, b: dtypes.dtype, c: dtypes.dtype) -> None:
    if {a, b, c} >= {torch.uint8, torch.int8} and torch.float16 not in (a, b, c):
        return  # uint8 and int8 meet in int16, whichever comes first
    assert dtypes.promote(dtypes.promote(a, b), c) is dtypes.promote(a, dtypes.promote(b, c))


@given(kinds, kinds)
def test_a_dimensioned_operand_decides_over_a_number_of_its_kind(a: dtypes.dtype, b: dtypes.dtype) -> None:
    found = torch.result_type(torch.ones(2, dtype=a), torch.ones((), dtype=b))
    same_kind = a.is_floating_point or (whole(a) and a is not torch.bool and whole(b))
    assert found is (a if same_kind or a is b else torch.promote_types(a, b))


def test_a_float_beside_integers_has_the_default_dtype() -> None:
    assert torch.result_type(torch.ones(2, dtype=torch.int8), 1.5) is torch.float32
    torch.set_default_dtype(torch.float64)
    assert torch.result_type(torch.ones(2, dtype=torch.int8), 1.5) is torch.float64
    assert torch.tensor(1.5).dtype is torch.float64


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (torch.int32, "only floating-point types are supported as the default type"),
        ("float32", "invalid dtype object: only floating-point types are supported as the default type"),
    ],
)
def test_only_floating_point_types_may_be_the_default(wrong: object, text: str) -> None:
    with pytest.raises(TypeError, match=f"^{text}$"):
        torch.set_default_dtype(wrong)


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_limits_of_floats_are_those_of_the_format(name: str) -> None:
    ours, theirs = torch.finfo(getattr(torch, name)), np.finfo(name)
    assert (ours.eps, ours.max, ours.min, ours.tiny) == (theirs.eps, theirs.max, theirs.min, theirs.tiny)
    assert (ours.bits, ours.dtype) == (theirs.bits, name)


@pytest.mark.parametrize("name", ["uint8", "int8", "int16", "int32", "int64"])
def test_limits_of_integers_are_those_of_the_width(name: str) -> None:
    ours, theirs = torch.iinfo(getattr(torch, name)), np.iinfo(name)
    assert (ours.min, ours.max, ours.bits) == (theirs.min, theirs.max, theirs.bits)


def test_limits_refuse_types_that_they_are_not_for() -> None:
    with pytest.raises(TypeError, match=r"Use torch\.iinfo to handle 'torch\.finfo'"):
        torch.finfo(torch.int32)
    with pytest.raises(TypeError, match=r"Use torch\.finfo to handle 'torch\.iinfo'"):
        torch.iinfo(torch.float32)
    with pytest.raises(TypeError, match=r"^torch\.bool is not supported by torch\.iinfo$"):
        torch.iinfo(torch.bool)


def test_unsigned_types_without_promotion_say_so() -> None:
    with pytest.raises(RuntimeError, match=r"attempted to promote UInt16 and Int$"):
        torch.promote_types(torch.uint16, torch.int32)


def test_integers_have_no_complex_type() -> None:
    with pytest.raises(RuntimeError, match=r"^Unknown Complex ScalarType for Int$"):
        torch.int32.to_complex()


def test_a_type_that_numpy_lacks_is_named_where_it_is_needed() -> None:
    with pytest.raises(NotImplementedError, match=r"no arrays of torch\.bfloat16"):
        torch.zeros(2, dtype=torch.bfloat16)
