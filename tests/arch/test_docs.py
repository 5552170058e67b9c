"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mckconsole.analysis.rules_checklist import CHECKLIST_RULES
from mckconsole.analysis.rules_upgrade import UPGRADE_RULES
from mckconsole.analysis.rules_versions import VERSION_RULES
from mckconsole.cli.arguments import build_parser
from mckconsole.cli.completion import describe
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.config.schema import config_schema
from mckconsole.domain.kinds import BY_TOPIC, KINDS, Kind
from mckconsole.domain.kinds_audit import AUDIT_KINDS
from mckconsole.domain.kinds_checklist import CHECKLIST_KINDS
from mckconsole.domain.kinds_upgrade import UPGRADE_KINDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
REPORT = (ROOT / "docs" / "report.md").read_text()
FAILOVER = (ROOT / "docs" / "failover.md").read_text()
VERSIONS = (ROOT / "docs" / "versions.md").read_text()
CHECKLIST = (ROOT / "docs" / "checklist.md").read_text()
RECORDING = (ROOT / "docs" / "recording.md").read_text()
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()


@pytest.mark.parametrize("text", [README, REPORT], ids=["README", "report"])
def test_exit_statuses(text: str) -> None:
    section = text[text.index("## Exit status") :].partition("\n## ")[0]
    found = {int(number) for number in re.findall(r"^\| (\d+) \|", section, re.M)}
    assert found == set(ExitCode)
    assert all(f"{int(code)} " in build_parser().format_help() for code in ExitCode)


def test_every_configuration_key_is_documented() -> None:
    for section in config_schema()["$defs"].values():
        for key in section["properties"]:
            assert f"`{key}`" in CONFIGURATION, key


def test_every_documented_command_parses() -> None:
    every = README + REPORT + FAILOVER + VERSIONS + CHECKLIST + RECORDING
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", every, re.S))
    lines = [
        line.partition("#")[0].partition("|")[0]
        for line in shell.splitlines()
        if line.startswith("mckconsole ")
    ]
    assert len(lines) >= 6
    for line in lines:
        words = [word.strip("'") for word in line.split(">")[0].split()[1:]]
        build_parser().parse_args(words)  # ends the test when it does not parse


def test_every_rule_on_versions_and_every_item_is_documented() -> None:
    told = {one.id for one in (*VERSION_RULES, *UPGRADE_RULES)}
    assert told <= set(re.findall(r"\b(?:SK|UB)\d\d\b", VERSIONS))
    assert all(one.id in CHECKLIST for one in CHECKLIST_RULES)


def test_every_command_is_in_the_readme() -> None:
    _, commands = describe(build_parser())
    assert all(f"mckconsole {command.name}" in README for command in commands if command.words)


GRANTED = [
    *(kind for kind in AUDIT_KINDS if not kind.by_values),
    *UPGRADE_KINDS,
    *(kind for kind in CHECKLIST_KINDS if kind.plural != "configmaps"),
    BY_TOPIC["events"],
]
"""Optional, and in the reader's role all the same."""


def granted(rules: list[dict[str, Any]], kind: Kind) -> bool:
    if kind.document:
        return any(kind.document in rule.get("nonResourceURLs", ()) for rule in rules)
    return any(
        kind.group in rule.get("apiGroups", ())
        and kind.plural in rule["resources"]
        and {"list", "watch"} <= set(rule["verbs"])
        and kind.name in rule.get("resourceNames", [kind.name])
        for rule in rules
    )


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if kind.document or not kind.optional or kind in GRANTED],
    ids=lambda kind: kind.topic,
)
def test_the_shipped_roles_grant_every_topic(kind: Kind) -> None:
    cluster_role, role = yaml.safe_load_all((ROOT / "docs" / "rbac.yaml").read_text())
    rules = list(cluster_role["rules"])
    if kind.namespace == role["metadata"]["namespace"]:
        rules += role["rules"]
    assert granted(rules, kind)


def test_the_auditors_role_lists_what_holds_credentials_and_nothing_else() -> None:
    role = yaml.safe_load((ROOT / "docs" / "rbac-auditor.yaml").read_text())
    assert {kind.plural for kind in KINDS if kind.by_values} == {
        resource for rule in role["rules"] for resource in rule["resources"]
    }
    assert all(rule["verbs"] == ["list"] and rule["apiGroups"] == [""] for rule in role["rules"])


def test_the_shipped_roles_only_read_and_never_secrets() -> None:
    for role in yaml.safe_load_all((ROOT / "docs" / "rbac.yaml").read_text()):
        for rule in role["rules"]:
            if "nonResourceURLs" in rule:
                assert rule["verbs"] == ["get"]
                assert set(rule["nonResourceURLs"]) == {kind.document for kind in KINDS} - {""}
                continue
            assert set(rule["verbs"]) == {"get", "list", "watch"}
            assert not {"secrets", "*"} & set(rule["resources"])
            assert "*" not in rule["apiGroups"]
