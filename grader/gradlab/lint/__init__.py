"""How good is an assignment? Everything that must hold of one, looked at in one go.

The solution passes every check and the stub none; each stair of solved tasks passes its own checks and no more; every
Mistake fails what it declares; checks observe the same however often they run; the handout's examples run; the bundle
for students gives nothing away; and every mutant of the solution is killed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gradlab.assemble import assemble
from gradlab.errors import CourseError
from gradlab.lint.bench import Bench
from gradlab.lint.bundle import make_bundle
from gradlab.lint.examples import try_examples
from gradlab.lint.handouts import read_handout
from gradlab.lint.hints import hints
from gradlab.lint.misconceptions import try_mistakes
from gradlab.lint.model import Linted, TaskQuality
from gradlab.lint.mutation import Mutation, mutate
from gradlab.lint.other_engine import compare
from gradlab.lint.proof import tell_apart
from gradlab.lint.repeats import other_inputs, repeat
from gradlab.lint.sentences import unquoted
from gradlab.lint.stairs import climb
from gradlab.mistakes import load_mistakes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradlab.assignment import Assignment
    from gradlab.mistakes import Mistake
    from gradlab.runner import Grading

__all__ = ["SECRET", "Linted", "Mutation", "Progress", "TaskQuality", "compare", "lint", "task_table"]

SECRET = b"gradlab lint"  # in place of the course's, which nothing but grading needs

# Called with what is being done, how many of its steps are done, and of how many.
Progress = Callable[[str, int, int], object]


def lint(
    grading: Grading, progress: Progress = lambda what, done, total: None, *, random_programs: int = 0
) -> Linted:
    """Look at everything in `grading.assignment`. Mistakes and mutants are tried only if the checks themselves, the
    solution and the stubs are right, because nothing they show would be certain otherwise. So many `random_programs` are
    run on each mutant that is listed as equivalent.

    Raises IsolationError if no worker can be confined here.
    """
    assignment = grading.assignment
    progress("the checks", 0, 1)
    with Bench(grading) as bench:
        mistakes, problems = _mistakes(assignment)
        problems += [*bench.problems, *read_handout(assignment), *unquoted(bench), *make_bundle(assignment)]
        if bench.problems:
            return Linted(assignment.name, tuple(problems), task_table(assignment, mistakes), whole=False)
        progress("the solution and the stubs", 0, 1)
        stairs = climb(bench)
        problems += stairs.problems
        if stairs.problems:
            return Linted(
                assignment.name, tuple(problems), task_table(assignment, mistakes), stairs.matrix, whole=False
            )
        solution = assemble(assignment, solved=[task.id for task in assignment.tasks])
        progress("the checks again", 0, 1)
        problems += repeat(bench, grading)
        problems += other_inputs(grading, solution)
        bench.hurry(solution)
        for done, found in enumerate(try_mistakes(bench, solution, mistakes), 1):
            progress("mistakes", done, len(mistakes))
            problems += found
        for found in try_examples(bench, mistakes):
            problems += found
        mutation = mutate(bench, stairs.matrix, lambda done, total: progress("mutants", done, total))
        problems += mutation.problems
        progress("random programs", 0, 1)
        problems += tell_apart(grading, mutation, random_programs)
    return Linted(
        assignment.name,
        tuple(problems),
        task_table(assignment, mistakes, mutation),
        stairs.matrix,
        hints=hints(assignment),
    )


def _mistakes(assignment: Assignment) -> tuple[tuple[Mistake, ...], list[str]]:
    try:
        return load_mistakes(assignment), []
    except CourseError as error:
        return (), list(error.problems)


def task_table(
    assignment: Assignment, mistakes: Sequence[Mistake], mutation: Mutation | None = None
) -> tuple[TaskQuality, ...]:
    """Return how much looks at each task, and what came of its mutants, if they were tried."""
    mutation = mutation or Mutation()
    task_of = {check.name: check.task for check in assignment.checks}
    seen_in = [{task_of[name] for name in mistake.must_fail} for mistake in mistakes]
    return tuple(
        TaskQuality(
            id=task.id,
            title=task.title,
            points=task.points,
            public=sum(check.task == task.id and not check.hidden for check in assignment.checks),
            hidden=sum(check.task == task.id and check.hidden for check in assignment.checks),
            mistakes=sum(task.id in tasks for tasks in seen_in),
            mutants=sum(mutant.task == task.id for mutant in mutation.mutants),
            equivalents=sum(mutant.task == task.id for mutant in mutation.equivalents),
            survivors=tuple(mutant for mutant in mutation.survivors if mutant.task == task.id),
        )
        for task in assignment.tasks
    )
