"""The command `grade`. A verb's module is imported when the verb is used, so that `grade --help` answers at once."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from gradlab import __version__
from gradlab.errors import GradlabError, InternalError

__all__ = ["main"]

DEBUG_VARIABLE = "GRADLAB_DEBUG"

# Each verb is the function of that name in the module of that name.
GROUPS = {
    "Verbs for students": {
        "start": "Write an assignment's files to begin with.",
        "check": "Run the public checks here, with feedback.",
        "submit": "Hand in: run all checks in isolation and record the attempt.",
        "status": "List my attempts and due dates.",
        "show": "Show the feedback on an attempt again.",
    },
    "Verbs for instructors": {
        "init": "Write a course of your own, which works at once.",
        "new": "Write the skeleton of an assignment into the course.",
        "lint": "Check how good an assignment is: solution, stubs, mistakes, mutants.",
        "release": "Write the bundle of an assignment that students get.",
    },
    "Verbs for everybody": {
        "fuzz": "Try random programs: where does an engine differ from the reference?",
        "doctor": "Say what this machine offers: isolation, engine, database, versions.",
        "demo": "Grade the submissions that come with gradlab, to see what it does.",
    },
}
VERBS = {verb: says for group in GROUPS.values() for verb, says in group.items()}
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
INTERRUPTED = 130
PIPE_CLOSED = 141


class Verbs(click.Group):
    """The verbs, loaded on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"gradlab.cli.{cmd_name}"), cmd_name)
        command.context_settings = SETTINGS
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS and not args[0].startswith("-"):
            near = get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" The verbs are {', '.join(VERBS)}."
            raise click.UsageError(f"There is no verb {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, verbs in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(list(verbs.items()))


@click.group(cls=Verbs, context_settings=SETTINGS, subcommand_metavar="VERB ...")
@click.version_option(__version__, message="gradlab %(version)s")
def grade() -> None:
    """Learn how autograd works by building it; gradlab grades what you built.

    Exit codes: 0 done, 1 checks failed, 2 usage, 3 isolation weaker than required, 4 the submission cannot be
    graded, 70 our own fault.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. A user's mistake is one sentence, never a traceback."""
    gc.set_threshold(200_000)  # a command is short, and most of what it makes while loading lives to its end
    try:
        code = grade.main(args=args, prog_name="grade", standalone_mode=False)
        sys.stdout.flush()
        gc.freeze()  # nothing is left to collect, and the interpreter need not look for it on its way out
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("grade: interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; keep the interpreter from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except InternalError as error:
        return _our_fault(error)
    except GradlabError as error:
        _debug()
        _say(str(error))
        return error.exit_code
    except Exception as error:
        return _our_fault(error)


def _our_fault(error: Exception) -> int:
    _debug()
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    _say(
        f"gradlab itself failed, which is not your fault ({what}). Please report it, with what "
        f"'{DEBUG_VARIABLE}=1 grade ...' and 'grade doctor' print."
    )
    return InternalError.exit_code


def _debug() -> None:
    if os.environ.get(DEBUG_VARIABLE):
        import traceback

        traceback.print_exc()


def _say(message: str) -> None:
    from gradlab.render.escape import clean

    click.echo(f"grade: {clean(message, lines=True)}", err=True)
