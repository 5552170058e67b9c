"""Container runtimes, and the kubelets that refuse them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.runtimes import parse_runtime, refusal
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import NO_SUPPORT_DATA, AddonRange, Confidence, SupportData


@pytest.mark.parametrize(
    ("text", "known", "first"),
    [
        ("containerd://1.7.33", True, 38),
        ("containerd://1.6.33", True, 38),
        ("containerd://1.7.27-k3s1", True, 38),
        ("containerd://1.5.2", True, 26),
        ("containerd://2.0.0", True, None),
        ("containerd://2.1.4-k3s1", True, None),
        ("cri-o://1.27.9", True, 38),
        ("cri-o://1.28.0", True, None),
        ("cri-o://1.34.1", True, None),
        ("cri-o://1.19.0", True, 26),
        ("docker://20.10.7", True, 24),
        ("containerd://main", False, None),
        ("containerd://", False, None),
        ("windows://x", False, None),
        ("", False, None),
    ],
)
def test_who_refuses_what(text: str, known: bool, first: int | None) -> None:
    for data in (shipped(), NO_SUPPORT_DATA):
        found = refusal(text, data)
        assert found.known is known
        assert found.first == (Minor(1, first) if first else None)
        assert bool(found.why) is (first is not None or not known)


def test_the_table_says_when_if_it_is_put_off_again() -> None:
    row = AddonRange("containerd", "1.7", None, Minor(1, 38), "https://e.example", None, "",
                     Confidence.DERIVED)  # fmt: skip
    assert refusal("containerd://1.7.1", SupportData(addons=(row,))).first == Minor(1, 39)
    assert refusal("cri-o://1.27.1", SupportData(addons=(row,))).first == Minor(1, 39)


def test_words() -> None:
    found = parse_runtime("containerd://1.7.33")
    assert found is not None
    assert found.words == "containerd 1.7.33"


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    found = refusal(text, shipped())
    assert found.known or (found.first is None and found.why)
