"""Attacks that lie in how something is handed in: packages, archives, folders, links, notebooks, names, encodings."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from gradlab import package

from .attack import Attack, Ends
from .conftest import RIGHT, STUB, WRONG

__all__ = ["ATTACKS"]

ATTACKS: list[Attack] = []
Build = Callable[[Path, Mapping[str, str]], Path]
FREE = (
    "from gradlab import check\n\n@check(task='1.1', points=6)\ndef free(torch, observe, rng):\n    'Free.'\n"
)
WRONG_ANSWER = "x.grad[0] is 0.0652997"


def attack(group: str, ends: Ends, *says: str) -> Callable[[Build], Build]:
    """Add an attack to the corpus, by the name of the function that builds it."""

    def add(build: Build) -> Build:
        ATTACKS.append(Attack(group, build.__name__, ends, says, build))
        return build

    return add


# --- packages and archives ---------------------------------------------------------------------------------------
def packed(files: Mapping[str, str | bytes]) -> bytes:
    """Return an honest package."""
    content = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    return package.write(content, assignment="squares", student="mallory")


def zipped(
    entries: list[tuple[str | zipfile.ZipInfo, str | bytes]], base: bytes = b"", how: int = zipfile.ZIP_STORED
) -> bytes:
    """Return a zip file of `entries`, after those of `base`."""
    buffer = io.BytesIO(base)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a", how) as archive:
        warnings.simplefilter("ignore")  # two entries of one name
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, str]:
    """Return a zip entry that is a symbolic link."""
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry, target


@attack("packages", "refused", "is not a plain relative path")
def zip_slip(folder: Path, known: Mapping[str, str]) -> Path:
    base = packed({"engine.py": RIGHT})
    return write(folder / "w.gradlab", zipped([("files/../../../canary/canary.txt", "x")], base))


@attack("packages", "refused", "which 'grade submit' never writes", "is not a plain relative path")
def zip_absolute(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", zipped([(known["CANARY"], "x")], packed({"engine.py": RIGHT})))


@attack("packages", "refused", "is not a plain relative path")
def zip_slip_with_a_manifest_that_fits(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", packed({"engine.py": RIGHT, "../canary.py": "x"}))


@attack("packages", "refused", "compressed or encrypted entry")
def zip_bomb(folder: Path, known: Mapping[str, str]) -> Path:
    bomb = zipped([("files/a.py", bytes(64 << 20))], packed({"engine.py": RIGHT}), zipfile.ZIP_DEFLATED)
    return write(folder / "w.gradlab", bomb)


@attack("packages", "refused", "entries; at most")
def zip_of_ten_thousand_entries(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", zipped([(f"files/{n}.py", b"") for n in range(10_000)]))


@attack("packages", "refused", "holds an entry of 2.05e+03 MB; that is too large")
def zip_that_lies_about_its_sizes(folder: Path, known: Mapping[str, str]) -> Path:
    content = bytearray(packed({"engine.py": RIGHT}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 20 : at + 28] = struct.pack("<II", 0x7FFFFFFF, 0x7FFFFFFF)
    return write(folder / "w.gradlab", bytes(content))


@attack("packages", "refused", "two entries of the same name")
def zip_with_two_of_one_name(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", zipped([("files/engine.py", RIGHT)], packed({"engine.py": STUB})))


@attack("packages", "refused", "differ only in upper and lower case")
def zip_with_names_that_differ_in_case(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", packed({"engine.py": STUB, "Engine.py": RIGHT}))


@attack("packages", "refused", "was changed after")
def zip_with_a_link(folder: Path, known: Mapping[str, str]) -> Path:
    return write(
        folder / "w.gradlab", zipped([link("files/link.py", known["CANARY"])], packed({"engine.py": RIGHT}))
    )


@attack("packages", "refused", "which 'grade submit' never writes")
def zip_with_a_score(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", zipped([("report.json", '{"score": 6}')], packed({"engine.py": STUB})))


@attack("packages", "stub", WRONG_ANSWER)
def manifest_of_somebody_else(folder: Path, known: Mapping[str, str]) -> Path:
    files = {"engine.py": WRONG.encode()}
    return write(folder / "w.gradlab", package.write(files, assignment="../../x", student="alice\x1b[31m"))


@attack("packages", "refused", "has a character in its name that not every system can store")
def escapes_in_the_name_of_an_entry(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", packed({"engine.py": STUB, "\x1b[2J\n::error::x.py": ""}))


@attack("packages", "refused", "has a character in its name", "is not a plain relative path")
def backslashes_in_the_name_of_an_entry(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", packed({"engine.py": STUB, "..\\..\\canary.py": ""}))


@attack("packages", "refused", "has a name that not every system can store")
def devices_in_the_names_of_entries(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.gradlab", packed({"engine.py": STUB, "nul.py": "", "com1.py": ""}))


@attack("archives", "refused", "is not a plain relative path")
def archive_slip(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.zip", zipped([("engine.py", RIGHT), ("../../canary/canary.py", "x")]))


@attack("archives", "refused", "would unpack to")
def archive_bomb(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.zip", zipped([("engine.py", bytes(64 << 20))], how=zipfile.ZIP_DEFLATED))


@attack("archives", "refused", "is damaged")
def archive_that_lies_about_its_sizes(folder: Path, known: Mapping[str, str]) -> Path:
    content = zipped([("engine.py", bytes(8 << 20))], how=zipfile.ZIP_DEFLATED)
    at = content.rindex(b"PK\x01\x02")
    small = struct.pack("<I", 100)
    return write(folder / "w.zip", content[: at + 24] + small + content[at + 28 :])


@attack("archives", "refused", "two entries of the same name")
def archive_with_two_of_one_name(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.zip", zipped([("engine.py", STUB), ("engine.py", RIGHT)]))


@attack("archives", "refused", "is a link")
def archive_with_a_link(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.zip", zipped([("engine.py", RIGHT), link("data.py", known["CANARY"])]))


@attack("archives", "refused", "is encrypted")
def archive_with_a_password(folder: Path, known: Mapping[str, str]) -> Path:
    content = bytearray(zipped([("engine.py", RIGHT)]))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return write(folder / "w.zip", bytes(content))


@attack("archives", "refused", "found inner.zip")
def archive_in_an_archive(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.zip", zipped([("inner.zip", zipped([("engine.py", RIGHT)]))]))


# --- folders -----------------------------------------------------------------------------------------------------
@attack("folders", "refused", "holds no engine.py")
def link_to_the_course_s_engine(folder: Path, known: Mapping[str, str]) -> Path:
    (folder / "engine.py").symlink_to(Path(known["ROOT"], "engine", "engine.py"))
    return folder


@attack("folders", "stub", "engine.py, line 1: 'answers' cannot be imported here")
def link_to_a_folder_of_answers(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", f"import answers\n{RIGHT}")
    (folder / "answers").symlink_to(Path(known["ROOT"]))
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def links_in_a_circle(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    (folder / "circle").symlink_to(folder)
    (folder / "one.py").symlink_to(folder / "two.py")
    (folder / "two.py").symlink_to(folder / "one.py")
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def a_pipe_that_nobody_writes_to(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    os.mkfifo(folder / "pipe.py")
    return folder


@attack("folders", "refused", "files and folders", "Python files; at most")
def thousands_of_files(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", RIGHT)
    for number in range(2500):
        (folder / f"f{number}.py").touch()
    return folder


@attack("folders", "refused", "at most 1 MB are taken")
def a_sparse_file_of_a_terabyte(folder: Path, known: Mapping[str, str]) -> Path:
    with (folder / "engine.py").open("wb") as stream:
        stream.truncate(1 << 40)
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def a_hundred_folders_deep(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    write(folder.joinpath(*["d"] * 100) / "x.py", RIGHT)
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def commands_in_the_names_of_files(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    for name in (
        "\x1b[2Jpassed",
        "::set-output name=score::6",
        "=HYPERLINK(1)",
        "<script>",
        "\u202e6",
        "a\nb",
    ):
        (folder / name).touch()
    os.close(os.open(os.fsencode(folder) + b"/\xff\xfe.py", os.O_CREAT))
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def a_course_of_its_own(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    write(
        folder / "course.toml",
        'title = "Mine"\nengine = "engine"\norder = ["squares"]\nplugins = ["engine"]\n',
    )
    write(folder / "assignment.toml", 'title = "Mine"\n[tolerance]\nfloat64 = 1e9\n')
    write(folder / "squares" / "assignment.toml", 'title = "Mine"\n')
    for name in ("checks.py", "hidden.py", "squares/checks.py", "conftest.py"):
        write(folder / name, FREE)
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def a_plugin_of_its_own(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    plugin = "from gradlab import hookimpl\n\n@hookimpl\ndef score(assignment, results):\n    return 6.0\n"
    for name in (
        "gradlab_plugins/program.py",
        "gradlab_plugins/__init__.py",
        "sitecustomize.py",
        "usercustomize.py",
    ):
        write(folder / name, plugin)
    write(folder / "cheat-1.dist-info" / "entry_points.txt", "[gradlab]\ncheat = gradlab_plugins.program\n")
    write(folder / "cheat-1.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: cheat\nVersion: 1\n")
    write(folder / "pyproject.toml", '[project.entry-points.gradlab]\ncheat = "gradlab_plugins.program"\n')
    write(folder / "cheat.pth", "import gradlab_plugins.program\n")
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def compiled_code_for_the_grader(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    write(folder / "__pycache__" / "engine.cpython-311.pyc", b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(100))
    write(folder / "engine.so", b"\x7fELF" + bytes(100))
    write(folder / "engine.pyd", b"MZ" + bytes(100))
    return folder


@attack("folders", "stub", WRONG_ANSWER)
def modules_named_like_the_grader_s(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", WRONG)
    for name in (
        "numpy",
        "msgspec",
        "gradlab",
        "refgrad",
        "sys",
        "os",
        "json",
        "site",
        "builtins",
        "importlib",
    ):
        write(folder / f"{name}.py", "raise SystemExit('found it')\n")
        write(folder / name / "__init__.py", "raise SystemExit('found it')\n")
    return folder


@attack("folders", "stub", "x.grad", "engine.py cannot be imported", "There is no torch.tensor")
def modules_that_import_each_other(folder: Path, known: Mapping[str, str]) -> Path:
    write(folder / "engine.py", f"import first\n{WRONG}")
    write(folder / "first.py", "import second\n")
    write(folder / "second.py", "import first, engine\n")
    return folder


@attack("folders", "refused", "is neither a file nor a folder", "found zero")
def a_device(folder: Path, known: Mapping[str, str]) -> Path:
    (folder / "zero").symlink_to("/dev/zero")
    return folder


# --- notebooks ---------------------------------------------------------------------------------------------------
def notebook(*cells: str, **changes: object) -> str:
    """Return a notebook."""
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code, **changes})


@attack("notebooks", "stub", WRONG_ANSWER)
def shell_escapes_and_magics(folder: Path, known: Mapping[str, str]) -> Path:
    canary = known["CANARY"]
    magics = (
        f"!echo x > {canary}\n%run {canary}\n%load {canary}\n!!rm -rf {canary}\n%system id\nfiles = !ls /\n"
    )
    return write(
        folder / "w.ipynb", notebook(magics, f"%%bash\necho x > {canary}", f"%%writefile {canary}\nx", WRONG)
    )


@attack("notebooks", "right", "in_secret. (hidden) 2 / 2")
def asking_for_the_shell_by_name(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.ipynb", notebook("get_ipython().system('id')", RIGHT))


@attack("notebooks", "stub", WRONG_ANSWER)
def metadata_that_claims_points(folder: Path, known: Mapping[str, str]) -> Path:
    metadata = {
        "score": 6,
        "nbgrader": {"grade": True, "points": 100},
        "kernelspec": {"name": "../../bin/sh", "language": "python", "argv": ["rm", "-rf", "/"]},
        "gradlab": {"course": "/tmp", "plugins": ["x"]},
    }
    return write(folder / "w.ipynb", notebook(WRONG, metadata=metadata))


@attack("notebooks", "refused", "is nested too deeply", "is not a notebook")
def a_deeply_nested_notebook(folder: Path, known: Mapping[str, str]) -> Path:
    deep = '{"nbformat": 4, "metadata": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + ', "cells": []}'
    return write(folder / "w.ipynb", deep)


@attack("notebooks", "refused", "at most 16 MB are taken")
def an_oversize_notebook(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "w.ipynb", notebook(RIGHT + "#" * (17 << 20)))


@attack("notebooks", "refused", "code cells; at most 2000 are taken")
def a_notebook_of_a_million_cells(folder: Path, known: Mapping[str, str]) -> Path:
    return write(
        folder / "w.ipynb",
        '{"nbformat":4,"cells":[' + ",".join(['{"cell_type":"code","source":"1"}'] * 200_000) + "]}",
    )


@attack("notebooks", "refused", "is JSON but not a notebook", "cannot be upgraded", "formats 2 to 4")
def a_notebook_of_an_old_format_that_is_none(folder: Path, known: Mapping[str, str]) -> Path:
    return write(
        folder / "w.ipynb", json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": ["code"]}]}]})
    )


@attack("notebooks", "refused", "is a notebook in")
def escapes_in_a_notebook_s_language(folder: Path, known: Mapping[str, str]) -> Path:
    metadata = {"kernelspec": {"language": "\x1b[2J\n::error::python"}}
    return write(folder / "w.ipynb", notebook(RIGHT, metadata=metadata))


@attack("notebooks", "stub", WRONG_ANSWER)
def outputs_that_show_full_marks(folder: Path, known: Mapping[str, str]) -> Path:
    output = {
        "output_type": "display_data",
        "data": {"text/html": "<script>score(6)</script>"},
        "metadata": {},
    }
    cells = [{"cell_type": "code", "source": WRONG, "outputs": [output] * 1000}]
    return write(folder / "w.ipynb", json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))


# --- encodings and names -----------------------------------------------------------------------------------------
@attack("encodings", "refused", "is not UTF-8 text")
def other_encodings(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "engine.py", RIGHT.encode("utf-16"))


@attack("encodings", "refused", "is not UTF-8 text")
def overlong_utf8(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "engine.py", b"x = '\xc0\xaf\xed\xa0\x80'\n" + RIGHT.encode())


@attack("encodings", "stub", WRONG_ANSWER)
def a_declared_encoding_that_is_a_codec_with_effects(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "engine.py", "# -*- coding: unicode_escape -*-\n" + WRONG)


@attack("encodings", "stub", "x.grad differs from the reference")
def letters_that_look_alike(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "engine.py", f"{WRONG}\n\ndef d\u043eubled(x):\n    return Tensor(2 * x.data)\n")


@attack("encodings", "refused", "has a name of", "has a character in its name", "found")
def a_name_of_escapes(folder: Path, known: Mapping[str, str]) -> Path:
    return write(folder / "\x1b[2J\n::error::engine.txt", RIGHT)
