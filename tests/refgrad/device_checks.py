"""What holds on a device beyond the recorded facts; run by `test_devices.py`.

    python device_checks.py {strict,cuda}

Each `check_*` is called with the engine and raises where it does not hold; what came is printed as JSON. A process of
its own, because an accelerator stays attached.
"""

from __future__ import annotations

import gc
import io
import json
import re
import sys
import threading
import traceback
import types
import warnings
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "reference")]

from refgrad import exp  # noqa: E402 - held from before there is an accelerator
from refgrad.nn.functional import cross_entropy, relu, softmax  # noqa: E402

KIND = sys.argv[1] if sys.argv[1:] else ""


def mlp(torch: Any, where: str, steps: int, make: Any) -> Any:
    """Return the parameters of a small network after some steps, on the CPU, and its last loss."""
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 4))
    inputs, targets = torch.rand(32, 8), torch.randint(4, (32,))
    model.to(where)
    inputs, targets = inputs.to(where), targets.to(where)
    optimizer = make(model.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
    return [each.detach().cpu() for each in model.parameters()], loss.item()


def check_an_mlp_learns_as_on_the_cpu(torch: Any) -> None:
    optimizers = torch.optim
    for make in (
        lambda params: optimizers.SGD(params, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3),
        lambda params: optimizers.Adam(params, lr=0.01, amsgrad=True),
        lambda params: optimizers.AdamW(params, lr=0.01),
        lambda params: optimizers.RMSprop(params, lr=0.01),
        lambda params: optimizers.Adagrad(params, lr=0.1),
        lambda params: optimizers.ASGD(params, lr=0.01),
        lambda params: optimizers.Rprop(params, lr=0.01),
    ):
        there, here = mlp(torch, "cuda", 10, make), mlp(torch, "cpu", 10, make)
        assert abs(there[1] - here[1]) < 1e-4, (there[1], here[1])
        for a, b in zip(there[0], here[0], strict=True):
            torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


def check_a_training_step_moves_nothing_between_host_and_device(torch: Any) -> None:
    if KIND != "strict":
        return
    import strict_array

    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 4)).cuda()
    inputs, targets = torch.rand(32, 8, device="cuda"), torch.rand(32, 4, device="cuda")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(3):
        strict_array.moved.clear()
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(inputs), targets).backward()
        optimizer.step()
    assert strict_array.moved == [], strict_array.moved


def check_derivatives_agree_with_differences(torch: Any) -> None:
    f = torch.nn.functional
    draw = lambda *size: torch.rand(*size, dtype=torch.float64, device="cuda", requires_grad=True)  # noqa: E731
    for name, call, inputs in (
        ("mul", lambda a, b: a * b / (b + 1), (draw(3, 2), draw(2))),
        ("matmul", lambda a, b: (a @ b).tanh(), (draw(2, 3), draw(3, 2))),
        ("batched", torch.bmm, (draw(2, 2, 3), draw(2, 3, 2))),
        ("softmax", lambda a: f.softmax(a, -1).log(), (draw(2, 3),)),
        ("logsumexp", lambda a: a.logsumexp(0), (draw(2, 3),)),
        ("index", lambda a: a[[0, 0, 1]] * a[:, 1:2][[1, 1, 0]], (draw(2, 3),)),
        ("gather", lambda a: a.gather(1, torch.tensor([[0, 0]], device="cuda")), (draw(2, 3),)),
        ("cumprod", lambda a: a.cumprod(0), (draw(3, 2),)),
        ("sort", lambda a: a.sort(0)[0].prod(0), (draw(3, 2),)),
        ("max", lambda a: a.max(1)[0] + a.amin(1), (draw(3, 2),)),
        ("norm", lambda a: a.norm(3.0, 0), (draw(3, 2),)),
        ("std", lambda a: a.std(0), (draw(3, 2),)),
        ("conv2d", lambda a, b: f.conv2d(a, b, padding=1), (draw(1, 2, 3, 3), draw(2, 2, 2, 2))),
        ("pool", lambda a: f.max_pool2d(a, 2) + f.avg_pool2d(a, 2), (draw(1, 1, 4, 4),)),
        ("layer_norm", lambda a, b: f.layer_norm(a, (3,), b), (draw(2, 3), draw(3))),
        ("pad", lambda a: f.pad(a, (1, 1), mode="reflect") * f.pad(a, (1, 1)), (draw(1, 2, 3),)),
        ("interpolate", lambda a: f.interpolate(a, scale_factor=2, mode="bilinear"), (draw(1, 1, 2, 2),)),
        ("inverse", lambda a: torch.linalg.inv(a + 2 * torch.eye(2, device="cuda").double()), (draw(2, 2),)),
        ("det", lambda a: torch.linalg.det(a), (draw(3, 3),)),
        ("einsum", lambda a, b: torch.einsum("ij,kj->ik", a, b), (draw(2, 3), draw(2, 3))),
        ("view", lambda a: a.t().reshape(-1).as_strided((2, 2), (1, 2)).exp(), (draw(3, 2),)),
        ("in place", lambda a: _changed(a * 2), (draw(3, 2),)),
    ):
        assert torch.autograd.gradcheck(call, inputs), name
        if name not in ("pool", "inverse", "det"):
            assert torch.autograd.gradgradcheck(call, inputs), name


