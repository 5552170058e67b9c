"""Files that are no kubeconfig: each a clear error, in bounded time, and never anything else."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.domain.text import clean
from mckconsole.sources import yamltext
from mckconsole.sources.kubeconfig import KubeconfigError
from mckconsole.sources.kubeconfig_file import MAX_BYTES
from mckconsole.sources.yamltext import YamlTrouble, parse_yaml
from tests.unit.kubeconfigs import fleet, kubeconfig, load, load_one, write


def bomb() -> str:
    """Ten levels of ten aliases each: ten billion nodes from 500 bytes."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{name}: &{name} [{', '.join(['*' + before] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("x", r"config: is no kubeconfig: expected a mapping .* found text"),
        ("", r"config: no contexts; is this the right kubeconfig"),
        ("- a\n- b\n", r"expected a mapping .* found a list"),
        ("contexts: []\n", r"no contexts"),
        ("a: b\n  c: [\n", r"config:2: mapping values are not allowed"),
        ("a: 'b\n", r"config:2: found unexpected end of stream"),
        ("\x00\x00\x00", r"config:1: .*control character"),
        (b"\xff\xfe\x00", r"config:1: .*no UTF-8"),
        (b"ok: 1\nname: \xc3\x28\n", r"config:2: .*no UTF-8"),
        ("a: 1\n---\nb: 2\n", r"several YAML documents"),
        ("a: *gone\n", r"config:1: "),
        ("a: !!python/object/apply:os.system [id]\n", r"config:1: a tag that is not plain data"),
        ("? [a, b]\n: c\n", r"config:1: a mapping key that is no text"),
        ("[" * 500_000, r"config:1: nested deeper than 48 levels"),
        (bomb(), r"config:6: too many nodes; aliases"),
        ({"kind": "Deployment", "apiVersion": "apps/v1"}, r"apiVersion apps/v1, kind Deployment"),
        ({"contexts": {"a": {}}}, r"config: contexts: expected a list, found a mapping"),
        ({"contexts": ["a"]}, r"config: contexts\[0\]: expected a mapping, found text"),
        ({"contexts": [{"context": {}}]}, r"config: contexts\[0\]\.name: missing or empty"),
        ({"current-context": ["a"]}, r"config: current-context: expected text, found a list"),
    ],
)
def test_a_file_that_is_no_kubeconfig(tmp_path: Path, content: object, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(KubeconfigError, match=words):
        load(write(tmp_path / "config", content))
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("section", "index", "path", "value", "words"),
    [
        ("contexts", 2, ("context", "cluster"), 7.5, ""),
        (
            "contexts",
            2,
            ("context", "cluster"),
            ["c"],
            r"contexts\[2\]\.context\.cluster: expected",
        ),
        (
            "clusters",
            1,
            ("cluster", "insecure-skip-tls-verify"),
            "yes",
            r"clusters\[1\]\.cluster\.in",
        ),
        ("clusters", 1, ("cluster",), "x", r"clusters\[1\]\.cluster: expected a mapping"),
        ("users", 0, ("user", "exec"), "x", r"users\[0\]\.user\.exec: expected a mapping"),
        ("users", 0, ("user", "exec"), {"args": "x"}, r"exec\.args: expected a list"),
        ("users", 0, ("user", "exec"), {"args": [{}]}, r"exec\.args\[0\]: expected text"),
        ("users", 0, ("user", "exec"), {"env": ["A"]}, r"exec\.env\[0\]: expected a mapping"),
        ("users", 0, ("user", "as-groups"), "x", r"user\.as-groups: expected a list"),
        ("users", 0, ("user", "tokenFile"), "a\0b", r"user\.tokenFile: no usable file name"),
    ],
)
def test_a_wrong_type_names_file_and_key(
    tmp_path: Path, section: str, index: int, path: tuple[str, ...], value: object, words: str
) -> None:
    content = fleet(["a", "b", "c"])
    target = content[section][index]
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    file = write(tmp_path / "config", content)
    if not words:  # a number where a text is meant reads as its text
        assert "cluster 7.5" in load(file).endpoints[index].problem
        return
    with pytest.raises(KubeconfigError, match=words) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: {section}")


def test_names_that_occur_twice(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"config: clusters\[1\]\.name: a is there twice"):
        load(write(tmp_path / "config", fleet(["a", "a"])))


def test_a_duplicate_key_is_said_and_the_last_counts(tmp_path: Path) -> None:
    text = yaml.safe_dump(kubeconfig()) + "current-context: a\ncurrent-context: one\n"
    inventory = load(write(tmp_path / "config", text))
    assert inventory.current == "one"
    assert any("duplicate key current-context" in problem for problem in inventory.problems)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="is a directory"):
        load(tmp_path)
    with pytest.raises(KubeconfigError, match=r"missing: no such file \(named by --kubeconfig\)"):
        load(tmp_path / "missing")
    with pytest.raises(KubeconfigError, match="cannot be read: Not a directory"):
        load(write(tmp_path / "file", "") / "below")
    with pytest.raises(KubeconfigError, match="no usable file name"):
        load("a\0b")
    with pytest.raises(KubeconfigError, match="no file named"):
        load("")
    if os.geteuid() != 0:  # root reads everything
        path = write(tmp_path / "locked", kubeconfig())
        path.chmod(0)
        with pytest.raises(KubeconfigError, match="cannot be read: Permission denied"):
            load(path)


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="larger than 10 MiB"):
        load("/dev/zero")
    path = tmp_path / "config"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(KubeconfigError, match="larger than 10 MiB"):
        load(path)


