"""Names and values in texts, and the way to a place in one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.detect.lines import assigned, locate

CASES = [
    (b"password: hunter2", b"hunter2"),
    (b"  - password:  hunter2  \nx: 1", b"hunter2"),
    (b"password = hunter2 # it is", b"hunter2"),
    (b"password=a#b;c,d\n", b"a#b;c,d"),
    (b"PASSWORD='a b c' # x", b"a b c"),
    (b'"password": "a \\" b", "x": 1', b'a \\" b'),
    (b"{password: hunter2, x: 1}", b"hunter2"),
    (b"run --password=hunter2 --more", b"hunter2"),
    (b"https://h/p?a=1&password=hunter2&b=2", b"hunter2"),
    (b"Server=h;Password=hunter2;Port=1", b"hunter2"),
    (b"cfg['password'] = 'hunter2'", b"hunter2"),
    (b"password := hunter2", b"hunter2"),
    (b"password => hunter2", b"hunter2"),
    (b"<dbPassword>hunter2</dbPassword>", b"hunter2"),
    (b"- name: DB_PASSWORD\n  value: hunter2\n", b"hunter2"),
    (b"key: |\n  hunter2\n  more\nx: 1", b"hunter2\n  more"),
    (b"password:\n", None),
    (b"the password is hunter2", None),
    (b"- name: DB_PASSWORD\n  valueFrom:\n", None),
    (b"ssh://password@host", None),
]


@pytest.mark.parametrize(("text", "value"), CASES)
def test_assigned(text: bytes, value: bytes | None) -> None:
    word = max(text.lower().find(b"password"), text.find(b"key"))
    found = assigned(text, word)
    assert (text[found.start : found.end] if found else None) == value


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes(text: bytes, at: int) -> None:
    found = assigned(text, min(at, len(text)))
    if found:
        assert 0 <= found.start < found.end <= len(text)
    locate(text, min(at, len(text)))


NAMES = st.sampled_from(["users", "user", "token", "data", "a-b", "x.y"])
TREES = st.recursive(
    st.just("leaf"),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
).filter(lambda tree: isinstance(tree, dict))


def ways(tree: Any, path: str) -> list[str]:
    if isinstance(tree, dict):
        return [
            way
            for name, below in tree.items()
            for way in ways(below, path + (f"['{name}']" if "." in name else f".{name}"))
        ]
    if isinstance(tree, list):
        return [way for at, below in enumerate(tree) for way in ways(below, f"{path}[{at}]")]
    return [path.removeprefix(".")]


def direct(path: str) -> bool:
    """Whether a value stands behind its own name."""
    return not path.endswith("]") or path.endswith("']")


@given(TREES, st.booleans())
def test_the_way_to_a_value_of_yaml(tree: Any, indented: bool) -> None:
    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, indentless and not indented)

    text = yaml.dump(tree, Dumper=Dumper, sort_keys=False).encode()
    offsets = [at for at in range(len(text)) if text.startswith(b"leaf", at)]
    for at, path in zip(offsets, ways(tree, ""), strict=True):
        if direct(path):
            assert locate(text, at) == f"YAML {path}"


def test_a_way_that_is_long_work_is_cut_short() -> None:
    text = b"top:\n" + b"  a: 1\n" * 5000 + b"  password: x\n"
    assert locate(text, len(text) - 2) == "YAML password"
