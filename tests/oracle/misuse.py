"""Write wrong uses of torch: calls, operators, indices and attributes with arguments that hardly fit.

A use is one line, or a few lines of which the last is what is done wrong.
"""

from __future__ import annotations

import random
import re
from typing import Any

from operations import DIMS, DTYPES, FAMILIES, NUMBERS, SHAPES

from refgrad.late import FUNCTIONS as LATE
from refgrad.ops.registry import FUNCTIONS

# fmt: off
TENSORS = [
    "torch.ones(2)", "torch.ones(2, 3)", "torch.tensor([0, 1])", "torch.ones(2, 2)", "torch.tensor(1.0)",
]
OTHERS = [
    "1", "2", "-1", "0", "1.5", "'a'", "None", "[1, 2]", "(2, 3)", "[]", "()", "np.ones(2)", "np.float32(2)", "True",
    "torch.tensor(2)", "torch.float32", "{}", "[torch.ones(2)]", "['a']", "(1.5,)", "[None]", "2j", "'mean'", "object",
    "torch.tensor([True, False])", "slice(0, 1)", "...",
]
KEYWORDS = ["dim", "out", "dtype", "keepdim", "other", "foo", "input", "size", "reduction", "axis"]
OPERATORS = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor", "lshift", "rshift", "lt", "le", "gt", "ge", "eq", "ne", "iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul", "iand", "ior", "ixor", "contains", "getitem"]
INDICES = [
    "0", "5", "-9", "1.5", "'a'", "None", "...", "[0, 1]", "[0, 9]", "[1.5]", "['a']", "[None]", "[]", "()", "(0, 0, 0)",
    "(..., ...)", "slice(0, 1)", "slice(None, None, -1)", "slice(None, None, 0)", "slice('a', None)", "slice(1.5)", "True",
    "torch.tensor(0)", "torch.tensor([0, 9])", "torch.tensor([0, -9])", "torch.tensor([1.5])", "torch.tensor([True, False])",
    "torch.ones(2, 3) > 0", "torch.ones(3) > 0", "(torch.tensor([0, 1]), torch.tensor([0, 1, 0]))", "np.array([0, 1])",
    "np.ones(2)", "np.int64(0)", "(0, 'a')", "(slice(0, 1), [0, 9])", "[[0], [1, 0]]", "{}", "object", "2j", "(None, 1.5)",
    "[[0, 1]]", "([0], [0, 1], [0])", "[True, False]", "[True]", "range(2)", "{0, 1}",
]
ATTRIBUTES = ["grad", "requires_grad", "data", "shape", "dtype", "device", "grad_fn", "is_leaf", "real", "imag", "T", "names", "retains_grad", "_version", "output_nr", "foo"]
LAYERS = ["Linear", "Bilinear", "Conv1d", "Conv2d", "Embedding", "Dropout", "Flatten", "Sequential", "ReLU", "LeakyReLU", "Softmax", "LayerNorm", "BatchNorm1d", "GroupNorm", "MaxPool2d", "AvgPool2d", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict", "Parameter", "MSELoss", "CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss", "L1Loss", "SmoothL1Loss", "KLDivLoss", "Unflatten", "Identity", "Sigmoid", "Tanh", "GELU", "ELU", "PReLU"]
MADE = [
    "nn.Linear(2, 3)", "nn.Conv1d(2, 3, 1)", "nn.Conv2d(1, 2, 1)", "nn.Embedding(4, 2)", "nn.Sequential(nn.Linear(2, 2), nn.ReLU())",
    "nn.LayerNorm(3)", "nn.BatchNorm1d(2)", "nn.MaxPool2d(2)", "nn.MSELoss()", "nn.CrossEntropyLoss()", "nn.NLLLoss()",
    "nn.BCELoss()", "nn.Softmax(0)", "nn.Flatten()", "nn.Dropout(0.0)", "nn.ReLU()", "nn.ModuleList([nn.ReLU()])",
    "nn.ModuleDict({'a': nn.ReLU()})", "nn.Bilinear(2, 2, 1)", "nn.PReLU()", "nn.Module()",
]
OF_MODULES = ["zero_grad", "train", "eval", "requires_grad_", "to", "apply", "register_parameter", "register_buffer", "register_module", "add_module", "get_parameter", "get_submodule", "load_state_dict", "state_dict", "parameters", "named_parameters", "register_forward_hook", "half", "double", "type", "append", "extend", "insert", "children", "__getitem__", "__setitem__", "__len__", "__setattr__"]
OPTIMISERS = ["SGD", "Adam", "AdamW", "Adagrad", "RMSprop", "Adamax"]
OPTIONS = ["lr", "momentum", "weight_decay", "betas", "eps", "nesterov", "dampening", "maximize", "foo"]
PARAMETERS = [
    "[torch.ones(2, requires_grad=True)]", "torch.ones(2, requires_grad=True)", "[]", "[torch.ones(2)]", "[{'params': []}]",
    "[torch.ones(2, requires_grad=True) * 2]", "[torch.ones(2, requires_grad=True)] * 2", "['a']", "None",
    "[{'lr': 1}]", "nn.Linear(1, 1).parameters()", "nn.Linear(1, 1).named_parameters()",
]
AUTOGRAD = ["grad", "backward", "functional.jacobian", "functional.hessian", "functional.vjp", "functional.jvp", "functional.hvp", "functional.vhp", "gradcheck", "set_detect_anomaly", "detect_anomaly", "no_grad", "enable_grad", "set_grad_enabled", "inference_mode", "Function.apply", "graph.save_on_cpu", "graph.saved_tensors_hooks", "graph.register_multi_grad_hook", "graph.increment_version"]
GRAPHS = [
    "torch.ones(2, requires_grad=True)", "torch.ones(2, requires_grad=True).sum()", "torch.ones(2, requires_grad=True) * 2",
    "lambda x: x.sum()", "lambda x: x * 2", "lambda x: 1", "lambda: None", "[torch.ones(2, requires_grad=True)]", "torch.tensor(1.0)",
]
# fmt: on
# Left out: what sets something, what has no value to compare, and what depends on the machine.
OUTSIDE = re.compile(
    r"^(manual_)?seed$|^initial_seed|^set_|^use_|^thread_safe|rng|^Generator|^data_ptr|^cuda$|storage|^typename|^get_num"
    r"|^is_storage|^save$|^load$|^share_memory|^pin_memory"
)
MORE_FUNCTIONS = "avg_pool2d batch_norm conv1d conv2d group_norm interpolate layer_norm max_pool2d"
MATRICES = "cross det inv matrix_power multi_dot norm solve vector_norm"


def functions(ours: Any, theirs: Any) -> list[str]:
    """Return the functions of `torch`, `torch.nn.functional` and `torch.linalg` that both engines have."""
    names = [name for name in dir(ours) if name in FUNCTIONS or name in LATE]
    found = [f"torch.{name}" for name in names if hasattr(theirs, name) and not OUTSIDE.search(name)]
    layers = [*ours.nn.functional.__all__, *MORE_FUNCTIONS.split()]
    found += [f"F.{name}" for name in layers if not OUTSIDE.search(name)]
    return [*found, *[f"torch.linalg.{name}" for name in MATRICES.split()]]


def methods(ours: Any, theirs: Any) -> list[str]:
    """Return the methods of tensors that both engines have."""
    names = [name for name in dir(ours.Tensor) if not name.startswith("_") and not OUTSIDE.search(name)]
    return [name for name in names if callable(getattr(ours.Tensor, name)) and hasattr(theirs.Tensor, name)]


class Writer:
    """Writes wrong uses of the functions and methods that both engines have."""

    def __init__(self, draw: random.Random, ours: Any, theirs: Any) -> None:
        self.draw = draw
        self.functions = functions(ours, theirs)
        self.methods = methods(ours, theirs)
        self.values = [*TENSORS, *OTHERS]
        self.forms = [self.call] * 6 + [self.nearly_right] * 6
        self.forms += [
            self.operator,
            self.index,
            self.attribute,
            self.layer,
            self.module,
            self.optimiser,
            self.autograd,
        ]

    def write(self) -> str:
        """Return one use."""
        return self.draw.choice(self.forms)()

    def some(self, counts: list[int], keywords: list[str] = KEYWORDS) -> list[str]:
        """Return arguments, sometimes with a keyword."""
        given = [self.draw.choice(self.values) for _ in range(self.draw.choice(counts))]
        if self.draw.random() < 0.2:
            given.append(f"{self.draw.choice(keywords)}={self.draw.choice(self.values)}")
        return given

    def tensor(self) -> str:
        """Return a tensor, often one in a graph."""
        return self.draw.choice(
            [
                *TENSORS,
                *TENSORS,
                "torch.ones(2, requires_grad=True)",
                "torch.ones(2, 2, requires_grad=True) * 2",
            ]
        )

    def call(self) -> str:
        """Call a function or a method with whatever there is."""
        given = self.some([0, 1, 1, 1, 2, 2, 2, 3, 3, 4])
        if self.draw.random() < 0.5:
            return f"{self.draw.choice(TENSORS)}.{self.draw.choice(self.methods)}({', '.join(given)})"
        if self.draw.random() < 0.5:
            given[:1] = [self.draw.choice(TENSORS)]
        return f"{self.draw.choice(self.functions)}({', '.join(given)})"

    def nearly_right(self) -> str:
        """Use a template of the differential programs, with one of its places filled wrong."""
        template = self.draw.choice(self.draw.choice(FAMILIES))
        places = {
            "n": NUMBERS,
            "d": DIMS,
            "i": ["0", "-1", "1"],
            "s": SHAPES,
            "t": DTYPES,
        }
        filled = {key: self.draw.choice(choices) for key, choices in places.items()}
        filled |= {key: key for key in "abc"}
        tensors = {key: self.tensor() for key in "abc"}
        there = [key for key in (*filled,) if f"{{{key}}}" in template]
        wrong = self.draw.choice(there) if there else "n"
        if wrong in tensors and (wrong != "a" or not template.startswith("{a}")):
            tensors[wrong] = self.draw.choice(self.values)
        elif wrong not in tensors:
            filled[wrong] = self.draw.choice(self.values)
        used = [f"{key} = {tensors[key]}" for key in "abc" if f"{{{key}}}" in template]
        return "\n".join([*used, template.format(**filled)])

    def operator(self) -> str:
        """Apply an operator to a tensor and something, on either side."""
        operands = [self.tensor(), self.draw.choice(self.values)]
        self.draw.shuffle(operands)
        return f"operator.{self.draw.choice(OPERATORS)}({', '.join(operands)})"

    def index(self) -> str:
        """Read or set elements."""
        index = self.draw.choice(INDICES)
        if self.draw.random() < 0.6:
            return f"({self.tensor()})[{index}]"
        return f"a = {self.tensor()}\na[{index}] = {self.draw.choice(self.values)}"

    def attribute(self) -> str:
        """Set or delete an attribute."""
        name = self.draw.choice(ATTRIBUTES)
        if self.draw.random() < 0.1 and name not in ("real", "imag", "names"):  # deleting those crashes torch
            return f"a = {self.tensor()}\ndel a.{name}"
        return f"a = {self.tensor()}\na.{name} = {self.draw.choice(self.values)}"

    def layer(self) -> str:
        """Make a layer, and call it."""
        made = f"nn.{self.draw.choice(LAYERS)}({', '.join(self.some([0, 1, 1, 2, 2, 3]))})"
        return made if self.draw.random() < 0.5 else f"a = {made}\na({self.tensor()})"

    def module(self) -> str:
        """Use a module wrongly."""
        made = self.draw.choice(MADE)
        if self.draw.random() < 0.5:
            return f"a = {made}\na({', '.join(self.some([0, 1, 1, 1, 2]))})"
        name = self.draw.choice(OF_MODULES)
        return f"a = {made}\na.{name}({', '.join(self.some([0, 1, 1, 1, 2]))})"

    def optimiser(self) -> str:
        """Make an optimiser, and take a step."""
        given = [self.draw.choice(PARAMETERS)] if self.draw.random() < 0.7 else self.some([0, 1])[:1]
        given += [
            f"{name}={self.draw.choice(self.values)}"
            for name in self.draw.sample(OPTIONS, self.draw.choice([0, 1, 1, 2]))
        ]
        keys = [each.partition("=")[0] for each in given]
        given = [each for at, each in enumerate(given) if keys.index(keys[at]) == at]
        made = f"torch.optim.{self.draw.choice(OPTIMISERS)}({', '.join(given)})"
        ending = self.draw.choice(
            [
                "",
                "a.step()",
                f"a.step({self.draw.choice(self.values)})",
                "a.zero_grad(1)",
                "a.add_param_group({})",
            ]
        )
        return f"a = {made}\n{ending}" if ending else made

    def autograd(self) -> str:
        """Use a function of `torch.autograd`, or a hook."""
        if self.draw.random() < 0.3:
            name = self.draw.choice(
                [
                    "backward",
                    "register_hook",
                    "register_post_accumulate_grad_hook",
                    "retain_grad",
                    "requires_grad_",
                ]
            )
            return f"a = {self.tensor()}\na.{name}({', '.join(self.some([0, 1, 1, 2]))})"
        given = [
            self.draw.choice([*GRAPHS, *GRAPHS, *self.values])
            for _ in range(self.draw.choice([0, 1, 2, 2, 2, 3]))
        ]
        return f"torch.autograd.{self.draw.choice(AUTOGRAD)}({', '.join(given)})"
