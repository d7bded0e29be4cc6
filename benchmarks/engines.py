"""The engines that are compared, each with the same programs, written as its own documentation writes them."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = ["Engine", "Run", "TorchLike", "numpy_engines"]

Run = Callable[[], object]
Step = Callable[[Any], Any]

_IN_A_ROW = 100
_BATCH, _SIZES, _RATE = 64, (784, 256, 10), 0.01


class Engine(ABC):
    """One library: how it runs a chain of operations, a network and a long sum, forward and backward."""

    steps: dict[str, Step]

    @abstractmethod
    def chain(self, step: Step, count: int) -> Run:
        """Return a function that applies `step` so many times to a 4x4 float32 and runs backward to both operands."""

    @abstractmethod
    def train(self) -> Run:
        """Return a function that takes one step of gradient descent on a multi-layer perceptron 784-256-10."""

    @abstractmethod
    def add(self, count: int) -> Run:
        """Return a function that adds a number so many times, runs backward and drops the graph."""

    def chains(self) -> dict[str, Run]:
        """Return, by operation, a chain of a hundred of it."""
        return {
            name: self.chain(step, _IN_A_ROW // 2 if name == "reshape" else _IN_A_ROW)
            for name, step in self.steps.items()
        }


class TorchLike(Engine):
    """torch, and what is used as torch is."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.x, self.w = (torch.ones(4, 4).requires_grad_() for _ in range(2))
        w = self.w
        self.steps = {
            "add": lambda y: y + w,
            "mul": lambda y: y * w,
            "relu": lambda y: y.relu(),
            "matmul": lambda y: y @ w,
            "reshape": lambda y: y.reshape(16).reshape(4, 4),
        }

    def chain(self, step: Step, count: int) -> Run:
        x, w, seed = self.x, self.w, self.torch.ones(4, 4)

        def run() -> None:
            y = x
            for _ in range(count):
                y = step(y)
            y.backward(seed)
            x.grad = w.grad = None

        return run

    def train(self) -> Run:
        return Network(self.torch).train

    def add(self, count: int) -> Run:
        torch = self.torch

        def run() -> None:
            x = torch.ones(()).requires_grad_()
            y = x
            for _ in range(count):
                y = y + x
            y.backward()

        return run


class Network:
    """The perceptron and a batch of 64, for torch and what is used as torch is."""

    def __init__(self, torch: Any) -> None:
        nn = torch.nn
        torch.manual_seed(0)
        inputs, hidden, classes = _SIZES
        self.model = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, classes))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=_RATE)
        self.images = torch.randn(_BATCH, inputs)
        self.classes = torch.randint(0, classes, (_BATCH,))
        self.criterion = nn.CrossEntropyLoss()

    def loss(self) -> Any:
        """Run forward."""
        return self.criterion(self.model(self.images), self.classes)

    def train(self) -> None:
        """Take a step of gradient descent."""
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()


def _arrays() -> tuple[Any, Any, list[Any]]:
    """Return images, classes and parameters for an engine without modules of its own."""
    numpy: Any = importlib.import_module("numpy")
    random = numpy.random.default_rng(0)
    parameters = []
    for fan_in, fan_out in itertools.pairwise(_SIZES):
        weight = random.uniform(-1, 1, (fan_in, fan_out)) / fan_in**0.5
        parameters += [weight.astype("f"), numpy.zeros(fan_out, "f")]
    images = random.standard_normal((_BATCH, _SIZES[0]), "f")
    return images, random.integers(0, _SIZES[-1], _BATCH), parameters


