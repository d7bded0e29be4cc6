"""What PyTorch has and refgrad has not says so, and is not mistaken for a name that PyTorch lacks."""

from __future__ import annotations

import pytest

import refgrad as torch
from refgrad.absent import _ABSENT


@pytest.mark.parametrize(
    ("place", "name"), [("torch", "backends"), ("torch", "compile"), ("torch.nn", "LSTM")]
)
def test_a_name_that_is_left_out_is_said_to_be(place: str, name: str) -> None:
    module = torch.nn if place == "torch.nn" else torch
    with pytest.raises(AttributeError, match=f"^refgrad has no {place}.{name}, which PyTorch has"):
        getattr(module, name)
    assert not hasattr(module, name)


def test_a_name_that_pytorch_lacks_is_refused_in_its_words() -> None:
    with pytest.raises(AttributeError, match=r"^module 'torch' has no attribute 'tensro'$"):
        torch.tensro  # noqa: B018
    with pytest.raises(AttributeError, match=r"^module 'torch\.nn' has no attribute 'Liner'$"):
        torch.nn.Liner  # noqa: B018


def test_nothing_that_is_there_is_said_to_be_left_out() -> None:
    for place, module in (("torch", torch), ("torch.nn", torch.nn)):
        assert not _ABSENT[place] & {*module.__all__, *vars(module)} - {
            "accelerator"
        }  # a module of refgrad's own


@pytest.mark.torch
def test_pytorch_has_what_is_said_to_be_left_out() -> None:
    theirs = pytest.importorskip("torch")
    for place, module in (("torch", theirs), ("torch.nn", theirs.nn)):
        assert [name for name in _ABSENT[place] if not hasattr(module, name)] == []
