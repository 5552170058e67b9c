"""Completion scripts: complete, and accepted by the shells that are here."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from mckconsole.cli.arguments import ASKED, FORMATS, PANES, SHELLS, SHORTCUTS
from mckconsole.cli.completion import script


def bash_completes(*words: str) -> set[str]:
    """What bash offers for the last of `words`."""
    quoted = " ".join(f"'{word}'" for word in words)
    program = (
        f"{script('bash')}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}\n"
        '_mckconsole; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    done = subprocess.run([bash, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


class TestBash:
    def test_commands_and_options(self) -> None:
        assert {"report", "doctor", "rules", "config", "completion", "--demo"} <= bash_completes(
            "mckconsole", ""
        )
        assert bash_completes("mckconsole", "repo") == {"report"}

    def test_after_a_command(self) -> None:
        assert bash_completes("mckconsole", "--demo", "report", "m") == {"mesh"}
        assert bash_completes("mckconsole", "report", "--fai") == {"--fail-on"}
        assert bash_completes("mckconsole", "config", "") >= {"show", "validate", "schema"}
        assert bash_completes("mckconsole", "completion", "z") == {"zsh"}

    def test_options_of_the_console(self) -> None:
        assert {"--theme", "--keymap", "--pane", "--no-mouse"} <= bash_completes("mckconsole", "--")
        assert bash_completes("mckconsole", "--pane", "") == {*PANES, *ASKED, *SHORTCUTS}
        assert {"--scan-values", "--falco"} <= bash_completes("mckconsole", "report", "--")
        assert not {"--scan-values", "--strict"} & bash_completes("mckconsole", "failover", "--")
        assert {"--evidence", "--strict", "--support-data"} <= bash_completes(
            "mckconsole", "checklist", "--"
        )
        assert not {"--theme", "--pane"} & bash_completes("mckconsole", "report", "--")

    def test_values(self) -> None:
        assert bash_completes("mckconsole", "report", "--format", "") == set(FORMATS)
        assert {"certificate", "workload"} < bash_completes("mckconsole", "report", "--by", "")
        assert bash_completes("mckconsole", "report", "--fail-on", "c") == {"critical"}


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_accepts_its_script(shell: str) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([path, "-n"], input=script(shell), text=True, check=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_script_knows_commands_options_and_the_kubectl_name(shell: str) -> None:
    text = script(shell)
    words = ("report", "fail-on", "critical", "kubeconfig", "kubectl-mck", "mesh", "validate")
    for word in (*words, "theme", "keymap", "pane", "no-mouse"):
        assert word in text
