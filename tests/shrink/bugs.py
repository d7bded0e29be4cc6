"""Wrong engines, and the smallest program on which each differs from the reference. These are the known minima: a
shrinker that finds more is a worse one; a smaller one is welcome here."""

from __future__ import annotations

# mistake of the course -> (check that sees it, the program that a student is shown, without its imports)
MISTAKES: dict[str, tuple[str, str]] = {
    "assigns_grad": (
        "adds_up_over_two_graphs",
        """
x = torch.tensor(1.0, requires_grad=True)
x.backward()
x.backward()
x.grad    # reference 2.0, yours 1.0
""",
    ),
    "averages_broadcasting": (
        "sums_over_dimensions_in_front",
        """
x = torch.tensor([1.0, 1.0], requires_grad=True)
bias = torch.tensor(1.0, requires_grad=True)
(x + bias).sum().backward()
bias.grad    # reference 2.0, yours 1.0
""",
    ),
    "fills_every_grad": (
        "fills_only_leaves",
        """
x = torch.tensor(1.0, requires_grad=True)
constant = torch.tensor(1.0)
y = x * constant
y.backward()
y.grad    # reference None, yours 1.0
""",
    ),
    "forgets_retain_graph": (
        "keeps_it_when_asked",
        """
x = torch.tensor(1.0, requires_grad=True)
y = x.exp()
y.backward(retain_graph=True)
y.backward()    # reference no error, yours RuntimeError
""",
    ),
    "forgets_what_arrives": (
        "differentiates_exp_and_log",
        """
x = torch.tensor(1.0, requires_grad=True)
x.exp().backward(torch.tensor(2.0))
x.grad    # reference 5.43656, yours 2.71828
""",
    ),
    "gives_constants_a_grad": (
        "stops_at_constants",
        """
x = torch.tensor(1.0, requires_grad=True)
with torch.no_grad():
    doubled = x * 1.0
(x * doubled).backward()
doubled.grad    # reference None, yours 1.0
""",
    ),
    "ignores_the_gradient_argument": (
        "follows_a_chain",
        """
x = torch.tensor(1.0, requires_grad=True)
x.backward(torch.tensor(2.0))
x.grad    # reference 2.0, yours 1.0
""",
    ),
    "index_assigns": (
        "picked_more_than_once",
        """
x = torch.tensor([1.0], requires_grad=True)
x[[0, 0]].sum().backward()
x.grad    # reference [2.0], yours [1.0]
""",
    ),
    "last_path_wins": (
        "adds_up_the_paths",
        """
x = torch.tensor(1.0, requires_grad=True)
(x + x).backward()
x.grad    # reference 2.0, yours 1.0
""",
    ),
    "matmul_in_the_wrong_order": (
        "differentiates_matmul",
        """
a = torch.tensor([1.0, 2.0], requires_grad=True)
b = torch.tensor([[1.0, 1.0], [1.0, 1.0]], requires_grad=True)
(a @ b).sum().backward()
b.grad    # reference [[1.0, 1.0], [2.0, 2.0]], yours [[1.0, 2.0], [1.0, 2.0]]
""",
    ),
    "mean_without_dividing": (
        "trains_a_layer",
        """
weight = torch.tensor([1.0, 1.0], requires_grad=True)
loss = weight.mean()
loss.backward()
weight.grad    # reference [0.5, 0.5], yours [1.0, 1.0]
""",
    ),
    "never_releases": (
        "frees_what_was_saved",
        """
column = torch.tensor(1.0)
x = torch.tensor(1.0, requires_grad=True)
y = column * x
saved = weakref.ref(y)
y = y * y
y.backward()
saved() is not None    # reference released, yours alive
""",
    ),
    "no_unbroadcast": (
        "sums_over_dimensions_in_front",
        """
x = torch.tensor([1.0], requires_grad=True)
bias = torch.tensor(1.0, requires_grad=True)
(x + bias).backward()
bias.grad    # reference shape (), yours shape (1,)
""",
    ),
    "quotient_without_square": (
        "differentiates_sub_and_div",
        """
c = torch.tensor(1.0, requires_grad=True)
d = torch.tensor(2.0, requires_grad=True)
(c / d).backward()
d.grad    # reference -0.25, yours -0.5
""",
    ),
    "refuses_every_second_backward": (
        "refuses_a_second_backward",
        """
x = torch.tensor(1.0, requires_grad=True)
nothing_saved = x.sum()
nothing_saved.backward()
nothing_saved.backward()    # reference no error, yours RuntimeError
""",
    ),
    "releases_only_the_output": (
        "refuses_a_second_backward",
        """
x = torch.tensor(1.0, requires_grad=True)
y = (x * x).sum()
y.backward()
try:
    y.backward()
except Exception as error:
    print(type(error).__name__, error)    # reference RuntimeError, yours no error
""",
    ),
    "relu_lets_everything_through": (
        "differentiates_relu",
        """
x = torch.tensor(0.0, requires_grad=True)
x.relu().backward()
x.grad    # reference 0.0, yours 1.0
""",
    ),
    "reshape_instead_of_transpose": (
        "differentiates_reshape_and_transpose",
        """
x = torch.tensor([[1.0, 1.0], [1.0, 1.0]], requires_grad=True)
x.t().backward(torch.tensor([[1.0, 1.0], [2.0, 1.0]]))
x.grad    # reference [[1.0, 2.0], [1.0, 1.0]], yours [[1.0, 1.0], [2.0, 1.0]]
""",
    ),
    "runs_a_node_too_early": (
        "adds_up_the_paths",
        """
x = torch.tensor(1.0, requires_grad=True)
y1 = x + 1.0
loss = y1 * y1
loss.backward()
x.grad    # reference 4.0, yours 2.0
""",
    ),
    "shares_the_gradient": (
        "the_gradient_is_the_leaf_s_own",
        """
x = torch.tensor(1.0, requires_grad=True)
y = torch.tensor(1.0, requires_grad=True)
gradient = torch.tensor(1.0)
x.backward(gradient)
y.backward(gradient)
x.backward()
y.grad    # reference 1.0, yours 2.0
""",
    ),
    "starts_any_output_with_ones": (
        "the_shapes_must_agree",
        """
x = torch.tensor([1.0], requires_grad=True)
try:
    x.backward(torch.tensor(1.0))
except Exception as error:
    print(type(error).__name__, error)    # reference RuntimeError, yours no error
""",
    ),
    "subtracts_without_a_sign": (
        "differentiates_sub_and_div",
        """
a = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(1.0, requires_grad=True)
(a - b).backward()
b.grad    # reference -1.0, yours 1.0
""",
    ),
    "sum_spreads_along_the_wrong_dimension": (
        "differentiates_sums_along_a_dimension",
        """
x = torch.tensor([[1.0, 1.0], [1.0, 1.0]], requires_grad=True)
x.sum(dim=1).backward(torch.tensor([1.0, 2.0]))
x.grad    # reference [[1.0, 1.0], [2.0, 2.0]], yours [[1.0, 2.0], [1.0, 2.0]]
""",
    ),
    "unbroadcast_drops_dimensions": (
        "sums_over_stretched_dimensions",
        """
column = torch.tensor([1.0], requires_grad=True)
row = torch.tensor([1.0, 1.0], requires_grad=True)
(column * row).sum().backward()
column.grad    # reference shape (1,), yours shape ()
""",
    ),
    "unbroadcast_sums_in_front_only": (
        "sums_over_stretched_dimensions",
        """
column = torch.tensor([1.0], requires_grad=True)
row = torch.tensor([1.0, 1.0], requires_grad=True)
(column * row).sum().backward()
column.grad    # reference shape (1,), yours shape (2,)
""",
    ),
}