def _changed(a: Any) -> Any:
    a[0] *= 3
    a[:, 1].mul_(2)
    return a.sin()


def check_memory_is_freed_without_the_garbage_collector(torch: Any) -> None:
    def step() -> None:
        x = torch.ones(64, 64, device="cuda", requires_grad=True)
        y = ((x @ x).relu().exp() * 2)[1:].sum()
        y.backward()

    gc.disable()
    try:
        step()
        before = torch.cuda.memory_allocated()
        for _ in range(5):
            step()
        assert torch.cuda.memory_allocated() == before
    finally:
        gc.enable()


def check_saved_values_are_released_by_backward(torch: Any) -> None:
    x = torch.ones(256, 256, device="cuda", requires_grad=True)
    y = (x * 2).exp().sum()
    before = torch.cuda.memory_allocated()
    y.backward()
    x.grad = None
    assert torch.cuda.memory_allocated() <= before - x.nbytes
    with pytest.raises(RuntimeError, match="a second time"):
        y.backward()


def check_functions_held_from_before_work_too(torch: Any) -> None:
    x = torch.tensor([[-1.0, 2.0]], device="cuda", requires_grad=True)
    loss = cross_entropy(softmax(relu(exp(x)), -1), torch.tensor([1], device="cuda"))
    loss.backward()
    other = torch.tensor([[-1.0, 2.0]], requires_grad=True)
    expected = torch.nn.functional.cross_entropy(other.exp().relu().softmax(-1), torch.tensor([1]))
    expected.backward()
    torch.testing.assert_close(x.grad.cpu(), other.grad)


def check_the_cpu_works_beside_it(torch: Any) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * torch.ones(2)).sum().backward()
    assert type(x.grad.numpy()).__module__ == "numpy"
    assert not torch.zeros(2).is_cuda
    assert not torch.nn.Linear(2, 2).weight.is_cuda


def check_a_hook_makes_tensors_on_the_default_device(torch: Any) -> None:
    made = []
    x = torch.ones(2, device="cuda", requires_grad=True)
    y = x * 2
    y.register_hook(lambda grad: made.append((torch.ones(1).device.type, grad.device.type)))
    y.sum().backward()
    assert made == [("cpu", "cuda")]


def check_each_thread_has_its_own_default_device(torch: Any) -> None:
    found: list[Any] = []
    torch.set_default_device("cuda")
    try:
        thread = threading.Thread(target=lambda: found.append(torch.ones(1).device.type))
        thread.start()
        thread.join()
        found.append(torch.ones(1).device.type)
    finally:
        torch.set_default_device(None)
    assert found == ["cpu", "cuda"]


def check_backward_works_in_another_thread(torch: Any) -> None:
    x = torch.ones(3, device="cuda", requires_grad=True)
    y = (x[[0, 0, 1]] * 2).sum()
    thread = threading.Thread(target=y.backward)
    thread.start()
    thread.join()
    assert x.grad.tolist() == [4.0, 2.0, 0.0]


def check_several_devices_do_not_mix(torch: Any) -> None:
    if torch.cuda.device_count() < 2:
        return
    one, two = torch.ones(2, device="cuda:0"), torch.ones(2, device="cuda:1")
    with pytest.raises(RuntimeError, match="at least two devices, cuda:0 and cuda:1!"):
        one + two
    x = torch.ones(2, device="cuda:1", requires_grad=True)
    ((x * 2).to("cuda:0") * one).sum().backward()
    assert x.grad.device == torch.device("cuda:1")
    assert x.grad.tolist() == [2.0, 2.0]
    with torch.cuda.device(1):
        assert torch.ones(1, device="cuda").get_device() == 1
    assert one.copy_(two).get_device() == 0


