"""The misconceptions of the assignment view_reshape, each by its name, in engines that are written independently."""

from __future__ import annotations

from .sources import Variant

VARIANTS: dict[str, Variant] = {
    "copies_always": Variant(
        "tape",
        [
            (
                "        return self if self.is_contiguous() else Copy.of(self)\n",
                "        return Copy.of(self)\n",
            )
        ],
    ),
    # np.copy keeps the order in which the numbers lie.
    "copies_as_it_lies": Variant(
        "closures",
        [
            (
                '        return made(self.data.copy(order="C"), (self, lambda g: g))\n',
                "        return made(np.copy(self.data), (self, lambda g: g))\n",
            )
        ],
    ),
    "copies_without_history": Variant(
        "tape",
        [
            (
                "        return self if self.is_contiguous() else Copy.of(self)\n",
                '        return self if self.is_contiguous() else Tensor(np.array(self.data, order="C"))\n',
            ),
            (
                "        return Look.of(Copy.of(self), shape=wanted, strides=strides_in_order(wanted))\n",
                "        return Look.of(self.contiguous(), shape=wanted, strides=strides_in_order(wanted))\n",
            ),
        ],
    ),
    "every_stride_counts": Variant(
        "tape",
        [
            (
                "            if length > 1 and step != passed:\n",
                "            if step != passed:\n",
            )
        ],
    ),
    "forgets_the_history": Variant(
        "closures",
        [
            (
                """\
        old = self.shape
        steps = [step""",
                """\
        steps = [step""",
            ),
            (
                "        return made(window, (self, lambda g: g.reshape(old)))\n",
                "        return Tensor(window)\n",
            ),
        ],
    ),
    # The first -1 takes all that is left, and nothing but 1 remains for the others.
    "infers_twice": Variant(
        "tape",
        [
            (
                """\
    if len(unknown) > 1:
        raise RuntimeError("only one dimension can be inferred")
    result = list(shape)
""",
                """\
    result = [1 if length == -1 else length for length in shape]
""",
            ),
            (
                " or -1 in result:\n",
                ":\n",
            ),
        ],
    ),
    "joins_nothing": Variant(
        "closures",
        [
            (
                """\
        if rows and step == rows[-1][0] * rows[-1][1]:
            rows[-1][0] *= length
        else:
            rows.append([length, step])
""",
                """\
        rows.append([length, step])
""",
            )
        ],
    ),
    "names_the_inferred_shape": Variant(
        "closures",
        [
            (
                "shape '{list(asked)}' is invalid",
                "shape '{list(wanted)}' is invalid",
            )
        ],
    ),
    # A dimension of length 1 is left out here, too.
    "only_the_order_counts": Variant(
        "tape",
        [
            (
                """\
        passed = 1
        for length, step in zip(self.shape[::-1], self.stride()[::-1], strict=True):
            if length > 1 and step != passed:
                return False
            passed *= length
            if passed == 0:
                return True
        return True
""",
                """\
        steps = [step for length, step in zip(self.shape, self.stride(), strict=True) if length > 1]
        return steps == sorted(steps, reverse=True)
""",
            )
        ],
    ),
    # `reshape` asks the same question, and copies.
    "refuses_all_that_is_not_contiguous": Variant(
        "closures",
        [
            (
                "strides = row_major(wanted) if self.is_contiguous() else joined(self.shape, self.stride(), wanted)\n",
                "strides = row_major(wanted) if self.is_contiguous() else None\n",
            ),
            (
                """\
        if not self.is_contiguous():
            strides = joined(self.shape, self.stride(), wanted)
            if strides is not None:
                return self._seen_as(wanted, strides)
        return self.contiguous()""",
                """\
        return self.contiguous()""",
            ),
        ],
    ),
    "reshape_always_copies": Variant(
        "tape",
        [
            (
                """\
        strides = find_strides(self, wanted)
        if strides is not None:
            return Look.of(self, shape=wanted, strides=strides)
        return Look.of(Copy""",
                """\
        if self.is_contiguous():
            return self.view(wanted)
        return Look.of(Copy""",
            )
        ],
    ),
    "reshape_never_copies": Variant(
        "closures",
        [
            (
                """\
        wanted = lengths(shape, self.numel())
        if not self.is_contiguous():
            strides = joined(self.shape, self.stride(), wanted)
            if strides is not None:
                return self._seen_as(wanted, strides)
        return self.contiguous().view(wanted)
""",
                """\
        return self.view(*shape)
""",
            )
        ],
    ),
    "strides_from_the_front": Variant(
        "closures",
        [
            (
                "math.prod(shape[axis + 1 :]) for axis",
                "math.prod(shape[:axis]) for axis",
            )
        ],
    ),
    "strides_of_the_next_length": Variant(
        "tape",
        [
            (
                """\
            passed *= length
            if passed""",
                """\
            passed = length
            if passed""",
            ),
            (
                "        step *= length\n",
                "        step = length\n",
            ),
        ],
    ),
    "stumbles_over_length_one": Variant(
        "closures",
        [
            (
                """\
        if length == 1:
            continue
""",
                "",
            )
        ],
    ),
    "takes_any_shape_with_minus_one": Variant(
        "closures",
        [
            (
                "    if math.prod(wanted) != count:\n",
                "    if -1 not in asked and math.prod(wanted) != count:\n",
            )
        ],
    ),
    "views_a_copy": Variant(
        "tape",
        [
            (
                "        return np.lib.stride_tricks.as_strided(a, self.shape, in_bytes)\n",
                '        return np.lib.stride_tricks.as_strided(a, self.shape, in_bytes).copy(order="C")\n',
            )
        ],
    ),
    # Nothing is ever refused, then, and `reshape` never needs to copy.
    "views_as_if_in_order": Variant(
        "tape",
        [
            (
                """\
    if tensor.is_contiguous():
        return strides_in_order(wanted)
    places = np.zeros((), dtype=int)
    for length, step in zip(tensor.shape, tensor.stride(), strict=True):
        places = places[..., None] + step * np.arange(length)
    places = places.reshape(wanted)
    strides: list[int] = []
    behind = int(places.flat[-1] - places.flat[-2])
    for axis in reversed(range(len(wanted))):
        if wanted[axis] > 1:
            jumps = np.unique(np.diff(places, axis=axis))
            if len(jumps) > 1:
                return None
            behind = int(jumps[0])
        strides.insert(0, behind)
        behind *= wanted[axis]
    return tuple(strides)
""",
                """\
    return strides_in_order(wanted)
""",
            )
        ],
    ),
}
