"""What this plugin does."""

import csv
import io

from gradlab_shapes import judge
from gradlab_shapes.table import render

from gradlab import Check, Observation
from gradlab.testing import HOSTILE, sample_report
from gradlab.wire import Array, Scalar

CHECK = Check(
    "keeps_it", "1", "Keeps it", 1.0, lambda torch, observe, rng: None, help="Count the dimensions."
)


def shape_of(*shape: int) -> Observation:
    return Observation(7, 0, "shape", "x.sum(dim=1)", Array("bool", shape, b"\0" * 6))


def test_the_elements_do_not_matter() -> None:
    other = Observation(7, 0, "shape", "x.sum(dim=1)", Array("bool", (2, 3), b"\1" * 6))
    assert judge(CHECK, [shape_of(2, 3)], [other]) == []


def test_another_shape_is_said_with_both() -> None:
    (found,) = judge(CHECK, [shape_of(2, 3)], [shape_of(6)])
    assert found.message == "x.sum(dim=1) has the shape (6,), the reference has (2, 3)."
    assert (found.kind, found.sid, found.help) == ("shape", 7, "Count the dimensions.")


def test_what_is_no_array_has_no_shape() -> None:
    (found,) = judge(CHECK, [shape_of(2, 3)], [Observation(7, 0, "shape", "x", Scalar(1.0))])
    assert found.actual == "none"


def test_a_spreadsheet_finds_no_formula_in_the_table() -> None:
    rows = list(csv.reader(io.StringIO(render(sample_report("=1+1" + HOSTILE).for_student()))))
    assert len(rows) == 6
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
