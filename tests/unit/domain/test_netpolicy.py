"""Network policies as facts: whom they select, what they close, and when two say the same."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.domain import netpolicy
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.netpolicy import Policy
from mckconsole.domain.policyfacts import PolicyFacts
from tests.unit.domain.documents import JUNK, plain

KINDS: tuple[type[Policy], ...] = (
    netpolicy.NetworkPolicy,
    netpolicy.CiliumNetworkPolicy,
    netpolicy.CiliumClusterwideNetworkPolicy,
    netpolicy.AdminNetworkPolicy,
    netpolicy.BaselineAdminNetworkPolicy,
    netpolicy.ClusterNetworkPolicy,
    netpolicy.CalicoNetworkPolicy,
    netpolicy.CalicoGlobalNetworkPolicy,
)


def facts(kind: type[Policy], spec: object = None, **more: object) -> PolicyFacts:
    document = {"metadata": {"name": "a"}, **({"spec": spec} if spec is not None else {}), **more}
    found: Any = ProjectionDecoder(kind).decode(json.dumps(document).encode()).object
    assert isinstance(found, Policy)
    return found.facts


@pytest.mark.parametrize(
    ("spec", "closed", "opened", "every"),
    [
        ({"podSelector": {}, "policyTypes": ["Ingress"]}, ("Ingress",), (), True),
        ({"podSelector": {}}, ("Ingress",), (), True),
        ({"podSelector": {}, "egress": [{}]}, ("Ingress", "Egress"), ("Egress",), True),
        ({"podSelector": {}, "policyTypes": ["Egress"], "ingress": []}, ("Egress",), (), True),
        ({"podSelector": {}, "ingress": [{}]}, ("Ingress",), ("Ingress",), True),
        ({"podSelector": {}, "ingress": [{"ports": [{"port": 1}]}]}, ("Ingress",), (), True),
        ({"podSelector": {"matchLabels": {"app": "a"}}}, ("Ingress",), (), False),
        ({"podSelector": {"matchLabels": {}}}, ("Ingress",), (), True),
    ],
)
def test_kubernetes(
    spec: dict[str, Any], closed: tuple[str, ...], opened: tuple[str, ...], every: bool
) -> None:
    found = facts(netpolicy.NetworkPolicy, spec)
    assert (found.closed, found.opened, found.every_pod) == (closed, opened, every)


def test_peers_by_label_and_by_address() -> None:
    rule = {"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}
    block = {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}
    one = facts(netpolicy.NetworkPolicy, {"podSelector": {}, "ingress": [rule]})
    two = facts(netpolicy.NetworkPolicy, {"podSelector": {}, "ingress": [block]})
    assert (one.ambiguous, one.blocks) == (True, False)
    assert (two.ambiguous, two.blocks) == (False, True)


EVERY: dict[str, Any] = {"endpointSelector": {}}
HERE = {"matchLabels": {"k8s:io.cilium.k8s.policy.cluster": "east", "app": "a"}}


@pytest.mark.parametrize(
    ("spec", "closed", "opened", "clusters", "ambiguous"),
    [
        ({**EVERY, "ingress": [{}]}, ("Ingress",), (), (), False),
        ({**EVERY, "ingress": []}, (), (), (), False),
        ({**EVERY, "ingress": [{"fromEntities": ["all"]}]}, ("Ingress",), ("Ingress",), (), False),
        ({**EVERY, "egress": [{"toEndpoints": [HERE]}]}, ("Egress",), (), ("east",), False),
        ({**EVERY, "ingress": [{"fromEndpoints": [{}]}]}, ("Ingress",), (), (), True),
        ({**EVERY, "ingress": [{}], "enableDefaultDeny": {"ingress": False}}, (), (), (), False),
        ({**EVERY, "ingressDeny": [{"fromCIDR": ["10.0.0.0/8"]}]}, ("Ingress",), (), (), False),
    ],
)
def test_cilium(
    spec: dict[str, Any],
    closed: tuple[str, ...],
    opened: tuple[str, ...],
    clusters: tuple[str, ...],
    ambiguous: bool,
) -> None:
    found = facts(netpolicy.CiliumNetworkPolicy, spec)
    assert (found.closed, found.opened, found.clusters) == (closed, opened, clusters)
    assert (found.ambiguous, found.every_pod) == (ambiguous, True)


def test_several_rules_of_cilium_are_one_policy() -> None:
    rules = [{**EVERY, "ingress": [{}]}, {**EVERY, "egress": [{"toEndpoints": [HERE]}]}]
    found = facts(netpolicy.CiliumNetworkPolicy, specs=rules)
    assert (found.closed, found.clusters) == (("Ingress", "Egress"), ("east",))
    assert found.pods is None
    assert found.digest == facts(netpolicy.CiliumNetworkPolicy, specs=rules[::-1]).digest


def test_a_clusterwide_policy_may_select_namespaces() -> None:
    term = {
        "key": "k8s:io.kubernetes.pod.namespace",
        "operator": "NotIn",
        "values": ["kube-system"],
    }
    spec: dict[str, Any] = {
        "endpointSelector": {"matchExpressions": [term]},
        "ingress": [{}],
    }
    found = facts(netpolicy.CiliumClusterwideNetworkPolicy, spec)
    assert found.every_pod
    assert found.spaces is not None
    assert found.spaces.matches({"io.kubernetes.pod.namespace": "shop"})
    assert not found.spaces.matches({"io.kubernetes.pod.namespace": "kube-system"})


def test_a_policy_for_nodes_selects_no_pods() -> None:
    spec: dict[str, Any] = {"nodeSelector": {}, "ingress": [{}]}
    assert facts(netpolicy.CiliumClusterwideNetworkPolicy, spec).pods is None


@pytest.mark.parametrize(
    ("rule", "closed"),
    [
        ({"action": "Deny", "from": [{"namespaces": {}}]}, ("Ingress",)),
        ({"action": "Allow", "from": [{"namespaces": {}}]}, ()),
        ({"action": "Deny", "from": [{"namespaces": {"matchLabels": {"a": "b"}}}]}, ()),
        ({"action": "Deny", "from": [{"namespaces": {}}], "ports": [{"x": 1}]}, ()),
    ],
)
def test_policies_of_administrators(rule: dict[str, Any], closed: tuple[str, ...]) -> None:
    spec = {"subject": {"namespaces": {"matchLabels": {"team": "a"}}}, "ingress": [rule]}
    found = facts(netpolicy.AdminNetworkPolicy, spec)
    assert (found.closed, found.every_pod) == (closed, True)
    assert found.spaces is not None
    assert found.spaces.matches({"team": "a"})


@pytest.mark.parametrize(
    ("spec", "closed", "opened", "every"),
    [
        ({"types": ["Ingress", "Egress"]}, ("Ingress", "Egress"), (), True),
        ({"selector": "all()", "ingress": [{"action": "Allow"}]}, ("Ingress",), ("Ingress",), True),
        ({"selector": "app == 'a'", "types": ["Ingress"]}, ("Ingress",), (), False),
        ({"ingress": [{"action": "Allow", "protocol": "TCP"}]}, ("Ingress",), (), True),
    ],
)
def test_calico(
    spec: dict[str, Any], closed: tuple[str, ...], opened: tuple[str, ...], every: bool
) -> None:
    found = facts(netpolicy.CalicoGlobalNetworkPolicy, spec)
    assert (found.closed, found.opened, found.every_pod) == (closed, opened, every)


def test_order_says_nothing_but_where_it_decides() -> None:
    rules = [{"action": "Allow", "protocol": "TCP"}, {"action": "Deny"}]
    one = facts(netpolicy.CalicoGlobalNetworkPolicy, {"ingress": rules})
    two = facts(netpolicy.CalicoGlobalNetworkPolicy, {"ingress": rules[::-1]})
    assert one.digest != two.digest


SPECS = st.fixed_dictionaries(
    {"podSelector": st.just({})},
    optional={
        "ingress": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "from": st.lists(
                        st.sampled_from([{"podSelector": {}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}]),
                        max_size=2,
                    ),
                    "ports": st.lists(
                        st.builds(lambda port: {"port": port}, st.integers(1, 9)), max_size=3
                    ),
                },
            ),
            max_size=3,
        ),
        "policyTypes": st.sampled_from([["Ingress"], ["Ingress", "Egress"], ["Egress"]]),
    },
)


@given(SPECS, st.randoms())
def test_the_same_in_another_order_has_the_same_digest(
    spec: dict[str, Any], chance: random.Random
) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            pairs = [(key, shuffled(item)) for key, item in value.items()]
            chance.shuffle(pairs)
            return dict(pairs)
        if isinstance(value, list):
            return chance.sample([shuffled(one) for one in value], len(value))
        return value

    other = {**shuffled(spec), "nothing": None}
    kind = netpolicy.NetworkPolicy
    assert facts(kind, spec).digest == facts(kind, other).digest


@given(SPECS, SPECS)
def test_what_differs_has_another_digest(one: dict[str, Any], two: dict[str, Any]) -> None:
    def said(spec: dict[str, Any]) -> str:
        types = spec.get("policyTypes", ["Ingress"])
        rules = sorted(
            json.dumps({k: sorted(map(json.dumps, v)) for k, v in rule.items()}, sort_keys=True)
            for rule in spec.get("ingress", [])
        )
        return json.dumps([sorted(types), rules, "ingress" in spec])

    kind = netpolicy.NetworkPolicy
    if said(one) != said(two):
        assert facts(kind, one).digest != facts(kind, two).digest


@settings(deadline=None)
@given(st.sampled_from(KINDS), JUNK, JUNK)
def test_whatever_the_spec_it_is_reduced_for_good(
    kind: type[Policy], spec: object, specs: object
) -> None:
    decoder = ProjectionDecoder(kind)
    found: Any = decoder.decode(json.dumps({"spec": spec, "specs": specs}).encode()).object
    again: Any = decoder.decode(json.dumps(plain(found)).encode()).object
    assert again == found


def test_a_spec_nested_without_end_is_no_policy() -> None:
    for kind in KINDS:
        raw = b'{"spec":' + b'{"a":' * 5000 + b"1" + b"}" * 5001
        found: Any = None
        try:
            found = ProjectionDecoder(kind).decode(raw).object
        except ValueError:
            continue
        assert found.facts.digest == ""
