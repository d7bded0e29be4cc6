"""Loading a submission from memory: files, packages, precedence, stand-ins, notebooks, source that does not compile."""

from __future__ import annotations

import textwrap

import pytest

from gradlab import wire

from .conftest import Load, notebook, source_file


def notes(loaded: object) -> list[str]:
    return [
        f"{note.file}:{note.line}: {note.text}"
        for part in (loaded.compiled, loaded.imported)  # type: ignore[attr-defined]
        if part is not None
        for note in part.notes
    ]


# --- files and packages ----------------------------------------------------------------------------------
def test_the_entry_file_is_engine_whatever_it_is_called(load: Load) -> None:
    loaded = load(source_file("my homework.py", "print(__name__, __file__)"))
    assert loaded.worker.output == "engine my homework.py\n"


def test_a_package_of_several_files_imports_its_parts_in_every_way(load: Load) -> None:
    loaded = load(
        source_file(
            "engine/__init__.py",
            "from .tensor import Tensor\nfrom engine import ops\nprint(Tensor.x, ops.y, __package__)",
        ),
        source_file(
            "engine/tensor.py", "from . import ops\nfrom .deep.er import z\nclass Tensor: x = ops.y + z"
        ),
        source_file("engine/ops.py", "y = 1"),
        source_file("engine/deep/er.py", "from ..ops import y\nz = y + 1"),
    )
    assert loaded.raised is None
    assert loaded.worker.output == "3 1 engine\n"


def test_what_one_worker_compiled_runs_in_another(load: Load) -> None:
    files = (
        source_file("engine.py", "import part\n\ndef f():\n    part.g()\n\nf()\n"),
        source_file("part.py", "def g():\n    raise ValueError(__name__)\n"),
    )
    here, there = load(*files), load(*files, compiled_elsewhere=True)
    assert here.imported is not None
    assert there.imported is not None
    assert there.imported.raised == here.imported.raised
    assert there.imported.raised.file == "part.py"


def test_a_notebook_that_another_worker_compiled_has_its_magics_left_out(load: Load) -> None:
    loaded = load(notebook("%matplotlib inline\nx = 1\n", "print(x)"), compiled_elsewhere=True)
    assert loaded.worker.output == "1\n"


def test_too_much_code_is_not_handed_on(load: Load) -> None:
    assert load("x = 1\n").compiled.code
    assert not load("x = [" + "".join(f"'{n:04d}{'x' * 4000}'," for n in range(1200)) + "]").compiled.code


def test_files_beside_the_entry_are_modules(load: Load) -> None:
    loaded = load(
        source_file("engine.py", "import helpers, lib.maths\nprint(helpers.two(), lib.maths.three)"),
        source_file("helpers.py", "import engine\ndef two(): return 2"),
        source_file("lib/maths.py", "three = 3"),
    )
    assert loaded.worker.output == "2 3\n"


def test_a_folder_wins_over_a_file_of_the_same_name(load: Load) -> None:
    loaded = load(
        source_file("engine.py", "import part"),
        source_file("part.py", "print('file')"),
        source_file("part/__init__.py", "print('folder')"),
    )
    assert loaded.worker.output == "folder\n"


def test_an_exception_at_import_names_the_students_line(load: Load) -> None:
    loaded = load(
        source_file("engine/__init__.py", "from . import broken"),
        source_file("engine/broken.py", "import numpy as np\n\nnp.zeros(2).reshape(3)"),
    )
    assert loaded.imported is not None
    raised = loaded.imported.raised
    assert raised is not None
    assert (raised.class_name, raised.file, raised.line) == ("ValueError", "engine/broken.py", 3)


def test_tracebacks_and_inspect_show_the_students_lines(load: Load) -> None:
    code = """
    import inspect, traceback
    def double(x):
        return x * undefined
    try:
        double(1)
    except NameError:
        traceback.print_exc()
    print(inspect.getsource(double))
    """
    output = load(code).worker.output
    assert 'File "engine.py", line 4, in double\n    return x * undefined' in output
    assert output.endswith("def double(x):\n    return x * undefined\n\n")


# --- precedence ------------------------------------------------------------------------------------------
def test_a_file_never_shadows_the_standard_library_and_a_note_says_so(load: Load) -> None:
    loaded = load(
        source_file("engine.py", "import random, numpy\nprint(random.randint(1, 1), numpy.ones(1))"),
        source_file("random.py", "print('mine')"),
        source_file("numpy.py", "print('mine')"),
    )
    assert loaded.worker.output == "1 [1.]\n"
    assert [note.split(":")[0] for note in notes(loaded)] == ["random.py", "numpy.py"]
    assert "`import random` means Python's own module of that name, not this file" in notes(loaded)[0]


