"""The built wheel, installed in a clean environment: all of ours is in it, and it starts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from mckconsole import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git would have: setuptools leaves `build/` beside the sources."""
    source = tmp_path_factory.mktemp("source")
    for name in ("mckconsole", "widgets", "themes", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, source / name)
    target = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target), str(source))
    (built,) = target.glob("*.whl")
    return built


def pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_wheel_holds_every_module_and_all_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"mckconsole", "mckwidgets", f"mckconsole-{__version__}.dist-info"}
    ours = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "mckconsole").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert not ours - names
    assert {"mckwidgets/py.typed", "mckconsole/themes/__init__.py"} <= names
    themes = {path.name for path in (ROOT / "themes").iterdir() if path.is_file()}
    assert {f"mckconsole/themes/{name}" for name in themes} <= names


def test_installed_wheel_starts_without_the_sources(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "clean"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    for script in ("mckconsole", "kubectl-mck"):
        done = subprocess.run(
            [environment / "bin" / script, "--version"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, f"mckconsole {__version__}\n"), done.stderr
    done = subprocess.run(
        [environment / "bin" / "mckconsole", "rules", "MESH-DOWN"],
        cwd=tmp_path,
        env={"PYTHONPATH": sysconfig.get_path("purelib"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "MESH-DOWN" in done.stdout
