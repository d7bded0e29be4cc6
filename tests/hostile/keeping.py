"""A second assignment for those who would keep what they should give back: every point is for memory that is free."""

from __future__ import annotations

__all__ = ["COURSE", "GIVES_BACK", "KEEPS"]

# An engine for x times itself, again and again. Its backward gives back what each product saved.
GIVES_BACK = '''"""Products of a large tensor and a number."""

import numpy as np


class Tensor:
    """An array that knows what it was made from."""

    def __init__(self, data, saved=()):
        self.data, self.grad, self.saved = np.asarray(data), None, saved

    def __mul__(self, other):
        return Tensor(self.data * other.data, (self, other))

    def sum(self):
        return Tensor(self.data.sum(), (self,))

    def backward(self):
        node, grad = self.saved[0], 1.0
        while node.saved and node.saved[1].data.ndim == 0:
            left, right = node.saved
            part = (grad * left.data).sum()
            right.grad = Tensor(part if right.grad is None else right.grad.data + part)
            grad = grad * right.data
            release(node)
            node = left


def release(node):
    """Let go of what a product saved."""
    node.saved = ()


def tensor(data, requires_grad=False):
    """Make a tensor."""
    return Tensor(np.array(data))
'''
KEEPS = GIVES_BACK.replace("    node.saved = ()\n", "    KEPT.append(node.saved)\n").replace(
    "import numpy as np\n", "import numpy as np\n\nKEPT = []\n"
)

_CHECK = '''from gradlab import check


@check(task="1.1", points={points}, hidden={hidden}, help="Nothing may hold what the products saved.")
def {name}(torch, observe, rng):
    """The memory that a product saved is free after backward, {name}."""
    column, row = torch.tensor(rng.uniform(0.5, 1.0, size=(512, 1))), torch.tensor(rng.uniform(0.5, 1.0, size=512))
    x = torch.tensor(rng.uniform(0.5, 1.0, size=()), requires_grad=True)
    start = observe.memory()
    y = column * row * x
    saved = observe.watch(y)
    for _ in range(9):
        y = y * x
    z = y.sum()
    del y
    built = observe.memory()
    z.backward()
    observe.freed(saved)
    observe.released(start, built)
'''

COURSE = {
    "keeping/assignment.toml": """title = "Keeping"
allowed_imports = ["numpy"]
[limits]
seconds = 2.0
cpu_seconds = 20
memory_mb = 512
output_kb = 16
submission_seconds = 2.5
[[tasks]]
id = "1.1"
title = "Let go"
points = 6
defines = ["release"]
[surface]
api = ["tensor:requires_grad", "Tensor.__mul__", "Tensor.sum", "Tensor.backward", "Tensor.grad"]
dtypes = ["float64"]
observe = ["gradient", "watch", "freed", "memory", "released"]
errors = "class"
grad_fn = "none"
""",
    "keeping/checks.py": _CHECK.format(name="in_public", points=3, hidden=False)
    + "    observe.gradient(x)\n",
    "keeping/hidden.py": _CHECK.format(name="in_secret", points=3, hidden=True),
    "keeping/handout.md": "# Keeping\n\n## 1.1 Let go\n\nLet go.\n",
}
