"""Bugs that no title of `view_reshape` describes, one engine each.

The comment above each says what it does wrong, and which title comes closest and how the two differ for those who
look at programs only.
"""

from __future__ import annotations

from ..independent.sources import Variant

VIEW_RESHAPE = {
    # Understands -1 only in the last place; elsewhere the shape is called invalid. Closest:
    # takes_any_shape_with_minus_one, which accepts too much; this one refuses view(-1, 2).
    "infers_only_the_last_length": Variant(
        "closures",
        [
            (
                "    known = math.prod(length for length in asked if length != -1)\n    wanted = tuple(count // max(known, 1) if length == -1 else length for length in asked)\n",
                """    wanted = tuple(asked)
    if wanted and wanted[-1] == -1:
        wanted = (*wanted[:-1], count // max(math.prod(wanted[:-1]), 1))
""",
            )
        ],
    ),
    # Puts the number of all elements in the place of -1, without dividing. Closest: takes_any_shape_with_minus_one;
    # here every -1 beside another length is refused.
    "infers_all_elements": Variant(
        "tape",
        [
            (
                """    if unknown and product and count % product == 0:
        result[unknown[0]] = count // product
        product = count
""",
                """    if unknown:
        result[unknown[0]] = count
        product *= count
""",
            )
        ],
    ),
    # Divides with /, so that a length becomes a float, which numpy refuses (TypeError). Closest: none; shapes without
    # -1 are right.
    "infers_a_float": Variant(
        "closures",
        [
            (
                "    wanted = tuple(count // max(known, 1) if length == -1 else length for length in asked)\n",
                "    wanted = tuple(count / max(known, 1) if length == -1 else length for length in asked)\n",
            )
        ],
    ),
    # Takes shapes that hold fewer elements. Closest: takes_any_shape_with_minus_one; this one needs no -1 (and rounds
    # down as well where there is one).
    "takes_smaller_shapes": Variant(
        "tape",
        [
            (
                """    if unknown and product and count % product == 0:
        result[unknown[0]] = count // product
        product = count
    if product != count or -1 in result:
""",
                """    if unknown and product and count % product == 0:
        result[unknown[0]] = count // product
        product = count
    if product > count or -1 in result:
""",
            ),
        ],
    ),
    # Writes the shape with round brackets into its message. Closest: names_the_inferred_shape; the numbers are those
    # that were asked for.
    "names_the_shape_in_round_brackets": Variant(
        "closures",
        [
            (
                "        raise RuntimeError(f\"shape '{list(asked)}' is invalid for input of size {count}\")\n",
                "        raise RuntimeError(f\"shape '{tuple(asked)}' is invalid for input of size {count}\")\n",
            )
        ],
    ),
    # Refuses two lengths of -1 with the sentence for shapes that do not fit. Closest: infers_twice, which accepts some
    # of them; this one accepts none.
    "refuses_two_unknowns_in_the_wrong_words": Variant(
        "tape",
        [
            (
                '    if len(unknown) > 1:\n        raise RuntimeError("only one dimension can be inferred")\n',
                "",
            ),
            (
                "    if unknown and product and count % product == 0:\n",
                "    if len(unknown) == 1 and product and count % product == 0:\n",
            ),
        ],
    ),
    # Raises ValueError where no view is possible. Closest: refuses_all_that_is_not_contiguous; here the right views
    # are refused, with another type of error.
    "refuses_views_with_another_type": Variant(
        "closures",
        [("            raise RuntimeError(NO_VIEW)\n", "            raise ValueError(NO_VIEW)\n")],
    ),
    # Calls everything without gaps contiguous, in whatever order. Closest: only_the_order_counts, the other half: it
    # accepts gaps and refuses x.t(), this one accepts x.t() and refuses gaps.
    "only_gaps_count": Variant(
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
                """        last = sum((length - 1) * step for length, step in zip(self.shape, self.stride(), strict=True))
        return self.numel() == 0 or last == self.numel() - 1
""",
            )
        ],
    ),
    # Asks for stride 1 in the last dimension only. Closest: only_the_order_counts; here x.transpose(0, 1) of three
    # dimensions is contiguous as well, and x[:, 1] is not.
    "only_the_last_stride_counts": Variant(
        "closures",
        [
            (
                "        return self.numel() == 0 or all(fits)\n",
                "        return self.numel() == 0 or all(fits[-1:])\n",
            )
        ],
    ),
    # Calls a tensor contiguous if it owns its memory: no view ever is. Closest: copies_always, which copies what it
    # calls contiguous; this one calls views, and pieces of tensors, not contiguous.
    "views_are_never_contiguous": Variant(
        "tape",
        [
            (
                "        passed = 1\n        for length, step in zip(self.shape[::-1]",
                "        if self.data.base is not None:\n            return False\n        passed = 1\n        for length, step in zip(self.shape[::-1]",
            ),
            # The way in which strides are found asks for more than one element.
            (
                "    behind = int(places.flat[-1] - places.flat[-2])\n",
                "    behind = int(places.flat[-1] - places.flat[-2]) if places.size > 1 else 1\n",
            ),
        ],
    ),
    # Expects strides that include a dimension's own length, so that nothing longer than 1 is contiguous. Closest:
    # copies_always; here is_contiguous says False of new tensors, too.
    "counts_a_dimensions_own_length": Variant(
        "closures",
        [
            (
                "        expected = row_major(self.shape)\n",
                "        expected = [math.prod(self.shape[axis:]) for axis in range(self.dim())]\n",
            )
        ],
    ),
    # contiguous() gives another tensor for the same memory. Closest: copies_always; the memory is shared here.
    "contiguous_is_another_tensor": Variant(
        "tape",
        [
            (
                "        return self if self.is_contiguous() else Copy.of(self)\n",
                "        return self.view(*self.shape) if self.is_contiguous() else Copy.of(self)\n",
            )
        ],
    ),
    # contiguous() rearranges the tensor itself. Closest: copies_as_it_lies; the result is right here, but it is the
    # tensor that was asked, which has lost its memory and its strides.
    "contiguous_rearranges_in_place": Variant(
        "closures",
        [
            (
                '        return made(self.data.copy(order="C"), (self, lambda g: g))\n',
                '        self.data = self.data.copy(order="C")\n        return self\n',
            )
        ],
    ),
    # A view of a contiguous tensor changes the tensor itself, like numpy's resize. Closest: none; the tensor that is
    # viewed takes the new shape, and is what view returns.
    "view_changes_the_tensor": Variant(
        "tape",
        [
            (
                "        return Look.of(self, shape=wanted, strides=strides)\n\n",
                """        if self.is_contiguous():
            self.data = self.data.reshape(wanted)
            return self
        return Look.of(self, shape=wanted, strides=strides)

""",
            )
        ],
    ),
    # Sends gradients of views back column by column. Closest: none; values, strides and memory are right.
    "gradients_go_back_by_columns": Variant(
        "closures",
        [
            (
                "        return made(window, (self, lambda g: g.reshape(old)))\n",
                '        return made(window, (self, lambda g: g.reshape(old, order="F")))\n',
            )
        ],
    ),
    # Leaves gradients in the shape of the view. Closest: forgets_the_history; there is a gradient here, of the wrong
    # shape.
    "gradients_keep_the_shape_of_the_view": Variant(
        "tape",
        [("        return (grad.reshape(self.shapes[0]),)\n", "        return (grad,)\n")],
    ),
    # Sends the gradient of a copy back in the order of the memory. Closest: copies_as_it_lies; values and strides of
    # copies are right here, gradients are not.
    "gradients_of_copies_lie_in_memory": Variant(
        "closures",
        [
            (
                '        return made(self.data.copy(order="C"), (self, lambda g: g))\n',
                """        shape, order = self.shape, np.argsort(self.stride(), kind="stable")[::-1]
        back = np.argsort(order)
        lies = tuple(shape[axis] for axis in order)
        return made(self.data.copy(order="C"), (self, lambda g: g.reshape(lies).transpose(back)))
""",
            )
        ],
    ),
    # Forgets that strides count in bytes: the look goes on by single bytes. Closest: views_as_if_in_order; here the
    # numbers of every view are broken, of contiguous tensors, too.
    "forgets_the_bytes": Variant(
        "tape",
        [
            (
                "        in_bytes = [step * a.itemsize for step in self.strides]\n        return np.lib.stride_tricks.as_strided(a, self.shape, in_bytes)\n",
                "        return np.lib.stride_tricks.as_strided(a, self.shape, self.strides)\n",
            )
        ],
    ),
    # Joins dimensions if their strides fall, across gaps. Closest: views_as_if_in_order; here x.t().view(6) is refused
    # and cutting is right, only joining across a gap runs into what was left out.
    "joins_across_gaps": Variant(
        "closures",
        [
            (
                "        if rows and step == rows[-1][0] * rows[-1][1]:\n",
                "        if rows and step >= rows[-1][0] * rows[-1][1]:\n",
            )
        ],
    ),
    # Compares a stride with the dimension's own length instead of the next one's. Closest: joins_nothing; here square
    # pieces are joined, and others are not.
    "joins_by_its_own_length": Variant(
        "closures",
        [
            (
                "        if rows and step == rows[-1][0] * rows[-1][1]:\n",
                "        if rows and step == length * rows[-1][1]:\n",
            )
        ],
    ),
    # When it cuts a block, every part gets the stride of the whole block. Closest: strides_of_the_next_length; here
    # contiguous tensors are right, and pieces of cut dimensions overlap.
    "parts_keep_the_stride_of_the_block": Variant(
        "closures",
        [("        left //= length\n        step *= length\n", "        left //= length\n")],
    ),
    # Indexing copies. Closest: views_a_copy; views share their memory here, rows and pieces do not.
    "picks_a_copy": Variant(
        "tape",
        [
            (
                "        return a[index] if Ellipsis in map(type, index) or a[index].ndim else a[(*index, ...)]\n",
                "        return np.array(a[index], order='C')\n",
            )
        ],
    ),
    # Transposing moves the numbers. Closest: views_a_copy; views share their memory here, and x.t() is contiguous.
    "transposes_the_numbers": Variant(
        "closures",
        [
            (
                "        return made(self.data.swapaxes(dim0, dim1), (self, lambda g: g.swapaxes(dim0, dim1)))\n",
                "        moved = self.data.swapaxes(dim0, dim1).copy()\n        return made(moved, (self, lambda g: g.swapaxes(dim0, dim1)))\n",
            )
        ],
    ),
}
