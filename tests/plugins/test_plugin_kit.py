"""The description of hooks, and the template of a plugin, against what there is."""

from __future__ import annotations

import csv
import inspect
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gradlab
from gradlab import hookspecs
from gradlab.manager import TRACE_VARIABLE, build_manager
from gradlab.observe import PROBES

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
TEMPLATE = ROOT / "examples" / "plugin"
ROOTS = os.pathsep.join(str(ROOT / name) for name in ("reference", "grader", "plugins"))


def sections() -> dict[str, str]:
    """Return the text of each hook's section."""
    parts = re.split(r"(?m)^### `(\w+)`$", DOCUMENT)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_hook_is_described_in_call_order() -> None:
    assert tuple(sections()) == hookspecs.HOOKS


@pytest.mark.parametrize("hook", hookspecs.HOOKS)
def test_every_hook_is_described_with_its_exact_signature(hook: str) -> None:
    blocks = re.findall(r"(?s)```python\n(.*?)\n```", sections()[hook])
    written = inspect.signature(getattr(hookspecs, hook))
    parameters = ", ".join(f"{name}: {p.annotation}" for name, p in written.parameters.items())
    assert blocks[0] == f"def {hook}({parameters}) -> {written.return_annotation}"


def test_every_probe_is_described() -> None:
    assert tuple(re.findall(r"(?m)^\| `(\w+)` \|", DOCUMENT)) == PROBES


def test_every_name_that_the_page_uses_exists() -> None:
    for name in re.findall(r"`gradlab\.(\w+)", DOCUMENT):
        assert name in ("wire", "testing") or name in gradlab.__all__, name


def test_the_observer_on_the_page_is_the_template_s() -> None:
    source = (TEMPLATE / "src" / "gradlab_shapes" / "shapes.py").read_text(encoding="utf-8")
    blocks = re.findall(r"(?s)```python\n(.*?)\n```", sections()["register_observers"])
    assert blocks[1] in source
    example = (TEMPLATE / "tests" / "test_conformance.py").read_text(encoding="utf-8")
    (suite,) = re.findall(r"(?s)```python\nimport gradlab_shapes\n.*?(class .*?)\n```", DOCUMENT)
    assert suite in example


def run(*command: str, cwd: Path, path: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([path, ROOTS]), **env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_the_template_passes_its_own_tests() -> None:
    done = run("pytest", "-q", "-p", "no:cacheprovider", cwd=TEMPLATE, path="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^1[5-9] passed", done.stdout, re.MULTILINE), done.stdout


COURSE = {
    "course.toml": 'title = "Shapes"\nengine = "refgrad"\norder = ["sizes"]\nplugins = ["shapes"]\n',
    "engine/engine.py": (
        '"""Arrays."""\n\nimport numpy as np\n\n\nclass Tensor:\n    """An array."""\n\n'
        "    def __init__(self, data):\n        self.data = np.asarray(data)\n\n"
        "    def reshape(self, *shape):\n        return reshape(self, shape)\n\n\n"
        'def tensor(data):\n    """Make one."""\n    return Tensor(data)\n\n\n'
        'def reshape(x, shape):\n    """Give it a shape."""\n    ### BEGIN SOLUTION 1.1\n'
        "    return Tensor(x.data.reshape(shape))\n    ### END SOLUTION\n"
    ),
    "sizes/assignment.toml": (
        'title = "Sizes"\n[[tasks]]\nid = "1.1"\ntitle = "Reshape"\npoints = 1\ndefines = ["reshape"]\n'
        '[surface]\napi = ["tensor", "Tensor.reshape"]\ndtypes = ["float64"]\nobserve = ["shape"]\n'
        'errors = "class"\ngrad_fn = "none"\n'
    ),
    "sizes/handout.md": "# Sizes\n\n## 1.1 Reshape\n\nReshape.\n",
    "sizes/checks.py": (
        "from gradlab import check\n\n\n"
        '@check(task="1.1", points=1, help="Count.")\ndef reshapes(torch, observe, rng):\n'
        '    """A row becomes a matrix."""\n'
        "    observe.shape(torch.tensor(rng.normal(size=6)).reshape(2, 3))\n"
    ),
    "mine/engine.py": (
        "import numpy as np\n\n\nclass Tensor:\n    def __init__(self, data):\n        self.data = np.asarray(data)\n\n"
        "    def reshape(self, *shape):\n        return Tensor(self.data.reshape(shape[::-1]))\n\n\n"
        "def tensor(data):\n    return Tensor(data)\n"
    ),
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course that names the template's plugin, and a wrong engine."""
    for name, text in COURSE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def installed(tmp_path: Path) -> str:
    """What installing the template leaves for Python to find: its source, and its entry point."""
    info = tmp_path / "site" / "gradlab_shapes-1.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gradlab-shapes\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[gradlab]\nshapes = gradlab_shapes\n")
    return os.pathsep.join([str(info.parent), str(TEMPLATE / "src")])


def test_a_course_uses_the_template_s_observer_and_form_of_output(course: Path, installed: str) -> None:
    done = run("gradlab.cli", "check", "mine", cwd=course, path=installed)
    assert done.returncode == 1, done.stderr
    assert ".reshape(2, 3) has the shape (3, 2), the reference has (2, 3)." in " ".join(done.stdout.split())
    table = run("gradlab.cli", "check", "mine", "--format", "csv", cwd=course, path=installed)
    row = next(csv.DictReader(io.StringIO(table.stdout)))
    assert (row["check"], row["outcome"], row["score"]) == ("A row becomes a matrix.", "failed", "0.0")
    missing = run("gradlab.cli", "check", "mine", cwd=course, path="")
    assert missing.returncode == 2
    assert "names the plugin 'shapes', which is not installed" in missing.stderr


def test_a_misspelt_hook_of_an_installed_plugin_is_said_in_a_sentence(course: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    info = site / "misspelt-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: misspelt\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[gradlab]\nshapes = misspelt\n")
    (site / "misspelt.py").write_text(
        "import gradlab\n\n\n@gradlab.hookimpl\ndef judgee(check):\n    return []\n"
    )
    done = run("gradlab.cli", "check", "mine", cwd=course, path=str(site))
    assert done.returncode == 2
    assert "unknown hook 'judgee'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_trace_switch_writes_every_call_of_a_hook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build_manager().hook.register_observers()
    assert capsys.readouterr().err == ""
    monkeypatch.setenv(TRACE_VARIABLE, "1")
    build_manager().hook.register_observers()
    assert "register_observers" in capsys.readouterr().err


@pytest.mark.slow
def test_the_template_installs_beside_gradlab(course: Path, tmp_path: Path) -> None:
    site = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(TEMPLATE)]
    subprocess.run(pip, cwd=tmp_path, check=True, timeout=300)
    checked = run("gradlab.cli", "check", "mine", "--format", "csv", cwd=course, path=str(site))
    assert checked.returncode == 1, checked.stderr
    assert "A row becomes a matrix" in checked.stdout