class HipsAutograd(Engine):
    """HIPS autograd: derivatives of functions of NumPy arrays."""

    def __init__(self) -> None:
        self.autograd: Any = importlib.import_module("autograd")
        self.numpy: Any = importlib.import_module("autograd.numpy")
        numpy = self.numpy
        self.ones = numpy.ones((4, 4), "f")
        self.steps = {
            "add": lambda pair: (pair[0] + pair[1], pair[1]),
            "mul": lambda pair: (pair[0] * pair[1], pair[1]),
            "relu": lambda pair: (numpy.maximum(pair[0], 0), pair[1]),
            "matmul": lambda pair: (pair[0] @ pair[1], pair[1]),
            "reshape": lambda pair: (numpy.reshape(numpy.reshape(pair[0], 16), (4, 4)), pair[1]),
        }

    def chain(self, step: Step, count: int) -> Run:
        ones = self.ones

        def function(x: Any, w: Any) -> Any:
            pair = (x, w)
            for _ in range(count):
                pair = step(pair)
            return pair[0]

        differentiate = self.autograd.make_vjp(function, (0, 1))

        def run() -> None:
            backward, _ = differentiate(ones, ones)
            backward(ones)

        return run

    def train(self) -> Run:
        numpy = self.numpy
        images, classes, parameters = _arrays()
        rows = numpy.arange(_BATCH)

        def loss(weights: list[Any]) -> Any:
            first, first_bias, second, second_bias = weights
            logits = numpy.maximum(images @ first + first_bias, 0) @ second + second_bias
            logits = logits - numpy.max(logits, axis=1, keepdims=True)
            normal = logits - numpy.log(numpy.sum(numpy.exp(logits), axis=1, keepdims=True))
            return -numpy.mean(normal[rows, classes])

        gradients = self.autograd.grad(loss)

        def train() -> None:
            for parameter, gradient in zip(parameters, gradients(parameters), strict=True):
                parameter -= _RATE * gradient

        return train

    def add(self, count: int) -> Run:
        def function(x: Any) -> Any:
            y = x
            for _ in range(count):
                y = y + x
            return y

        differentiate = self.autograd.grad(function)
        return lambda: differentiate(1.0)


class MyGrad(Engine):
    """MyGrad, without its guard against changed arrays, which costs it time."""

    def __init__(self) -> None:
        self.mygrad: Any = importlib.import_module("mygrad")
        self.nnet: Any = importlib.import_module("mygrad.nnet")
        self.mygrad.turn_memory_guarding_off()
        numpy: Any = importlib.import_module("numpy")
        self.ones = numpy.ones((4, 4), "f")
        self.x, self.w = (self.mygrad.tensor(self.ones) for _ in range(2))
        w, relu = self.w, self.nnet.activations.relu
        self.steps = {
            "add": lambda y: y + w,
            "mul": lambda y: y * w,
            "relu": relu,
            "matmul": lambda y: y @ w,
            "reshape": lambda y: y.reshape(16).reshape(4, 4),
        }

    def chain(self, step: Step, count: int) -> Run:
        x, w, ones = self.x, self.w, self.ones

        def run() -> None:
            y = x
            for _ in range(count):
                y = step(y)
            y.backward(ones)
            x.null_grad()
            w.null_grad()

        return run

    def train(self) -> Run:
        relu, cross_entropy = self.nnet.activations.relu, self.nnet.losses.softmax_crossentropy
        images, classes, arrays = _arrays()
        parameters = [self.mygrad.tensor(each) for each in arrays]
        first, first_bias, second, second_bias = parameters

        def train() -> None:
            logits = relu(images @ first + first_bias) @ second + second_bias
            cross_entropy(logits, classes).backward()
            for parameter in parameters:
                parameter.data -= _RATE * parameter.grad
                parameter.null_grad()

        return train

    def add(self, count: int) -> Run:
        def run() -> None:
            x = self.mygrad.tensor(1.0)
            y = x
            for _ in range(count):
                y = y + x
            y.backward()

        return run


def numpy_engines() -> dict[str, Callable[[], Engine]]:
    """Return the other engines on NumPy, by the name of their distribution."""
    return {"autograd": HipsAutograd, "mygrad": MyGrad}


def find(name: str) -> ModuleType | None:
    """Return a library, or None where it is not installed."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None
