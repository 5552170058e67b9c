"""Versions as clusters, kubelets and images write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.kubeversion import (
    Minor,
    Version,
    image_version,
    parse_minor,
    parse_version,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v1.33.5-eks-3025e55", (1, 33, 5)),
        ("v1.34.1-gke.1829001", (1, 34, 1)),
        ("v1.31.0+rke2r1", (1, 31, 0)),
        ("v1.30.2+k3s1", (1, 30, 2)),
        ("v1.35.6", (1, 35, 6)),
        ("1.35", (1, 35, 0)),
        ("v1.29.14+7cf4c05", (1, 29, 14)),
        ("v1.11.3-eksbuild.1", (1, 11, 3)),
        ("v1.19.5-260714", (1, 19, 5)),
        (" v1.36.2 ", (1, 36, 2)),
    ],
)
def test_suffixes_of_vendors_are_no_part(text: str, expected: tuple[int, int, int]) -> None:
    found = parse_version(text)
    assert found is not None
    assert found[:3] == expected
    assert found.released
    assert found.of == Minor(*expected[:2])
    assert str(found) == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "v", "latest", "1", "v1", "33+", "1.x", "v1.2.3.4", "v1.99999.0", "sha256:abc", "１.２",
     "v1.33.5 evil"],
)  # fmt: skip
def test_what_is_no_version(text: str) -> None:
    assert parse_version(text) is None


def test_what_comes_before_a_release_sorts_before_it() -> None:
    texts = ["v1.37.0-alpha.1", "v1.37.0-beta.0", "v1.37.0-rc.1", "v1.37.0", "v1.37.1-rc.0"]
    found = [one for text in texts if (one := parse_version(text))]
    assert sorted(reversed(found)) == found
    assert [one.released for one in found] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("quay.io/cilium/cilium:v1.19.7@sha256:aa", "v1.19.7"),
        ("registry:5000/coredns/coredns:v1.11.3-eksbuild.1", "v1.11.3-eksbuild.1"),
        ("docker.io/istio/pilot:1.30.1-distroless", "1.30.1-distroless"),
        ("rancher/hardened:release-1.2.3", "1.2.3"),
        ("registry:5000/name", None),
        ("quay.io/cilium/cilium@sha256:1.2.3", None),
        ("name:latest", None),
        ("name", None),
        ("", None),
    ],
)
def test_versions_of_images(image: str, expected: str | None) -> None:
    found = image_version(image)
    assert (found.text if found else None) == expected


def test_minors() -> None:
    assert parse_minor("1.34") == parse_minor("v1.34+") == Minor(1, 34)
    assert parse_minor("34") is parse_minor("1.34.1") is parse_minor("") is None
    assert str(Minor(1, 9)) == "1.9"
    assert Minor(1, 9) < Minor(1, 10)
    assert Minor(1, 34).plus(2) == Minor(1, 36)
    assert Minor(1, 36).ahead_of(Minor(1, 34)) == 2
    assert Minor(2, 0).ahead_of(Minor(1, 34)) is None


@given(st.text(max_size=40))
def test_any_text_is_a_version_or_none(text: str) -> None:
    found = parse_version(text)
    assert found is None or isinstance(found, Version)
    image_version(text)
    parse_minor(text)
