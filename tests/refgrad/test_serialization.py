"""What `save` writes, `load` reads; nothing else is read, and nothing that is read can run."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

import refgrad as torch
from refgrad import nn


def _again(value: Any) -> Any:
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file)


def test_tensors_of_every_dtype_and_layout_come_back() -> None:
    given = {
        "float": torch.randn(2, 3),
        "turned": torch.randn(2, 3).t(),
        "half": torch.ones(2).half(),
        "whole": torch.arange(3),
        "truth": torch.tensor([True, False]),
        "complex": torch.ones(2) * 1j,
        "scalar": torch.tensor(2.5, dtype=torch.float64),
        "empty": torch.zeros(0, 3),
    }
    found = _again(given)
    assert list(found) == list(given)
    for name, each in given.items():
        assert torch.equal(found[name], each)
        assert (found[name].dtype, found[name].shape) == (each.dtype, each.shape)


def test_nested_values_come_back_as_what_they_were() -> None:
    given = {"epoch": 3, "rate": 1e-3, "name": "sgd", 0: None, "done": True, "all": [1, (2, [3.5])]}
    assert _again(given) == given
    assert _again(torch.Size((2, 3))) == torch.Size((2, 3))
    assert _again(torch.float16) is torch.float16
    assert type(_again(OrderedDict(a=1))) is OrderedDict


def test_a_model_and_its_optimizer_go_on_where_they_were(tmp_path: Path) -> None:
    def made() -> tuple[Any, Any]:
        module = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
        return module, torch.optim.Adam(module.parameters(), lr=0.1)

    def step(module: Any, optimizer: Any) -> None:
        optimizer.zero_grad()
        module(torch.ones(4, 3)).square().sum().backward()
        optimizer.step()

    module, optimizer = made()
    step(module, optimizer)
    path = tmp_path / "state.pt"
    torch.save({"model": module.state_dict(), "optimizer": optimizer.state_dict()}, path)
    other, its_optimizer = made()
    state = torch.load(path, weights_only=True, map_location="cpu")
    other.load_state_dict(state["model"])
    its_optimizer.load_state_dict(state["optimizer"])
    for each in (module, optimizer), (other, its_optimizer):
        step(*each)
    assert all(torch.equal(a, b) for a, b in zip(module.parameters(), other.parameters(), strict=True))


def test_one_tensor_in_two_places_stays_one() -> None:
    shared = torch.ones(2, requires_grad=True)
    found = _again([shared, {"again": shared}])
    assert found[0] is found[1]["again"]
    assert found[0].requires_grad


def test_a_pickle_is_refused_unread() -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return pytest.fail, ("the pickle ran",)

    with pytest.raises(RuntimeError, match="files of PyTorch are pickles"):
        torch.load(io.BytesIO(pickle.dumps(Evil())))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(Evil()))
    with pytest.raises(RuntimeError, match="files of PyTorch are pickles"):
        torch.load(archive)


def test_an_array_of_objects_is_refused_unread() -> None:
    archive = io.BytesIO()
    header = (
        b"\x93NUMPY\x01\x00\x46\x00"
        + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}".ljust(69)
        + b"\n"
    )
    with zipfile.ZipFile(archive, "w") as file:
        data = '{"format": "refgrad 1", "data": {"tensor": 0, "requires_grad": false, "kind": "tensor"}}'
        file.writestr("data.json", data)
        file.writestr("0.npy", header + pickle.dumps([1]))
    with pytest.raises(RuntimeError, match="damaged: ValueError: Object arrays cannot be loaded"):
        torch.load(archive)


@pytest.mark.parametrize(
    "data",
    ["[", '{"format": "refgrad 1"}', '{"format": "refgrad 1", "data": {"set": [1]}}', '{"a": 1}', "[]"],
)
def test_a_damaged_file_gets_one_clear_sentence(data: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("data.json", data)
    with pytest.raises(RuntimeError, match="the file is damaged"):
        torch.load(archive)


def test_a_function_says_where_each_tensor_is_to_be() -> None:
    archive, asked = io.BytesIO(), []
    torch.save({"w": torch.ones(3)}, archive)

    def place(storage: Any, saved: str) -> Any:
        asked.append((storage.nbytes(), str(storage.device), saved))
        return None if len(asked) > 1 else storage.cpu()

    for _ in range(2):
        archive.seek(0)
        assert torch.load(archive, map_location=place)["w"].tolist() == [1.0, 1.0, 1.0]
    assert asked == [(12, "cpu", "cpu")] * 2
    archive.seek(0)
    with pytest.raises(AssertionError, match=r"^Torch not compiled with CUDA enabled$"):
        torch.load(archive, map_location=lambda storage, saved: storage.cuda(0))


def test_what_cannot_be_saved_is_named() -> None:
    with pytest.raises(TypeError, match="not Linear; of a module or an optimizer, save its state_dict"):
        torch.save(nn.Linear(1, 1), io.BytesIO())


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        torch.load(tmp_path / "nothing.pt")


def test_a_conjugate_comes_back_as_one_and_so_does_a_negative() -> None:
    whole = torch.tensor([1 + 2j, 3 - 1j])
    conjugate, negative = _again([whole.conj(), whole.conj().imag])
    assert (conjugate.is_conj(), conjugate.is_neg(), conjugate.tolist()) == (True, False, [1 - 2j, 3 + 1j])
    assert (negative.is_conj(), negative.is_neg(), negative.tolist()) == (False, True, [-2.0, 1.0])


@pytest.mark.parametrize(("dtype", "bit"), [("float32", "conjugated"), ("bool", "negated")])
def test_a_file_that_conjugates_or_negates_what_has_no_such_view_is_damaged(dtype: str, bit: str) -> None:
    archive, plain = io.BytesIO(), io.BytesIO()
    torch.save(torch.ones(2, dtype=getattr(torch, dtype)), plain)
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(archive, "w") as file:
        data = given.read("data.json").replace(b'"kind"', b'"' + bit.encode() + b'": true, "kind"')
        file.writestr("data.json", data)
        file.writestr("0.npy", given.read("0.npy"))
    with pytest.raises(RuntimeError, match="neither conjugates nor negatives"):
        torch.load(archive)
