"""The misconceptions listed for `view_reshape`, one engine each."""

from __future__ import annotations

from ..independent.sources import Variant

# How the right tape engine finds the strides of a view of what is not contiguous.
BY_PLACES = """    places = np.zeros((), dtype=int)
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
"""

# The same by cutting `blocks`, which are (length, stride), the last one first.
BY_BLOCKS = """    strides: list[int] = []
    left, step = blocks.pop(0) if blocks else (1, 1)
    for length in reversed(wanted):
        if left == 1 and length > 1 and blocks:
            left, step = blocks.pop(0)
        strides.insert(0, step)
        if left % length:
            return None
        left, step = left // length, step * length
    return tuple(strides) if left == 1 and not blocks else None
"""

VIEW_RESHAPE = {
    "copies_always": Variant(
        "tape",
        [
            (
                "        return self if self.is_contiguous() else Copy.of(self)\n",
                "        return Copy.of(self)\n",
            )
        ],
    ),
    "copies_as_it_lies": Variant(
        "closures",
        [
            (
                '        return made(self.data.copy(order="C"), (self, lambda g: g))\n',
                "        return made(np.array(self.data), (self, lambda g: g))\n",
            ),
            (
                "        return self.contiguous().view(wanted)\n",
                "        return self.contiguous()._seen_as(wanted, row_major(wanted))\n",
            ),
        ],
    ),
    "copies_without_history": Variant(
        "tape",
        [
            (
                "        return Look.of(Copy.of(self), shape=wanted, strides=strides_in_order(wanted))\n",
                "        return Tensor(np.array(self.data, order='C').reshape(wanted))\n",
            ),
            (
                "        return self if self.is_contiguous() else Copy.of(self)\n",
                "        return self if self.is_contiguous() else Tensor(np.array(self.data, order='C'))\n",
            ),
        ],
    ),
    "every_stride_counts": Variant(
        "closures",
        [
            (
                """        expected = row_major(self.shape)
        fits = [
            length == 1 or have == want
            for length, have, want in zip(self.shape, self.stride(), expected, strict=True)
        ]
        return self.numel() == 0 or all(fits)
""",
                "        return self.numel() == 0 or self.stride() == row_major(self.shape)\n",
            )
        ],
    ),
    "forgets_the_history": Variant(
        "tape",
        [
            (
                "        return Look.of(self, shape=wanted, strides=strides)\n\n",
                "        return look(self, wanted, strides)\n\n",
            ),
            (
                """            return Look.of(self, shape=wanted, strides=strides)
        return Look.of(Copy.of(self), shape=wanted, strides=strides_in_order(wanted))
""",
                """            return look(self, wanted, strides)
        return look(Copy.of(self), wanted, strides_in_order(wanted))
""",
            ),
            (
                "def numbers_of(",
                '''def look(tensor: Tensor, shape: tuple[int, ...], strides: tuple[int, ...]) -> Tensor:
    """Look at the memory of a tensor with another shape and other strides."""
    in_bytes = [step * tensor.data.itemsize for step in strides]
    return Tensor(np.lib.stride_tricks.as_strided(tensor.data, shape, in_bytes))


def numbers_of(''',
            ),
        ],
    ),
    "infers_twice": Variant(
        "closures",
        [
            (
                """    if asked.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    known = math.prod(length for length in asked if length != -1)
    wanted = tuple(count // max(known, 1) if length == -1 else length for length in asked)
    if math.prod(wanted) != count:
        raise RuntimeError(f"shape '{list(asked)}' is invalid for input of size {count}")
    return wanted
""",
                """    wanted = list(asked)
    while -1 in wanted:
        known = math.prod(length for length in wanted if length != -1)
        wanted[wanted.index(-1)] = count // max(known, 1)
    if math.prod(wanted) != count:
        raise RuntimeError(f"shape '{list(asked)}' is invalid for input of size {count}")
    return tuple(wanted)
""",
            )
        ],
    ),
    "joins_nothing": Variant(
        "tape",
        [
            (
                BY_PLACES,
                """    blocks = [(length, step) for length, step in zip(tensor.shape, tensor.stride(), strict=True) if length > 1]
    blocks.reverse()
"""
                + BY_BLOCKS,
            )
        ],
    ),
    "names_the_inferred_shape": Variant(
        "closures",
        [
            (
                "        raise RuntimeError(f\"shape '{list(asked)}' is invalid for input of size {count}\")\n",
                "        raise RuntimeError(f\"shape '{list(wanted)}' is invalid for input of size {count}\")\n",
            )
        ],
    ),
    "only_the_order_counts": Variant(
        "tape",
        [
            (
                """        passed = 1
        for length, step in zip(self.shape[::-1], self.stride()[::-1], strict=True):
            if length > 1 and step != passed:
                return False
            passed *= length
            if passed == 0:
                return True
        return True
""",
                """        steps = [step for length, step in zip(self.shape, self.stride(), strict=True) if length > 1]
        return self.numel() == 0 or steps == sorted(steps, reverse=True)
""",
            )
        ],
    ),
    "refuses_all_that_is_not_contiguous": Variant(
        "closures",
        [
            (
                """        strides = row_major(wanted) if self.is_contiguous() else joined(self.shape, self.stride(), wanted)
        if strides is None:
            raise RuntimeError(NO_VIEW)
        return self._seen_as(wanted, strides)
""",
                """        if not self.is_contiguous():
            raise RuntimeError(NO_VIEW)
        return self._seen_as(wanted, row_major(wanted))
""",
            ),
            (
                """        if not self.is_contiguous():
            strides = joined(self.shape, self.stride(), wanted)
            if strides is not None:
                return self._seen_as(wanted, strides)
        return self.contiguous().view(wanted)
""",
                """        try:
            return self.view(wanted)
        except RuntimeError:
            return self.contiguous().view(wanted)
""",
            ),
        ],
    ),
    "reshape_always_copies": Variant(
        "tape",
        [
            (
                """        strides = find_strides(self, wanted)
        if strides is not None:
            return Look.of(self, shape=wanted, strides=strides)
        return Look.of(Copy.of(self), shape=wanted, strides=strides_in_order(wanted))
""",
                "        return self.contiguous().view(wanted)\n",
            )
        ],
    ),
    "reshape_never_copies": Variant(
        "closures",
        [
            (
                """    def reshape(self, *shape: Any) -> Tensor:
        wanted = lengths(shape, self.numel())
        if not self.is_contiguous():
            strides = joined(self.shape, self.stride(), wanted)
            if strides is not None:
                return self._seen_as(wanted, strides)
        return self.contiguous().view(wanted)
""",
                "    reshape = view\n",
            )
        ],
    ),
    "strides_from_the_front": Variant(
        "tape",
        [
            (
                "        for length, step in zip(self.shape[::-1], self.stride()[::-1], strict=True):\n",
                "        for length, step in zip(self.shape, self.stride(), strict=True):\n",
            ),
            (
                """    for length in reversed(shape):
        strides.insert(0, step)
        step *= length
    return tuple(strides)


def find_strides""",
                """    for length in shape:
        strides.append(step)
        step *= length
    return tuple(strides)


def find_strides""",
            ),
        ],
    ),
    "strides_of_the_next_length": Variant(
        "closures",
        [
            (
                "    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))\n",
                "    return (*shape[1:], 1) if shape else ()\n",
            )
        ],
    ),
    "stumbles_over_length_one": Variant(
        "tape",
        [
            (
                BY_PLACES,
                """    blocks: list[tuple[int, int]] = []
    for length, step in zip(reversed(tensor.shape), reversed(tensor.stride()), strict=True):
        if blocks and step == blocks[-1][0] * blocks[-1][1]:
            blocks[-1] = (blocks[-1][0] * length, blocks[-1][1])
        else:
            blocks.append((length, step))
"""
                + BY_BLOCKS,
            )
        ],
    ),
    "takes_any_shape_with_minus_one": Variant(
        "closures",
        [
            (
                """    known = math.prod(length for length in asked if length != -1)
    wanted = tuple(count // max(known, 1) if length == -1 else length for length in asked)
    if math.prod(wanted) != count:
        raise RuntimeError(f"shape '{list(asked)}' is invalid for input of size {count}")
    return wanted
""",
                """    known = math.prod(length for length in asked if length != -1)
    if -1 in asked:
        return tuple(count // max(known, 1) if length == -1 else length for length in asked)
    if known != count:
        raise RuntimeError(f"shape '{list(asked)}' is invalid for input of size {count}")
    return asked
""",
            )
        ],
    ),
    "views_a_copy": Variant(
        "tape",
        [
            (
                """        in_bytes = [step * a.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(a, self.shape, in_bytes)
""",
                "        return a.reshape(self.shape).copy()\n",
            )
        ],
    ),
    "views_as_if_in_order": Variant(
        "closures",
        [
            (
                """        strides = row_major(wanted) if self.is_contiguous() else joined(self.shape, self.stride(), wanted)
        if strides is None:
            raise RuntimeError(NO_VIEW)
        return self._seen_as(wanted, strides)
""",
                "        return self._seen_as(wanted, row_major(wanted))\n",
            ),
            (
                """        if not self.is_contiguous():
            strides = joined(self.shape, self.stride(), wanted)
            if strides is not None:
                return self._seen_as(wanted, strides)
        return self.contiguous().view(wanted)
""",
                "        return self._seen_as(wanted, row_major(wanted))\n",
            ),
        ],
    ),
}
