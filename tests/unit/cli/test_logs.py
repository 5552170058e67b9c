"""Files that say who read Secrets: named rightly or refused, before anything else happens."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from argparse import Namespace
from pathlib import Path

import pytest

from mckconsole.cli.arguments import build_parser
from mckconsole.cli.console_command import make_settings
from mckconsole.cli.errors import UsageError
from mckconsole.cli.logs import check_clusters, log_sources
from mckconsole.cli.main import main
from mckconsole.cli.target import with_flags
from mckconsole.config.load import LoadedConfig
from mckconsole.config.model import AuditConfig, Config
from mckconsole.sources.access_log import LogSource
from mckconsole.sources.kubeconfig import Inventory
from mckconsole.ui.policy import audit_policy
from tests.net.cluster import endpoint


def parsed(*words: str) -> Namespace:
    return build_parser().parse_args([*words, "report"])


def test_files_with_and_without_a_cluster(tmp_path: Path) -> None:
    plain, odd = tmp_path / "a.log", tmp_path / "b=c.log"
    for path in (plain, odd):
        path.write_text("")
    words = ("--falco", f"east={plain}", "--audit-log", str(plain), "--audit-log", str(odd))
    assert log_sources(parsed(*words)) == (
        LogSource(plain, "audit"),
        LogSource(odd, "audit"),
        LogSource(plain, "falco", "east"),
    )
    assert log_sources(parsed()) == ()


def test_what_cannot_be_read_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(UsageError, match=f"--audit-log: cannot read {gone}: No such file"):
        log_sources(parsed("--audit-log", f"east={gone}"))
    with pytest.raises(UsageError, match=f"--falco: {tmp_path} is no regular file"):
        log_sources(parsed("--falco", str(tmp_path)))
    for text in ("", "east="):
        with pytest.raises(UsageError, match="--falco: the name of the file is missing"):
            log_sources(parsed(f"--falco={text}"))
    assert main(["report", "--demo", "--falco", str(gone)]) == 2
    words = f"mckconsole: --falco: cannot read {gone}: No such file or directory\n"
    assert capsys.readouterr().err == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bz2.compress(b"{}\n"), "packed with bzip2; unpack it, or pack it with gzip"),
        (lzma.compress(b"{}\n"), "packed with xz"),
        (b"PK\x03\x04...", "packed with zip"),
        (b"\x28\xb5\x2f\xfd...", "packed with zstd"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16 text; save it as UTF-8"),
        ('{"a": 1}'.encode("utf-16-be"), "UTF-16 text"),
    ],
)
def test_what_is_written_otherwise_is_a_usage_error(
    data: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "audit.log"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=f"--audit-log: cannot read {path}: it is {words}"):
        log_sources(parsed("--audit-log", f"east={path}"))
    path.write_bytes(gzip.compress(b"{}\n"))
    assert log_sources(parsed("--audit-log", str(path)))


def test_clusters_of_files_are_those_of_the_fleet() -> None:
    inventory = Inventory((endpoint("https://a", name="east"),), (), ())
    check_clusters(
        [LogSource(Path("a"), "audit"), LogSource(Path("b"), "audit", "east")], inventory
    )
    with pytest.raises(UsageError, match="there is no cluster eats; did you mean east"):
        check_clusters([LogSource(Path("a"), "audit", "eats")], inventory)


@pytest.mark.parametrize("command", ["report", "failover"])
def test_no_report_replaces_what_it_is_made_from(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kubeconfig = tmp_path / "config"
    text = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:1"}}],
            "contexts": [{"name": "a", "context": {"cluster": "a"}}],
        }
    )
    kubeconfig.write_text(text)
    words = ("--kubeconfig", str(kubeconfig), "-o", str(kubeconfig), "--force")
    assert main([command, *words]) == 2
    assert "this report is made from it" in capsys.readouterr().err
    assert kubeconfig.read_text() == text


def test_flags_come_before_the_configuration() -> None:
    config = Config(audit=AuditConfig(scan_values=["east"], by_name=True, max_age_days=2))
    assert with_flags(config, parsed()) == config
    flagged = with_flags(config, parsed("--scan-values", "--strict"))
    assert (flagged.audit.scan_values, flagged.audit.by_name) == (["*"], True)
    policy = audit_policy(flagged)
    assert (policy.by_name, policy.strict, policy.max_age) == (True, True, 172_800.0)


def test_the_console_says_so_before_it_takes_the_screen(tmp_path: Path) -> None:
    arguments = build_parser().parse_args(["--falco", str(tmp_path / "gone")])
    with pytest.raises(UsageError, match="cannot read"):
        make_settings(arguments, LoadedConfig(Config(), None), {}, "none")
