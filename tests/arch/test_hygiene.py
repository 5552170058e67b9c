"""What the design promises about modules, checked on the source and in fresh interpreters."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "mckconsole").rglob("*.py"))
ALL = [*MODULES, *(ROOT / "widgets").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]

MAX_LINES = 500
NETWORK = {"aiohttp", "socket", "ssl", "subprocess", "requests", "urllib3", "http.client"}
MAY_NETWORK = ("sources", "demo")
SPEAKS = {"cli/output.py", "demo/serve.py"}
"""The only modules that write to stdout: the command line's, and a process of the benchmarks."""
HEAVY = {
    "aiohttp",
    "asyncio",
    "kubernetes",
    "kubernetes_asyncio",
    "msgspec",
    "prometheus_api_client",
    "prometheus_client",
    "requests",
    "textual",
    "yaml",
}


def package_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "mckconsole").parts
    return parts[0] if len(parts) > 1 else ""


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", ALL, ids=named)
def test_module_is_small_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_LINES
    defines = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    tree = ast.parse(text)
    if any(isinstance(node, defines) for node in tree.body):
        assert ast.get_docstring(tree), "a module says what it is for"
        assert "from __future__ import annotations" in text


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_only_sources_and_the_demo_reach_a_network_or_start_a_process(path: Path) -> None:
    if package_of(path) not in MAY_NETWORK:
        found = {name for name in imports_of(path) for bad in NETWORK if name.startswith(bad)}
        assert not found


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_only_the_output_module_writes_to_stdout(path: Path) -> None:
    if str(path.relative_to(ROOT / "mckconsole")) not in SPEAKS:
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.Name) and node.id == "print")
            assert not (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.stdout")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False
    )


LOADED = """
import sys
from mckconsole.cli.main import main
try:
    status = main(sys.argv[1:])
except SystemExit as error:
    status = error.code
print("LOADED", *sorted(sys.modules))
sys.exit(status)
"""


@pytest.mark.parametrize("line", ["--version", "--help", "report --help", "completion bash"])
def test_quick_commands_import_nothing_heavy(line: str) -> None:
    done = run("-c", LOADED, *line.split())
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert "mckconsole.cli.main" in loaded
    assert not loaded & HEAVY


def test_the_report_does_not_load_what_it_does_not_need() -> None:
    done = run("-c", "import mckconsole.cli.report_command, sys; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    unwanted = {"kubernetes", "kubernetes_asyncio", "textual", "mckconsole.demo"}
    assert not unwanted & set(done.stdout.split())


def test_version_costs_at_most_100_ms_over_an_idle_interpreter() -> None:
    def best(*arguments: str) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            assert run(*arguments).returncode == 0
            times.append(time.perf_counter() - began)
        return min(times)

    assert best("-m", "mckconsole", "--version") - best("-c", "pass") <= 0.1