# check of specimens.py -> (what is changed in the right engine, the program that a student is shown)
SPECIMENS: dict[str, tuple[tuple[str, str], str]] = {
    "answered_hook": (
        ("g = g if answer is None else answer.data", "pass"),
        """
w = torch.tensor(1.0, requires_grad=True)
def hook(grad):
    return grad * 2.0
w.register_hook(hook)
w.backward()
w.grad    # reference 2.0, yours 1.0
""",
    ),
    "counted_hook": (
        ("for hook in node.hooks:", "for hook in node.hooks * 2:"),
        """
x = torch.tensor(1.0, requires_grad=True)
def look(grad):
    print("look")
x.register_hook(look)
x.backward()
# The function look was called twice, the reference calls it once.
""",
    ),
    "ordered_hooks": (
        ("for hook in node.hooks:", "for hook in node.hooks[::-1]:"),
        """
x = torch.tensor(1.0, requires_grad=True)
def first(grad):
    return grad + 1.0
x.register_hook(first)
def second(grad):
    return grad * 2.0
x.register_hook(second)
x.backward()
x.grad    # reference 4.0, yours 3.0
""",
    ),
    "detached": (
        ("", ""),  # its detach copies as it is
        """
x = torch.tensor(1.0, requires_grad=True)
d = x.detach()
np.shares_memory(x.data, d.data)    # reference shared, yours not shared
""",
    ),
    "lengths": (
        ("return len(self.data)", "return self.data.size"),
        """
x = torch.tensor([[1.0, 1.0]])
len(x)    # reference 1, yours 2
""",
    ),
    "left_no_grad": (
        ("_enabled = self.before", "_enabled = False"),
        """
x = torch.tensor(1.0, requires_grad=True)
with torch.no_grad():
    pass
y = x.sum()
y.backward()    # reference no error, yours RuntimeError
""",
    ),
    "refused": (
        ('raise RuntimeError("grad can be', 'raise ValueError("grad can be'),
        """
x = torch.tensor([1.0, 1.0], requires_grad=True)
try:
    x.backward()
except Exception as error:
    print(type(error).__name__, error)    # reference RuntimeError, yours ValueError
""",
    ),
    "shared_array": (
        ("made.data = array", "made.data = array.copy()"),
        """
array = np.array([2.0])
x = torch.from_numpy(array)
array[0] = 1.0
x    # reference [1.0], yours [2.0]
""",
    ),
    "sliced": (
        ("np.add.at(full, index, g)", "full[index] = g"),
        """
x = torch.tensor([1.0], requires_grad=True)
x[[0, 0]].sum().backward()
x.grad    # reference [2.0], yours [1.0]
""",
    ),
    "chained": (
        ("(g @ b.T, a.T @ g)", "(g @ b.T, a.T @ g * 2.0)"),
        """
a = torch.tensor([[1.0]], requires_grad=True)
b = torch.tensor([[1.0]], requires_grad=True)
(a @ b).backward()
b.grad    # reference [[1.0]], yours [[2.0]]
""",
    ),
    "used_again": (
        ("node.used = not retain_graph", "node.used = True"),
        """
x = torch.tensor(1.0, requires_grad=True)
z = x.sum()
z.backward()
z.backward()    # reference no error, yours RuntimeError
""",
    ),
}
