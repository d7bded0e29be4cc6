"""What makes a student's bundle a repository: a README, what git ignores, and a workflow that checks every push.

GitHub Classroom takes such a repository as the template of an assignment; the workflow is in the form that it reads
points from.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from gradlab.lateness import deadline

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["repository_files"]

_IGNORED = """\
__pycache__/
.ipynb_checkpoints/
.venv/
.gradlab/
*.gradlab
"""
_README = """\
# {title}

Read `handout.md`, then fill in `engine.py`, or `engine.ipynb` if you prefer a notebook. Each task is a function that says
`raise NotImplementedError`.

```
python -m pip install gradlab=={version}
grade check              # the public checks, with feedback; as often as you like
grade check --watch      # again at each save
grade check --list       # what they look at, with their names
grade check --debug NAME # step through one of them on your engine: print and breakpoint() work
grade submit             # the same, recorded; writes the file to hand in
```

{carry}{due}The checks here are the public ones, worth {public:g} of {all:g} points. The course grades what you hand in with hidden checks
besides, which look at the same rules with other numbers and in other situations. What counts is that verdict: a score that
you compute here, or that the workflow of this repository shows, tells you how far you are.
"""
_CARRY = """\
The tasks of earlier assignments are {solved}. To build on your own engine instead:

```
grade start {name} ../carried --carry path/to/your/engine.py
```

and copy `engine.py` or `engine.ipynb` from `../carried` to here.

"""
_WORKFLOW = """\
# Checks every push. GitHub Classroom reads the points from it; as the student owns this repository and holds only the
# public checks, they are feedback, and the course grades what is handed in itself.
name: Autograding Tests
"on":
  - push
  - workflow_dispatch
  - repository_dispatch
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    steps:
      - name: Checkout code
        uses: actions/checkout@v4
      - name: Set up Python
        uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Install gradlab
        run: python -m pip install gradlab=={version}
{steps}      - name: Autograding Reporter
        uses: classroom-resources/autograding-grading-reporter@v1
        env:
{results}        with:
          runners: {runners}
"""
_STEP = """\
      - name: {id}
        id: {id}
        uses: classroom-resources/autograding-command-grader@v1
        with:
          test-name: {id}
          setup-command: ""
          command: grade check --course . --task {task}
          timeout: 5
          max-score: {points}
"""


def repository_files(assignment: Assignment, *, withheld: bool) -> dict[str, bytes]:
    """Return the files beside a starter's, by their names. `withheld`: earlier tasks are stubs, not solved."""
    from gradlab.assignment import earlier_assignments

    is_first = not earlier_assignments(assignment.course, assignment.name)
    files = {
        ".gitignore": _IGNORED,
        "README.md": _readme(assignment, is_first=is_first, withheld=withheld),
        ".github/workflows/classroom.yml": _workflow(assignment),
    }
    return {name: text.encode() for name, text in files.items()}


def _readme(assignment: Assignment, *, is_first: bool, withheld: bool) -> str:
    from gradlab import __version__

    solved = "left for you to bring along" if withheld else "solved in it"
    return _README.format(
        title=assignment.title,
        version=__version__,
        carry="" if is_first else _CARRY.format(name=assignment.name, solved=solved),
        due=f"{said}\n\n" if (said := deadline(assignment)) else "",
        public=sum(_public_points(assignment).values()),
        all=assignment.max_score,
    )


def _workflow(assignment: Assignment) -> str:
    from gradlab import __version__

    points = {task: number for task, number in _public_points(assignment).items() if number}
    steps = {f"task-{task.replace('.', '-')}": task for task in points}
    # The reporter reads whole numbers.
    scale = max(
        (Fraction(number).limit_denominator(100).denominator for number in points.values()), default=1
    )
    return _WORKFLOW.format(
        version=__version__,
        steps="".join(
            _STEP.format(id=name, task=task, points=round(points[task] * scale))
            for name, task in steps.items()
        ),
        results="".join(
            f'          {name.upper()}_RESULTS: "${{{{steps.{name}.outputs.result}}}}"\n' for name in steps
        ),
        runners=",".join(steps),
    )


def _public_points(assignment: Assignment) -> dict[str, float]:
    public = [check for check in assignment.checks if not check.hidden]
    return {
        task.id: sum(check.points for check in public if check.task == task.id) for task in assignment.tasks
    }
