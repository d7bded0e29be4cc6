"""Linting a small course that is wrong in one thing at a time."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from gradlab.lint import Linted

Lint = Callable[..., Linted]
Change = tuple[str, str, str]
CHECKS, HIDDEN, ENGINE, SETTINGS = (
    "sums/checks.py",
    "sums/hidden.py",
    "engine/engine.py",
    "sums/assignment.toml",
)
HANDOUT, MISTAKE, EXPECTED = "sums/handout.md", "sums/mistakes/last_only.py", "sums/examples/expected.toml"
# The engine of a solution that says more than it must: nobody can tell whether `+ 0.0` is there.
NEEDLESS = (ENGINE, "return numbers * factor", "return numbers * factor + 0.0")
NAME = "times: return numbers * factor + 0.0 -> return numbers * factor - 0.0"
EQUIVALENT = f'[[equivalent]]\nmutant = "{NAME}"\nreason = "Zero is zero."\n'


def test_nothing_is_wrong_with_a_course_that_is_right(linted: Lint) -> None:
    found = linted()
    assert found.problems == ()
    assert found.matrix == {"multiplies": ("1.1",), "adds_up": ("1.2",), "adds_up_more": ("1.2",)}
    first, second = found.tasks
    assert (first.id, first.points, first.public, first.hidden, first.mistakes) == ("1.1", 2, 1, 0, 0)
    assert (second.id, second.points, second.public, second.hidden, second.mistakes) == ("1.2", 2, 1, 1, 1)
    for task in found.tasks:
        assert task.mutants == task.killed > 1
        assert task.kill_rate == 1.0


# What is changed, and the problem that must be among those found.
WRONG: dict[str, tuple[Change, str]] = {
    "a wrong solution": (
        (ENGINE, "return numbers * factor", "return numbers + factor"),
        r"^checks\.py:4: the solution fails the check 'multiplies': .* differs from the reference",
    ),
    "a check that sees another task": (
        (CHECKS, "(rng.normal(size=3)).sum())", "(rng.normal(size=3)) * 2.0)"),
        r"^checks\.py:10: the check 'adds_up' of task 1\.2 passes when its task is blanked; it belongs to task 1\.1\.$",
    ),
    "a check that needs a later task": (
        (CHECKS, "* 3.0)", "* 3.0)\n    observe.value(torch.tensor(rng.normal(size=2)).sum())"),
        r"^checks\.py:4: the engine with the tasks 1\.1 solved fails the check 'multiplies' of task 1\.1, so it needs a "
        r"later task: Not implemented yet \(task 1\.2\)\.$",
    ),
    "a check that fails without a later task": (
        (CHECKS, "* 3.0)", "* 3.0)\n    observe.value(torch.tensor(rng.normal(size=2)).sum())"),
        r"^checks\.py:4: the check 'multiplies' of task 1\.1 fails when the later task 1\.2 is blanked",
    ),
    "a stub that passes": (
        (CHECKS, "observe.value(torch.tensor(rng.normal(size=3)) * 3.0)", "observe.value(torch.tensor(rng.normal(size=3)))"),
        r"^checks\.py:4: the stub passes the check 'multiplies' of task 1\.1, which is a stub in it\.$",
    ),
    "a check that leaves the surface": (
        (CHECKS, "* 3.0)", "+ 3.0)"),
        r"checks\.py:7: .*Tensor\.__add__",
    ),
    "a check with a chance of its own": (
        (CHECKS, "rng.normal(size=3)) * 3.0", "rng.normal(size=3)) * next(COUNTER)"),
        r"^checks\.py:\d+: the check 'multiplies' does something else when it runs a second time; draw all that is "
        r"random from `rng`, and keep nothing between runs\.$",
    ),
    "a mistake that passes": (
        (MISTAKE, "return numbers[-1]", "return numbers.sum()"),
        r"^mistakes/last_only\.py:3: must fail the check 'adds_up', and passes it\.$",
    ),
    "a mistake that fails more": (
        (MISTAKE, 'may_fail = ["adds_up_more"]', ""),
        r"^mistakes/last_only\.py:3: fails the check 'adds_up_more', which it does not declare \(add it to must_fail, or to may_fail\): ",
    ),
    "a mistake without an explanation": (
        (MISTAKE, '"""Forget all numbers but the last."""', ""),
        r"last_only\.py:1: has no docstring; it must explain the mistake to a student\.$",
    ),
    "an example that prints something else": (
        (HANDOUT, "# [3. 6.]", "# [3. 9.]"),
        r"^handout\.md:6: the example prints \[3\. 6\.\], and says that it prints \[3\. 9\.\]\.$",
    ),
    "an example that raises": (
        (HANDOUT, "print(torch.tensor([1.0, 2.0]).sum().data)", "print(torch.tensor([1.0, 2.0]).mean())"),
        r"^handout\.md:16: the example raises AttributeError: 'Tensor' object has no attribute 'mean'$",
    ),
    "an example that needs a later task": (
        (HANDOUT, "* 3.0).data)  # [3. 6.]", "* 3.0).sum().data)  # 9.0"),
        r"^handout\.md:8: the example raises NotImplementedError: Task 1\.2: Add up$",
    ),
    "a section without its task's title": (
        (HANDOUT, "## 1.2 Add up", "## 1.2 Sum up"),
        r"^handout\.md: has no section '## 1\.2 Add up'\.$",
    ),
    "a section of no task": (
        (HANDOUT, "## 1.2 Add up", "## 1.2 Sum up"),
        r"^handout\.md:11: the section '## 1\.2 Sum up' is no task's",
    ),
    "a sentence that no student can know": (
        (CHECKS, "* 3.0)", "* 3.0)\n    with observe.error():\n        torch.tensor(rng.normal(size=2)) * torch.tensor(rng.normal(size=3))"),
        r"^checks\.py:4: the check 'multiplies' compares the sentence 'The size of tensor a \(2\) .*', which stands neither in "
        r"the stub nor in the handout\.$",
    ),
    "a submission that gets other points": (
        (EXPECTED, 'name = "own"\nfile = "own.py"\nscore = 2', 'name = "own"\nfile = "own.py"\nscore = 3'),
        r"^examples/expected\.toml:13: the example 'own' gets 2 points, not 3\.$",
    ),
    "a submission that fails something else": (
        (EXPECTED, 'score = 2\nfails = ["multiplies"]', 'score = 2\nfails = ["adds_up"]'),
        r"^examples/expected\.toml:13: the example 'own' passes the check 'adds_up', which it must fail\.$",
    ),
    "a submission that is not there": (
        (EXPECTED, '"own.py"', '"his.py"'),
        r"^examples/expected\.toml:15: .*his\.py does not exist",
    ),
    "a submission with a mistake that is not there": (
        (EXPECTED, 'mistake = "last_only"', 'mistake = "lost_only"'),
        r"^examples/expected\.toml:22: There is no mistake 'lost_only'; did you mean 'last_only'\?$",
    ),
    "a handout that gives the solution away": (
        (HANDOUT, "## 1.2 Add up", "    return np.sum(numbers)\n\n## 1.2 Add up"),
        r"^handout\.md:11: `return np\.sum\(numbers\)` gives away",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_file_and_line(linted: Lint, what: str) -> None:
    change, pattern = WRONG[what]
    counter = (
        CHECKS,
        "import check\n",
        "import check\nfrom itertools import count\n\nCOUNTER = count(2.0)\n",
    )
    problems = linted(change, *([counter] if "COUNTER" in change[2] else [])).problems
    assert any(re.search(pattern, problem) for problem in problems), problems


def test_a_task_that_no_check_sees_is_none(linted: Lint) -> None:
    found = linted(
        (ENGINE, "return numbers * factor", "return helper(numbers) * factor"),
        (ENGINE, "def total(", 'def helper(numbers: Any) -> Any:\n    """Prepare."""\n    ### BEGIN SOLUTION 1.3\n    return numbers\n    ### END SOLUTION\n\n\ndef total('),
        (SETTINGS, "[surface]", '[[tasks]]\nid = "1.3"\ntitle = "Prepare"\npoints = 1\ndefines = ["helper"]\n[surface]'),
        (CHECKS, 'task="1.2", points=1', 'task="1.3", points=1'),
        (HIDDEN, "points=1", "points=2"),
    )  # fmt: skip
    assert (
        "checks.py:10: the check 'adds_up' of task 1.3 passes when its task is blanked; it belongs to task 1.2."
        in found.problems
    )
    assert not found.whole
    assert all(task.mutants == 0 for task in found.tasks)


def test_a_survivor_is_shown_as_a_diff_with_its_place(linted: Lint) -> None:
    found = linted(NEEDLESS)
    place, _, diff = found.problems[0].partition("\n")
    assert place.startswith("engine/engine.py:31: no check sees this mutant of task 1.1 (one of ")
    assert "-    return numbers * factor + 0.0\n+    return numbers * factor - 0.0" in diff
    task = found.tasks[0]
    assert task.survivors[0].name == NAME
    assert task.killed + len(task.survivors) == task.mutants
    assert 0.5 < task.kill_rate < 1.0


def test_a_mutant_that_is_listed_as_equivalent_is_no_survivor(linted: Lint) -> None:
    found = linted(NEEDLESS, equivalents__toml=EQUIVALENT)
    assert NAME not in {mutant.name for mutant in found.tasks[0].survivors}
    assert found.tasks[0].equivalents == 1


def test_only_few_mutants_of_a_task_may_be_equivalent(linted: Lint) -> None:
    problems = linted(NEEDLESS, equivalents__toml=EQUIVALENT).problems
    assert any(
        re.fullmatch(
            r"equivalents\.toml: 1 of the \d+ mutants of task 1\.1 are listed, more than 5%\. .*", problem
        )
        for problem in problems
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (EQUIVALENT.replace("- 0.0", "- 1.0"), r"equivalents\.toml:2: There is no mutant 'times: .* - 1\.0'"),
        (EQUIVALENT.replace("- 0.0", "+ 1.0"), r"equivalents\.toml:2: 'times: .*' is killed by a check, so it is not"),
        (EQUIVALENT.replace("Zero is zero.", " "), r"equivalents\.toml:3: reason is empty; say why nobody can tell"),
        (EQUIVALENT.replace("reason", "why"), r"equivalents\.toml:3: \[equivalent\] has no setting 'why'"),
        (EQUIVALENT * 2, r"equivalents\.toml:5: 'times: .*' is listed twice\."),
    ],
    ids=["unknown", "killed", "no reason", "unknown key", "twice"],
)  # fmt: skip
def test_the_list_of_equivalents_is_checked_itself(linted: Lint, text: str, problem: str) -> None:
    problems = linted(NEEDLESS, equivalents__toml=text).problems
    assert any(re.search(problem, found) for found in problems), problems


def test_random_programs_tell_who_is_not_equivalent(linted: Lint) -> None:
    name = "times: return numbers * factor -> return numbers"
    listed = f'[[equivalent]]\nmutant = "{name}"\nreason = "One is one."\n'
    found = linted((CHECKS, "* 3.0)", "* 1.0)"), random_programs=50, equivalents__toml=listed)
    [problem] = [text for text in found.problems if "is not equivalent" in text]
    assert problem.startswith(f"equivalents.toml:2: {name!r} is not equivalent: ")
    assert "import engine as torch" in problem


def test_random_programs_do_not_tell_equivalents_apart(linted: Lint) -> None:
    found = linted(NEEDLESS, random_programs=50, equivalents__toml=EQUIVALENT)
    assert not [text for text in found.problems if "random" in text or "not equivalent" in text]


MEMORY: tuple[Change, ...] = (
    (SETTINGS, '["value", "error"]', '["value", "error", "memory", "released"]'),
    (SETTINGS, '"Multiply"\npoints = 2', '"Multiply"\npoints = 3'),
)
WEIGHS = '''from gradlab import check


@check(task="1.1", points=1)
def gives_back(torch, observe, rng):
    """What a product took is given back with it."""
    few = torch.tensor(rng.normal(size=(SIZE, 1)))
    again = torch.tensor(rng.normal(size=SIZE))
    start = observe.memory()
    y = few * again
    built = observe.memory()
    del y
    observe.released(start, built)
'''


def weighing(size: int) -> str:
    return WEIGHS.replace("SIZE", str(size))


def test_a_public_check_of_memory_without_a_hidden_one_is_no_problem_but_worth_a_hint(linted: Lint) -> None:
    public = (CHECKS, "from gradlab import check\n", weighing(200))
    found = linted(*MEMORY, public)
    assert not [
        text for text in found.problems if not text.startswith("examples/")
    ]  # their points are others now
    [hint] = found.hints
    assert hint.startswith(
        "checks.py:4: the check 'gives_back' goes by what an engine says of its own memory, for no hidden check of task "
        "1.1 weighs it from outside. Write one, in hidden.py, that takes at least 4 MB: "
    )
    weighed = weighing(1000).replace("def gives_back", "def gives_back_all")
    both = linted(
        *MEMORY,
        public,
        (HIDDEN, "from gradlab import check\n", weighed),
        (SETTINGS, "points = 3", "points = 4"),
    )
    assert both.whole
    assert both.hints == ()


def test_a_hidden_check_of_memory_may_observe_nothing_else(linted: Lint) -> None:
    weighed = weighing(1000).replace("    del y\n", "    observe.value(y.sum())\n    del y\n")
    problems = linted(*MEMORY, (HIDDEN, "from gradlab import check\n", weighed)).problems
    assert (
        "hidden.py:12: the hidden check 'gives_back' observes memory and also value. Memory costs time, so that such a check "
        "has the same inputs for every submission; observe value in a check of its own."
    ) in problems


def test_mutants_that_never_end_are_killed(linted: Lint) -> None:
    found = linted(
        (ENGINE, "    return numbers * factor", "    left = 3\n    while left > 0:\n        left -= 1\n    return numbers * factor")
    )  # fmt: skip
    assert "left -= 1 -> pass" not in " ".join(mutant.name for mutant in found.tasks[0].survivors)


def test_a_recorder_that_is_wrong_is_noticed(linted: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    from gradlab.worker import probes

    real = probes.PROBES["value"]
    monkeypatch.setitem(
        probes.PROBES, "value", lambda value: real(value.data * 2.0)
    )  # here, not in the workers
    problems = linted().problems
    assert any(
        "observes something else when it runs without being recorded" in problem for problem in problems
    )
