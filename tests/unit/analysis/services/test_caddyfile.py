"""CoreDNS' configuration as it is written, and as people spoil it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.services.caddyfile import (
    Configuration,
    address_of,
    holds,
    normal_zone,
    parse,
)

KUBEADM = """
.:53 {
    errors
    health {
       lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure   # not verified
       fallthrough in-addr.arpa ip6.arpa
    }
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
}
"""


def lines(configuration: Configuration, number: int = 0) -> list[str]:
    return [str(one) for one in configuration.servers[number].directives]


def test_what_kubeadm_writes() -> None:
    found = parse(KUBEADM, {})
    assert [one.zones for one in found.servers] == [("",)]
    assert lines(found) == [
        "errors",
        "health",
        "kubernetes cluster.local in-addr.arpa ip6.arpa",
        "forward . /etc/resolv.conf",
        "cache 30",
    ]
    inner = found.servers[0].directives[2].block
    assert [str(one) for one in inner] == ["pods insecure", "fallthrough in-addr.arpa ip6.arpa"]
    assert found.unresolved == ()


def test_the_decoders_stand_ins_are_line_feeds_and_tabs() -> None:
    spoiled = KUBEADM.replace("\n", "‹0D›⏎").replace("    ", "‹09›")
    assert parse(spoiled, {}) == parse(KUBEADM, {})


@pytest.mark.parametrize(
    ("text", "zones", "first"),
    [
        ("a.org {\nlog\n}", [("a.org",)], ["log"]),
        ("a.org:53, B.org. dns://c.org:1053 {\nlog\n}", [("a.org", "b.org", "c.org")], ["log"]),
        ("a.org,\nb.org {\nlog\n}", [("a.org", "b.org")], ["log"]),
        ("a.org\n{\nlog\n}", [("a.org",)], ["log"]),
        ("a.org{\nlog }", [("a.org",)], ["log"]),
        ("a.org {\nlog", [("a.org",)], ["log"]),
        ("}\na.org {\nlog\n}\n}", [("a.org",)], ["log"]),
        ("a.org\nlog\nforward . 1.2.3.4 {\n x\n}", [("a.org",)], ["log", "forward . 1.2.3.4"]),
        ("# a\na.org { # b\nlog # c\n}# d", [("a.org",)], ["log"]),
        ('a.org {\nlog "a # b" {$HOST}\n}', [("a.org",)], ["log a # b {$HOST}"]),
        ("(s) {\nlog\n}\na.org {\nimport s\nerrors\n}", [("a.org",)], ["log", "errors"]),
        ("a.org {\nimport custom/*.override\n}", [("a.org",)], ["rewrite x"]),
        ("import /etc/custom/*.server", [("f.org",), ("g.org",)], ["log"]),
        ("import nothing/x*.server\na.org {\nlog\n}", [("a.org",)], ["log"]),
    ],
)
def test_shapes(text: str, zones: list[tuple[str, ...]], first: list[str]) -> None:
    files = {
        "one.server": "f.org {\nlog\n}\ng.org {\n}",
        "a.override": "rewrite x",
        "nothing": "a {\n}",
    }
    found = parse(text, files)
    assert [one.zones for one in found.servers] == zones
    assert lines(found) == first


def test_imports_of_what_is_not_there_are_told() -> None:
    found = parse(
        "import custom/*.server\n.:53 {\nimport other.conf\nimport custom/*.server\n}", {}
    )
    assert found.unresolved == ("custom/*.server", "other.conf")


@pytest.mark.parametrize("text", ["import a", "x {\nimport a\n}"])
def test_what_imports_itself_comes_to_an_end(text: str) -> None:
    loop = {"a": "import a\n" * 50 + "log", "b": ""}
    assert len(str(parse(text, loop))) < 1_000_000


@pytest.mark.parametrize(
    ("domain", "zones"),
    [
        ("clusterset.local", [("clusterset.local",), ("clusterset.local", "other.org")]),
        ("a.clusterset.local", [("clusterset.local",), ("clusterset.local", "other.org")]),
        ("cluster.local", [("",)]),
        ("notclusterset.local", [("",)]),
        ("other.org", [("clusterset.local", "other.org")]),
    ],
)
def test_the_longest_zone_answers(domain: str, zones: list[tuple[str, ...]]) -> None:
    text = ".:53 {\n}\nclusterset.local:53 {\n}\nclusterset.local:1053 other.org {\n}"
    assert [one.zones for one in parse(text, {}).answering(domain)] == zones


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.96.0.9", "10.96.0.9"),
        ("10.96.0.9:5353", "10.96.0.9"),
        ("dns://10.96.0.9:53", "10.96.0.9"),
        ("tls://9.9.9.9%dns.quad9.net", "9.9.9.9"),
        ("FD00:0::9", "fd00::9"),
        ("[fd00::9]:53", "fd00::9"),
        ("/etc/resolv.conf", ""),
        ("dns.example.org:53", ""),
        ("", ""),
        ("[", ""),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert address_of(text) == address


def test_zones() -> None:
    assert normal_zone("dns://Clusterset.Local.:53") == "clusterset.local"
    assert normal_zone(".:53") == normal_zone(".") == ""
    assert [holds(zone, "c.a.b") for zone in ("", "a.b", "c.a.b", "x.a.b", ".b")] == [
        True, True, True, False, False,
    ]  # fmt: skip


WORDS = st.sampled_from(
    ["{", "}", "\n", "⏎", " ", "import", "(s)", "s", "*", ",", '"', "#", ".:53", "forward", "\\"]
)


@given(st.lists(WORDS | st.text(max_size=3), max_size=40), st.text(max_size=20))
def test_nothing_makes_it_raise(words: list[str], file: str) -> None:
    text = " ".join(words)
    found = parse(text, {"s": text, "f": file})
    found.answering("clusterset.local")
    for server in found.servers:
        for line in server.directives:
            assert line.name
            [address_of(one) for one in line.args]