def test_inside_a_package_such_a_name_is_reached_relatively(load: Load) -> None:
    loaded = load(
        source_file("engine/__init__.py", "from . import types as mine, user\nprint(mine.x, user.kind)"),
        source_file("engine/user.py", "import types\nkind = types.FunctionType.__name__"),
        source_file("engine/types.py", "x = 'own'"),
    )
    assert loaded.worker.output == "own function\n"
    assert notes(loaded) == []


def test_a_submission_cannot_change_what_numpy_imports(load: Load) -> None:
    loaded = load(
        source_file(
            "engine.py",
            "import numpy as np\nnp.random.rand(2)\nnp.median([1.0])\nprint(np.testing is not None)",
        ),
        source_file("_strptime.py", "1/0"),
        source_file("numpy/linalg.py", "1/0"),
    )
    assert loaded.worker.output == "True\n"


# --- what may be imported --------------------------------------------------------------------------------
def test_a_foreign_import_says_file_line_and_what_is_allowed(load: Load) -> None:
    loaded = load(
        source_file("engine/__init__.py", "from .a import b"),
        source_file("engine/a.py", "\n\nimport scipy.linalg"),
    )
    assert loaded.raised is not None
    assert loaded.raised.startswith(
        "ModuleNotFoundError: engine/a.py, line 3: 'scipy' cannot be imported here."
    )
    assert loaded.raised.endswith(
        "Allowed are the submission's own files, numpy and most of Python's own modules. Remove this import."
    )
    assert loaded.imported.raised.line == 3  # type: ignore[union-attr]


def test_a_submission_can_cope_with_a_missing_module(load: Load) -> None:
    loaded = load("try:\n    import cupy\nexcept ImportError:\n    cupy = None\nprint(cupy)")
    assert loaded.worker.output == "None\n"


def test_an_assignment_can_allow_more_and_leave_numpy_out(load: Load) -> None:
    assert load("import signal, math", allowed=("signal",)).raised is None
    refused = load("import numpy", allowed=("signal",)).raised
    assert refused is not None
    assert refused.startswith("ModuleNotFoundError: engine.py, line 1: 'numpy' cannot be imported here.")
    assert "own files, signal and most of" in refused


@pytest.mark.parametrize("name", ["subprocess", "ctypes", "socket", "multiprocessing"])
def test_modules_that_could_do_nothing_here_are_refused_in_words(name: str, load: Load) -> None:
    refused = load(f"import {name}").raised
    assert refused is not None
    assert f"'{name}' cannot be imported here" in refused


def test_every_module_on_the_list_can_be_imported(load: Load) -> None:
    from gradlab.worker.preload import STDLIB

    code = "\n".join(f"import {name}" for name in STDLIB if name != "__future__")
    assert load(code).raised is None


# --- inert imports ---------------------------------------------------------------------------------------
def test_inert_imports_do_nothing_and_are_noted(load: Load) -> None:
    code = """
    import matplotlib.pyplot as plt
    from tqdm import tqdm
    import pytest, torch
    fig, axes = plt.subplots()[0], plt.subplots(2, 2)
    with plt.style.context("dark"):
        plt.plot([1, 2], label="x"); axes[0].set_title("t"); plt.show()
    print([x for x in tqdm(range(3), desc="epochs")])
    @pytest.mark.slow
    def f(): return 1
    @pytest.fixture
    def g(): return 2
    class Net(torch.nn.Module): pass
    print(f(), g(), Net.__mro__[1].__name__, bool(plt.gcf()))
    """
    loaded = load(code, inert=("matplotlib", "tqdm", "pytest", "torch"))
    assert loaded.raised is None
    assert loaded.worker.output == "[0, 1, 2]\n1 2 object False\n"
    assert "engine.py:2: import matplotlib.pyplot does nothing while a submission is graded" in notes(loaded)
    assert any("import tqdm does nothing" in note for note in notes(loaded))


def test_an_inert_name_is_not_a_number(load: Load) -> None:
    loaded = load("import numpy as np, torch\nnp.asarray(torch.ones(3)) + 1", inert=("torch",))
    assert loaded.raised is not None
    assert "torch.ones does nothing while a submission is graded" in loaded.raised


def test_a_submissions_own_file_wins_over_a_stand_in(load: Load) -> None:
    loaded = load(
        source_file("engine.py", "import tqdm\nprint(tqdm.mine)"),
        source_file("tqdm.py", "mine = 1"),
        inert=("tqdm",),
    )
    assert loaded.worker.output == "1\n"


# --- notebooks -------------------------------------------------------------------------------------------
def test_cells_share_one_module_and_its_future_imports(load: Load) -> None:
    loaded = load(
        notebook(
            "from __future__ import annotations\nx = 1", "def f(a: Undefined): return x + a", "print(f(1))"
        )
    )
    assert loaded.raised is None
    assert loaded.worker.output == "2\n"


