"""Every outcome of a command becomes words on stderr and an exit status, never a traceback."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import NoReturn

import jsonschema
import pytest

from mckconsole import __version__
from mckconsole.analysis.rules import RULES
from mckconsole.cli import rules_command
from mckconsole.cli.arguments import PANES as PANE_WORDS
from mckconsole.cli.arguments import SHORTCUTS, build_parser
from mckconsole.cli.errors import Terminated, UsageError
from mckconsole.cli.main import main
from mckconsole.cli.report_command import check_audit, choose, regrouped
from mckconsole.views.panes import PANES, REPORTED


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any configuration, kubeconfig or pod identity."""
    for name in ("KUBECONFIG", "MCKCONSOLE_CONFIG", "XDG_CONFIG_HOME", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


Captured = pytest.CaptureFixture[str]


def test_version(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"mckconsole {__version__}\n"


def test_kubectl_plugin_name(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/kubectl-mck"])
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "usage: kubectl mck" in capsys.readouterr().out


class TestUsage:
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("report", "no kubeconfig"),
            ("", "no kubeconfig"),
            ("doctor", "no kubeconfig"),
            ("report nodes", "there is no pane nodes"),
            ("report mehs", "did you mean mesh?"),
            ("report --demo --kubeconfig x", "--demo brings its own"),
            ("report --kubeconfig /nowhere/at/all", "/nowhere/at/all"),
            ("report --config /nowhere/at/all", "/nowhere/at/all: cannot be read"),
            ("rules MESH-DWN", "did you mean MESH-DOWN"),
        ],
    )
    def test_exits_2_with_a_reason(self, line: str, words: str, capsys: Captured) -> None:
        assert main(line.split()) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert words in err
        assert all(one.startswith("mckconsole: ") for one in err.splitlines())

    @pytest.mark.parametrize(
        "content", [b"", b"x", b"\x00\xff\xfe", b"apiVersion: v1\nkind: Config\n", b"[" * 100_000]
    )
    def test_kubeconfigs_that_are_none(self, content: bytes, home: Path, capsys: Captured) -> None:
        path = home / "kubeconfig"
        path.write_bytes(content)
        assert main(["report", "--kubeconfig", str(path)]) == 2
        assert str(path) in capsys.readouterr().err

    def test_every_problem_of_the_configuration_is_a_line(
        self, home: Path, capsys: Captured
    ) -> None:
        path = home / "config.yaml"
        path.write_text("conections: 4\nmesh: {slowMs: fast}\n")
        assert main(["config", "validate", "--config", str(path)]) == 2
        assert capsys.readouterr().err.splitlines() == [
            f"mckconsole: {path}:1: conections: unknown key; did you mean connections?",
            f"mckconsole: {path}:2: mesh.slowMs: expected a number, got text",
        ]


class TestConfig:
    def test_validate_and_show(self, home: Path, capsys: Captured) -> None:
        path = home / "config.yaml"
        path.write_text("connections: 4\n")
        assert main(["--config", str(path), "config", "validate"]) == 0
        assert capsys.readouterr() == ("", f"mckconsole: valid: {path}\n")
        assert main(["config", "show", "--config", str(path)]) == 0
        assert "connections: 4\n" in capsys.readouterr().out

    def test_schema(self, capsys: Captured) -> None:
        assert main(["config", "schema"]) == 0
        jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


class TestRules:
    def test_all_as_text_and_data(self, capsys: Captured) -> None:
        assert main(["rules"]) == 0
        assert set(RULES) <= set(capsys.readouterr().out.split())
        assert main(["rules", "--format", "json"]) == 0
        assert [rule["id"] for rule in json.loads(capsys.readouterr().out)] == list(RULES)

    @pytest.mark.parametrize("rule", RULES)
    def test_one_in_full(self, rule: str, capsys: Captured) -> None:
        assert main(["rules", rule.lower()]) == 0
        words = " ".join(capsys.readouterr().out.split())
        assert " ".join(RULES[rule].explanation.split()) in words
        assert " ".join(RULES[rule].remediation.split()) in words


def test_panes_are_those_of_the_registry() -> None:
    assert tuple(PANE_WORDS) == tuple(pane.name for pane in REPORTED)
    named = [word for pane in PANES for one in pane.groupings for word in one.words]
    assert list(SHORTCUTS) == named
    assert choose([]) == REPORTED
    assert choose(["mesh", "mesh"]) == (PANES[1],)
    assert choose(["links", "fleet"]) == (PANES[1], PANES[0])


def test_panes_are_grouped_as_asked() -> None:
    grouped = regrouped(PANES, "account")
    assert [pane.name for pane in grouped] == [pane.name for pane in PANES]
    assert [pane.by for pane in grouped if pane.by] == [
        "account",
        "credential",
        "cluster",
        "answer",
    ]
    with pytest.raises(UsageError, match="--by account: only for the identity pane"):
        regrouped(choose(["mesh"]), "account")


class TestEnds:
    def fails_with(self, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
        def fail(_: Namespace) -> NoReturn:
            raise error

        monkeypatch.setattr(rules_command, "run", fail)
        return main(["rules"])

    def test_interrupt(self, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
        assert self.fails_with(monkeypatch, KeyboardInterrupt()) == 130
        assert capsys.readouterr().err == "mckconsole: interrupted\n"

    def test_signal(self, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
        assert self.fails_with(monkeypatch, Terminated(15)) == 143
        assert "signal 15" in capsys.readouterr().err

    def test_bug(self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
        assert self.fails_with(monkeypatch, RuntimeError("Bearer abcdef")) == 70
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("mckconsole: internal error: RuntimeError; details")
        (saved,) = (home / "state" / "mckconsole").iterdir()
        assert str(saved) in line
        assert "abcdef" not in saved.read_text()


def test_options_of_the_audit_are_for_panes_that_show_it() -> None:
    parse = build_parser().parse_args
    for words in (
        "report mesh secrets --strict",
        "report --strict",
        "report mesh --waivers w",
        "--strict",
    ):
        arguments = parse(words.split())
        check_audit(arguments, choose(getattr(arguments, "panes", ())))
    arguments = parse(["report", "mesh", "identity", "--scan-values", "--falco", "f"])
    with pytest.raises(
        UsageError, match="--scan-values, --falco: only for the panes fleet and sec"
    ):
        check_audit(arguments, choose(arguments.panes))
