"""Bugs that are on no list of mistakes, in the solutions: (assignment, text of the solution, what stands in its place)."""

from __future__ import annotations

UNLISTED: dict[str, tuple[str, str, str]] = {
    # backward
    "exp_minus_one": ("backward", "return grad * result\n", "return grad * (result - 1.0)\n"),
    "log_of_the_square": ("backward", "return grad / a\n", "return grad / a**2\n"),
    "tanh_without_square": ("backward", "grad * (1.0 - result**2)", "grad * (1.0 - result)"),
    "sigmoid_like_tanh": ("backward", "result * (1.0 - result)", "(1.0 - result**2)"),
    "power_off_by_one": ("backward", "a ** (exponent - 1)", "a ** (exponent - 2)"),
    "starts_with_two": ("backward", "return np.ones(output.shape)", "return 2.0 * np.ones(output.shape)"),
    "one_element_too_few": ("backward", "if output.numel() != 1:", "if output.dim() > 0:"),
    "matmul_takes_the_wrong_factor": ("backward", "grad @ b.T, a.T @ grad", "grad @ b.T, b.T @ grad"),
    "negates_twice": ("backward", "return grad, -grad\n", "return -grad, grad\n"),
    "keeps_half": ("backward", "leaf.grad.data += grad", "leaf.grad.data += 0.5 * grad"),
    # zero_grad
    "half_the_rate": ("zero_grad", "alpha=lr)", "alpha=0.5 * lr)"),
    "decays_weights": (
        "zero_grad",
        "                parameter.sub_(parameter.grad, alpha=lr)",
        "                parameter.mul_(0.9)\n                parameter.sub_(parameter.grad, alpha=lr)",
    ),
    "steps_twice": (
        "zero_grad",
        "                parameter.sub_(parameter.grad, alpha=lr)",
        "                parameter.sub_(parameter.grad, alpha=lr)\n                parameter.sub_(parameter.grad, alpha=lr)",
    ),
    "clears_the_first_only": (
        "zero_grad",
        "for parameter in parameters:\n        if set_to_none",
        "for parameter in list(parameters)[:1]:\n        if set_to_none",
    ),
    "calls_the_closure_twice": (
        "zero_grad",
        "        return closure()\n",
        "        closure()\n        return closure()\n",
    ),
    "another_exception": ("zero_grad", "raise RuntimeError(CHANGED_LEAF)", "raise ValueError(CHANGED_LEAF)"),
    # retain_grad
    "keeps_the_sign_changed": ("retain_grad", "Tensor(grad.copy()", "Tensor(-grad"),
    "calls_hooks_twice": (
        "retain_grad",
        "        answer = hook(Tensor(grad))\n",
        "        hook(Tensor(grad))\n        answer = hook(Tensor(grad))\n",
    ),
    "adds_the_answer": (
        "retain_grad",
        "            grad = answer.data\n",
        "            grad = grad + answer.data\n",
    ),
    "removes_everything": ("retain_grad", "self.hooks.pop(self.number, None)", "self.hooks.clear()"),
    "first_answer_wins": (
        "retain_grad",
        "        answer = hook(Tensor(grad))\n",
        "        answer = hook(Tensor(grad)) if grad is not None else None\n        if answer is not None:\n            return answer.data\n",
    ),
    "retains_in_halves": ("retain_grad", "result.kept.data + grad", "result.kept.data + 0.5 * grad"),
    # view_reshape
    "counts_bytes": ("view_reshape", "step // self.data.itemsize for", "step for"),
    "always_contiguous": (
        "view_reshape",
        "return self.numel() == 0 or lies_in_order(self.shape, self.stride())",
        "return True",
    ),
    "never_contiguous": (
        "view_reshape",
        "return self.numel() == 0 or lies_in_order(self.shape, self.stride())",
        "return False",
    ),
    "infers_one_more": (
        "view_reshape",
        "count // others if length == -1 and others",
        "count // others + 1 if length == -1 and others",
    ),
    "another_sentence": ("view_reshape", '"only one dimension can be inferred"', '"too many lengths of -1"'),
    "shifts_the_view": (
        "view_reshape",
        "    seen = np.lib.stride_tricks.as_strided(tensor.data, shape, steps)",
        "    seen = np.lib.stride_tricks.as_strided(tensor.data, shape, steps)[::-1] if shape else tensor.data.reshape(())",
    ),
}