def test_a_pipe_is_a_file_too(tmp_path: Path) -> None:
    """`--kubeconfig <(…)`."""
    reader, writer = os.pipe()
    os.write(writer, json.dumps(kubeconfig()).encode())
    os.close(writer)
    try:
        assert [point.name for point in load(f"/dev/fd/{reader}").endpoints] == ["one"]
    finally:
        os.close(reader)


def test_aliases_and_merge_keys_are_read(tmp_path: Path) -> None:
    text = """
    x-defaults: &tls {insecure-skip-tls-verify: true, server: https://ignored.example.test}
    clusters:
    - name: one
      cluster: {<<: *tls, server: "https://api.example.test"}
    users: &nobody []
    contexts: [{name: one, context: {cluster: one}}]
    extensions: *nobody
    """
    endpoint = load_one(tmp_path, text)
    assert (endpoint.base_url, endpoint.tls.insecure) == ("https://api.example.test", True)


@pytest.mark.parametrize("loader", ["CBaseLoader", "BaseLoader"])
def test_scalars_keep_their_text(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without libyaml: a token of digits loses none of them."""
    monkeypatch.setattr(yamltext, "_Loader", getattr(yaml, loader))
    text = b"{a: 007, b: 1e3, c: yes, d: 2026-01-01, e: true, f: 'true', g: null, h: , i: 0x1f}"
    assert parse_yaml(text).documents == [
        {
            "a": "007", "b": "1e3", "c": "yes", "d": "2026-01-01", "e": True, "f": "true",
            "g": None, "h": None, "i": "0x1f",
        }
    ]  # fmt: skip


# --- anything at all ---------------------------------------------------------------------------

WORDS = """
apiVersion kind clusters users contexts current-context name cluster user context server exec
command args env apiVersion interactiveMode token tokenFile client-certificate-data as <<
client-key-data certificate-authority-data certificate-authority insecure-skip-tls-verify
proxy-url auth-provider extensions extension as-groups as-user-extra provideClusterInfo
"""
VALUES = """
v1 Config one https://h http://h https://[::1]:1 https://h:99999 //x @ http://u:p@h/ LS0t
client.authentication.k8s.io/v1 Never /bin/true socks5://x
"""
KEYS = st.sampled_from(WORDS.split())
TEXT = st.one_of(
    st.text(max_size=12), st.sampled_from([*VALUES.split(), "\0", "\u202e", "x\x1b[2J", "a b"])
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.binary(max_size=4), st.dates()
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(KEYS, TEXT, st.integers()), inner, max_size=6),
    ),
    max_leaves=25,
)
BYTES = st.one_of(
    st.binary(max_size=200), st.text("ab:-[]{}&*!<'\"\n #|>?,%~", max_size=80).map(str.encode)
)
ENTRY = st.dictionaries(KEYS, DOCUMENTS, max_size=6)


def entries(kind: str) -> st.SearchStrategy[list[dict[str, Collection[str]]]]:
    named = st.fixed_dictionaries({"name": st.sampled_from(["one", "two"]), kind: ENTRY})
    return st.lists(named, max_size=2, unique_by=lambda entry: str(entry["name"]))


NEAR_MISSES = st.fixed_dictionaries(
    {
        "clusters": entries("cluster"),
        "users": entries("user"),
        "contexts": st.just([{"name": "c", "context": {"cluster": "one", "user": "one"}}]),
    }
)


def inert(text: str) -> bool:
    """Whether a text is one line that does nothing to a terminal; characters that Unicode has not
    given away yet do nothing."""
    return clean(text) == text


def only_kubeconfig_errors(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused, inventory = "", None
    try:
        inventory = load(path)
    except KubeconfigError as error:
        refused = str(error)
    assert inert(refused)
    if inventory is None:
        return
    for endpoint in inventory.endpoints:
        assert endpoint.problem or endpoint.base_url
        assert inert(endpoint.name)
        assert inert(endpoint.problem)
        assert all(map(inert, (*endpoint.warnings, *inventory.problems)))
        assert inert(endpoint.credential.describe())


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kubeconfig") / "config"


@settings(max_examples=150, deadline=None)
@given(document=st.one_of(DOCUMENTS, NEAR_MISSES))
def test_any_document_gives_an_inventory_or_a_kubeconfig_error(
    scratch: Path, document: object
) -> None:
    only_kubeconfig_errors(
        scratch, yaml.safe_dump(document, allow_unicode=True).encode("utf-8", "replace")
    )


@settings(max_examples=150, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=200), st.text("ab:-[]{}&*!<'\"\n #|>?,%~", max_size=80).map(str.encode)
    )
)
def test_any_bytes_give_an_inventory_or_a_kubeconfig_error(scratch: Path, content: bytes) -> None:
    only_kubeconfig_errors(scratch, content)


@settings(max_examples=100, deadline=None)
@given(cut=st.integers(0, 400), noise=st.binary(max_size=3))
def test_a_half_written_file(scratch: Path, cut: int, noise: bytes) -> None:
    only_kubeconfig_errors(scratch, yaml.safe_dump(kubeconfig()).encode()[:cut] + noise)


@settings(max_examples=100, deadline=None)
@given(value=DOCUMENTS)
def test_both_yaml_parsers_read_the_same(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "replace")
    found = []
    for loader in (yaml.CBaseLoader, yaml.BaseLoader):
        original, yamltext._Loader = yamltext._Loader, loader
        try:
            found.append(parse_yaml(text).documents)
        except YamlTrouble:
            found.append([])
        finally:
            yamltext._Loader = original
    assert found[0] == found[1]