# What draws, or gives memory as it is; what has no operands to compare with, or wants sorted ones.
_LEFT_OUT = re.compile(
    "rand|empty|bernoulli|multinomial|normal|dropout|gumbel|from_numpy|broadcast_shapes|range|space|record|searchsorted|bucketize"
)


def _outcome(torch: Any, call: Any, x: Any, arguments: Any) -> tuple[str, list[Any]]:
    """Return the kinds of the results, or that there was an error, and results and gradient on the CPU."""
    leaf = x.detach().requires_grad_(x.is_floating_point())
    try:
        made = call(*arguments(leaf * 1 if leaf.requires_grad else leaf.clone()))
        results = [
            each for each in (made if isinstance(made, tuple | list) else [made]) if torch.is_tensor(each)
        ]
        kinds = str([(each.dtype, tuple(each.shape), each.stride()) for each in results])
        taken = next((each for each in results if each.requires_grad), None)
        if taken is not None:
            results += torch.autograd.grad(taken, leaf, torch.full_like(taken, 1.5), allow_unused=True)
    except Exception:
        return "error", []
    return kinds, [each.detach().cpu() for each in results if each is not None]


def check_a_function_says_where_what_is_loaded_goes(torch: Any) -> None:
    saved, asked = io.BytesIO(), []
    torch.save({"g": torch.ones(2, device="cuda"), "c": torch.zeros(2)}, saved)

    def place(storage: Any, where: str) -> Any:
        asked.append((str(storage.device), where))
        return storage.cuda(0) if where == "cpu" else None

    saved.seek(0)
    loaded = torch.load(saved, map_location=place)
    assert asked == [("cpu", "cuda:0"), ("cpu", "cpu")]
    assert [str(each.device) for each in loaded.values()] == ["cuda:0", "cuda:0"]
    assert [each.tolist() for each in loaded.values()] == [[1.0, 1.0], [0.0, 0.0]]


def check_every_function_gives_what_it_gives_on_the_cpu(torch: Any) -> None:
    functions = {name: getattr(torch, name) for name in dir(torch)} | {
        f"nn.functional.{name}": getattr(torch.nn.functional, name) for name in dir(torch.nn.functional)
    }
    arguments = (
        lambda x: (x,),
        lambda x: (x, x),
        lambda x: (x, 0),
        lambda x: (x, 2.5),
        lambda x: (x, -1, torch.zeros((1, 1, 1), dtype=torch.int64, device=x.device)),
        lambda x: (x, x, x),
        lambda x: ([x, x],),
    )
    count, wrong = 0, []
    for name, call in functions.items():
        module = str(getattr(call, "__module__", ""))
        if (
            not isinstance(call, types.FunctionType)
            or module.partition(".")[0] != "refgrad"
            or _LEFT_OUT.search(name)
        ):
            continue
        for dtype, turned in ((torch.float32, True), (torch.int64, False)):
            host = ((torch.arange(24.0) * 0.37 - 3).remainder(2.1) - 1).reshape(2, 3, 4).to(dtype)
            for number, make in enumerate(arguments):
                there, here = (
                    _outcome(torch, call, each.permute(2, 0, 1) if turned else each, make)
                    for each in (host.to("cuda"), host)
                )
                count += 1
                if there[0] != here[0] or not all(
                    torch.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True)
                    for a, b in zip(there[1], here[1], strict=True)
                ):
                    wrong.append((name, number, str(dtype), there[0], here[0]))
    assert not wrong, f"{len(wrong)} of {count}: {wrong[:40]}"
    assert count > 4000, count


def main() -> None:
    """Run all checks."""
    from device_facts import start

    warnings.simplefilter("ignore")
    engine, found = start(KIND), {}
    for name, check in list(globals().items()):
        if name.startswith("check_"):
            engine.set_default_device(None)
            try:
                check(engine)
            except Exception:
                found[name] = traceback.format_exc()
            else:
                found[name] = ""
    print(json.dumps(found))


if __name__ == "__main__":
    main()
