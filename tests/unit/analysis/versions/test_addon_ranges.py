"""Which Kubernetes add-ons go with: listed, not listed, listed with holes; and the way over."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.addon_bridge import Way, bridge
from mckconsole.analysis.versions.addon_ranges import judge, numbered
from mckconsole.analysis.versions.model import Fit
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor, Version, parse_version
from mckconsole.domain.support import NO_SUPPORT_DATA, AddonRange, Confidence, SupportData

TODAY = date(2026, 11, 22)


def version(text: str) -> Version | None:
    found = parse_version(text) if text else None
    assert found is not None or not text
    return found


def row(name: str, least: int | None, most: int | None, *, note: str = "",
        end: date | None = None, addon: str = "thing") -> AddonRange:  # fmt: skip
    low = Minor(1, least) if least is not None else None
    high = Minor(1, most) if most is not None else None
    return AddonRange(addon, name, low, high, "https://e.example", end, "", Confidence.OFFICIAL,
                      note)  # fmt: skip


def table(*rows: AddonRange) -> SupportData:
    return SupportData(addons=rows)


@pytest.mark.parametrize(
    ("addon", "text", "minor", "fit", "confidence"),
    [
        ("istio", "1.30.2", 32, Fit.OK, Confidence.OFFICIAL),
        ("istio", "1.30.2", 36, Fit.OK, Confidence.OFFICIAL),
        ("istio", "1.30.2", 37, Fit.ABOVE, Confidence.OFFICIAL),
        ("istio", "1.30.2", 31, Fit.BELOW, Confidence.OFFICIAL),
        ("istio", "1.31.0-rc.1", 36, Fit.OK, Confidence.SECONDARY),
        ("cert-manager", "v1.21.0", 37, Fit.ABOVE, Confidence.OFFICIAL),
        ("cilium", "v1.18.4", 33, Fit.OK, Confidence.OFFICIAL),
        ("cilium", "v1.18.4", 34, Fit.UNTESTED, Confidence.OFFICIAL),
        ("cilium", "v1.18.4", 29, Fit.UNTESTED, Confidence.OFFICIAL),
        ("cilium", "v1.17.4-250610", 33, Fit.UNTESTED, Confidence.MEMORY),
        ("submariner", "0.20.0", 36, Fit.NO_MAXIMUM, Confidence.OFFICIAL),
        ("submariner", "", 36, Fit.NO_MAXIMUM, Confidence.OFFICIAL),
        ("submariner", "0.20.0", 18, Fit.BELOW, Confidence.OFFICIAL),
        ("rancher", "v2.12.1", 36, Fit.NO_MAXIMUM, Confidence.SECONDARY),
        ("coredns", "v1.12.4-eksbuild.1", 35, Fit.OK, Confidence.OFFICIAL),
        ("coredns", "v1.12.4", 36, Fit.NO_MAXIMUM, None),
        ("coredns", "v1.8.6", 36, Fit.NO_MAXIMUM, None),
        ("coredns", "", 36, Fit.UNKNOWN, None),
        ("containerd", "1.7.33", 37, Fit.OK, Confidence.DERIVED),
        ("containerd", "1.7.33", 38, Fit.ABOVE, Confidence.DERIVED),
        ("containerd", "1.6.20", 38, Fit.ABOVE, Confidence.DERIVED),
        ("containerd", "2.1.0", 38, Fit.NO_MAXIMUM, Confidence.OFFICIAL),
        ("karmada", "v1.18.0", 36, Fit.ABOVE, Confidence.OFFICIAL),
        ("linkerd", "2.18.1", 36, Fit.UNKNOWN, None),
        ("consul-k8s", "1.8.0", 36, Fit.UNKNOWN, None),
        ("consul-k8s", "2.1.0", 36, Fit.UNKNOWN, None),
        ("amazon-vpc-cni", "1.20.1", 36, Fit.UNKNOWN, None),
    ],
)  # fmt: skip
def test_the_shipped_table(
    addon: str, text: str, minor: int, fit: Fit, confidence: Confidence | None
) -> None:
    found = judge(addon, version(text), Minor(1, minor), shipped())
    assert (found.fit, found.confidence) == (fit, confidence)
    assert found.reason


@pytest.mark.parametrize(
    ("addon", "text", "minor", "fit", "words"),
    [
        ("calico", "3.30.1", 32, Fit.OK, "between 3.29 (1.29 to 1.32) and 3.31 (1.32 to 1.35)"),
        ("calico", "3.30.1", 34, Fit.UNKNOWN, "between 3.29"),
        ("calico", "3.30.1", 36, Fit.ABOVE, "between 3.29"),
        ("calico", "3.30.1", 28, Fit.BELOW, "between 3.29"),
        ("calico", "3.28.0", 33, Fit.ABOVE, "3.28 is older than all in the table: 3.29"),
        ("calico", "3.28.0", 32, Fit.UNKNOWN, "older than all"),
        ("calico", "3.34.0", 38, Fit.UNKNOWN, "3.34 is newer than all in the table: 3.33"),
        ("calico", "3.34.0", 36, Fit.UNKNOWN, "newer than all"),
        ("calico", "3.34.0", 34, Fit.BELOW, "newer than all"),
        ("cilium", "1.14.3", 30, Fit.UNTESTED, "between 1.13"),
        ("cilium", "1.14.3", 26, Fit.OK, "between 1.13"),
        ("cilium", "1.12.3", 30, Fit.UNTESTED, "older than all"),
        ("karmada", "1.19.0", 36, Fit.UNKNOWN, "newer than all in the table: 1.18"),
        ("linkerd", "2.18.1", 36, Fit.UNKNOWN, "which has main (1.31 or newer)"),
    ],
)
def test_what_is_not_listed(addon: str, text: str, minor: int, fit: Fit, words: str) -> None:
    found = judge(addon, version(text), Minor(1, minor), shipped())
    assert found.fit is fit
    assert words in found.reason
    assert found.confidence in (None, Confidence.DERIVED)


def test_tables_with_holes() -> None:
    text = version("1.2.3")
    assert judge("thing", text, Minor(1, 34), NO_SUPPORT_DATA).fit is Fit.UNKNOWN
    assert judge("thing", text, None, table(row("1.2", 30, 34))).fit is Fit.UNKNOWN
    assert judge("thing", None, Minor(1, 34), table(row("1.2", 30, 34))).fit is Fit.UNKNOWN
    assert judge("thing", text, Minor(1, 34), table(row("1.2", 30, None))).fit is Fit.NO_MAXIMUM
    assert judge("thing", text, Minor(1, 34), table(row("1.2", None, 34))).fit is Fit.OK
    assert judge("thing", text, Minor(1, 35), table(row("1.2", None, 34))).fit is Fit.ABOVE


def test_a_single_release_comes_before_its_minor() -> None:
    data = table(row("1.2", 30, 34), row("1.2.3", 30, 35))
    assert judge("thing", version("1.2.3"), Minor(1, 35), data).fit is Fit.OK
    assert judge("thing", version("1.2.4"), Minor(1, 35), data).fit is Fit.ABOVE


def test_a_branch_is_no_release() -> None:
    data = table(row("2.1-dev", 22, None))
    found = judge("thing", version("2.1.0"), Minor(1, 34), data)
    assert found.fit is Fit.UNKNOWN
    assert found.confidence is None


versions = st.builds(
    lambda major, minor, patch: version(f"{major}.{minor}.{patch}"),
    st.integers(0, 4), st.integers(0, 40), st.integers(0, 20),
)  # fmt: skip
minors = st.builds(lambda minor: Minor(1, minor), st.integers(0, 60))


@given(st.sampled_from(sorted(shipped().ranges)), versions | st.none(), minors)
def test_nothing_passes_without_a_reason(addon: str, text: Version | None, minor: Minor) -> None:
    found = judge(addon, text, minor, shipped())
    assert found.reason
    if found.fit is Fit.OK and found.least and found.most:
        assert found.least <= minor <= found.most
    if found.fit is Fit.ABOVE:
        assert found.most is not None
        assert found.most < minor
    if found.fit is Fit.BELOW:
        assert found.least is not None
        assert minor < found.least
    if found.fit in (Fit.OK, Fit.ABOVE, Fit.BELOW, Fit.UNTESTED):
        assert found.confidence is not None


@given(versions, minors, st.integers(0, 5))
def test_once_out_of_range_always_out_of_range(
    text: Version | None, minor: Minor, more: int
) -> None:
    """A newer Kubernetes never makes an add-on fit again that is too old for it."""
    for addon in ("istio", "calico", "cert-manager"):
        if judge(addon, text, minor, shipped()).fit is Fit.ABOVE:
            assert judge(addon, text, minor.plus(more), shipped()).fit is Fit.ABOVE


@pytest.mark.parametrize(
    ("addon", "text", "at", "way", "to"),
    [
        ("istio", "1.30.2", 35, Way.STAYS, ""),
        ("istio", "1.29.2", 35, Way.FIRST, "1.30"),
        ("istio", "1.27.2", 33, Way.FIRST, "1.30"),  # 1.28 and 1.29 are past their end
        ("istio", "1.31.2", 36, Way.NONE, ""),
        ("cert-manager", "1.18.0", 33, Way.FIRST, "1.20"),
        ("cert-manager", "1.19.0", 35, Way.FIRST, "1.21"),
        ("cert-manager", "1.21.0", 36, Way.NONE, ""),
        ("cilium", "1.18.3", 33, Way.FIRST, "1.19"),
        ("cilium", "1.20.0", 30, Way.STAYS, ""),
        ("calico", "3.29.1", 32, Way.FIRST, "3.31"),
        ("calico", "3.30.1", 35, Way.FIRST, "3.32"),
        ("submariner", "0.20.0", 36, Way.STAYS, ""),
        ("submariner", "", 36, Way.STAYS, ""),
        ("coredns", "1.8.6", 36, Way.STAYS, ""),
        ("karmada", "1.18.0", 35, Way.NONE, ""),
        ("linkerd", "2.18.0", 35, Way.UNKNOWN, ""),
        ("calico", "", 35, Way.UNKNOWN, ""),
    ],
)
def test_the_way_to_the_next_minor(addon: str, text: str, at: int, way: Way, to: str) -> None:
    found = bridge(addon, version(text), Minor(1, at), shipped(), TODAY)
    assert (found.way, found.to) == (way, to)
    assert found.reason


def test_no_bridge_between_two_releases() -> None:
    data = table(row("1.2", 30, 34), row("1.3", 35, 37))
    found = bridge("thing", version("1.2.0"), Minor(1, 34), data, TODAY)
    assert found.way is Way.GAP
    assert "no listed release goes with both 1.34 and 1.35" in found.reason


def test_a_branch_is_named_where_no_release_goes() -> None:
    found = bridge("karmada", version("1.18.0"), Minor(1, 35), shipped(), TODAY)
    assert "master (1.27 to 1.36)" in found.reason


def test_a_release_past_its_end_only_where_there_is_no_other() -> None:
    over = date(2026, 1, 1)
    data = table(row("1.2", 30, 34), row("1.3", 33, 36, end=over))
    assert bridge("thing", version("1.2.0"), Minor(1, 34), data, TODAY).to == "1.3"
    data = table(*data.addons, row("1.4", 33, 36))
    assert bridge("thing", version("1.2.0"), Minor(1, 34), data, TODAY).to == "1.4"


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(25, 40), st.integers(0, 5)),
        unique_by=lambda one: one[0],
        min_size=1,
    ),
    st.integers(0, 9),
    st.integers(25, 40),
)
def test_a_bridge_goes_with_both(rows: list[tuple[int, int, int]], own: int, at: int) -> None:
    data = table(*(row(f"1.{name}", low, low + more) for name, low, more in rows))
    found = bridge("thing", version(f"1.{own}.0"), Minor(1, at), data, TODAY)
    by_name = {str(minor): one for minor, one in numbered(data.addons)}
    if found.way is Way.FIRST:
        target = by_name[found.to]
        assert target.least is not None
        assert target.least <= Minor(1, at)
        assert target.most is not None
        assert Minor(1, at + 1) <= target.most
        assert int(found.to.partition(".")[2]) > own
    if found.way in (Way.GAP, Way.NONE):
        assert not any(
            one.least is not None and one.most is not None
            and one.least <= Minor(1, at) and Minor(1, at + 1) <= one.most
            and int(name.partition(".")[2]) > own
            for name, one in by_name.items()
        )  # fmt: skip