def test_magics_and_shell_escapes_are_left_out_with_a_note(load: Load) -> None:
    cell = """
    %matplotlib inline
    !pip install numpy \\
        scipy
    files = !ls
    ?print
    print?
    if True:
        %time 1
        x = 1
    print(x)
    """
    loaded = load(notebook(cell))
    assert loaded.compiled.fault is None
    assert loaded.worker.output == "1\n"
    left_out = [note.partition("left out: ")[2] for note in notes(loaded)]
    assert sorted(left_out) == sorted(
        ["%matplotlib inline", "!pip install numpy \\", "files = !ls", "?print", "print?", "%time 1"]
    )


def test_text_that_looks_like_a_magic_is_kept(load: Load) -> None:
    cell = '%load_ext autoreload\ntext = """\n%done\n!now\n"""\nprint(repr(text))\ny = (7\n%4)\nprint(y)'
    loaded = load(notebook(cell))
    assert loaded.worker.output == "'\\n%done\\n!now\\n'\n3\n"


def test_a_magic_in_a_python_file_is_a_syntax_error(load: Load) -> None:
    loaded = load("%matplotlib inline\nx = 1")
    assert loaded.compiled.fault is not None
    assert (loaded.compiled.fault.line, loaded.compiled.fault.text) == (1, "%matplotlib inline")


def test_a_cell_magic_loses_the_cell_and_its_definitions_are_named(load: Load) -> None:
    loaded = load(
        notebook(
            "%%time\ndef lost(): pass\nclass Gone: pass\ndef again(): pass",
            "def again(): return 1",
            "%%bash\necho hi",
        )
    )
    assert loaded.compiled.skipped_definitions == {"lost": "cell 1", "Gone": "cell 1"}
    assert notes(loaded) == [
        "engine.ipynb cell 1:1: left out: the cell starts with %%time",
        "engine.ipynb cell 3:1: left out: the cell starts with %%bash",
    ]


def test_a_scratch_cell_that_raises_is_noted_and_the_rest_loads(load: Load) -> None:
    loaded = load(notebook("a = 1", "print(undefined)", "raise SystemExit", "b = a + 1\nprint(b)"))
    assert loaded.raised is None
    assert loaded.worker.output == "2\n"
    assert notes(loaded) == [
        "engine.ipynb cell 2:1: raised NameError: name 'undefined' is not defined",
        "engine.ipynb cell 3:1: raised SystemExit: ",
    ]


def test_a_syntax_error_in_a_cell_names_the_cell(load: Load) -> None:
    loaded = load(notebook("x = 1", "%magic\ndef f(:\n    pass"))
    fault = loaded.compiled.fault
    assert fault is not None
    assert (fault.file, fault.line, fault.text) == ("engine.ipynb cell 2", 1, "%magic")


# --- source that does not compile ------------------------------------------------------------------------
FAULTS = {
    "def f(:": (1, "invalid syntax"),
    "x = 1\nif x:\ny": (3, "expected an indented block after 'if' statement on line 2"),
    "x = 1\0": (1, "the source contains a null byte; save it as plain text"),
    "print 'two'": (1, "Missing parentheses in call to 'print'. Did you mean print(...)?"),
    "return 1": (1, "'return' outside function"),
    "x = '\\N{no such name}'": (1, "(unicode error)"),
}


@pytest.mark.parametrize("source", FAULTS)
def test_a_syntax_error_is_found_before_anything_runs(source: str, load: Load) -> None:
    loaded = load(wire.SourceFile("engine.py", [wire.Cell("engine.py", source)]))
    fault = loaded.compiled.fault
    line, message = FAULTS[source]
    assert fault is not None
    assert (fault.file, fault.line) == ("engine.py", line)
    assert fault.message.startswith(message)
    assert loaded.worker.output == ""


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "-" * 200_000 + "1",
        "x" + ".y" * 200_000,
        "1 +" * 300_000 + "1",
    ],
)
def test_pathological_nesting_is_a_fault_in_words(source: str, load: Load) -> None:
    fault = load(wire.SourceFile("engine.py", [wire.Cell("engine.py", source)])).compiled.fault
    assert fault is not None
    assert "nest" in fault.message or "recursion" in fault.message or "complex" in fault.message


def test_every_file_is_compiled_the_entry_first(load: Load) -> None:
    good, bad = source_file("engine.py", "x = 1"), source_file("a.py", "x = = 1")
    fault = load(bad, good, entry="engine.py").compiled.fault
    assert fault is not None
    assert fault.file == "a.py"
    worse = load(bad, source_file("engine.py", "y = = 2"), entry="engine.py").compiled.fault
    assert worse is not None
    assert worse.file == "engine.py"


def test_the_students_code_does_not_inherit_our_future_imports(load: Load) -> None:
    loaded = load(textwrap.dedent("def f(x: int): pass\nprint(f.__annotations__)"))
    assert loaded.worker.output == "{'x': <class 'int'>}\n"
