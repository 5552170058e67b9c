"""What declares, outside the pod, that a service account shall be somebody in a cloud.

Annotations of the account, roles in kOps' ConfigMap (an annotation wins over it), and associations
of EKS Pod Identity, where controllers keep them as objects. Who wrote an annotation, and no later
than when, is in the account's managedFields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from mckconsole.analysis.identity.formats import (
    Parsed,
    parse_azure,
    parse_mail,
    parse_provider,
    parse_role,
)
from mckconsole.analysis.identity.model import Cloud, ClusterFacts, Declaration, Mechanism, Trace
from mckconsole.domain.cloudkeys import (
    AZURE_CLIENT,
    AZURE_TENANT,
    EKS_ROLE,
    GCP_MAIL,
    GCP_PROVIDER,
    GKE_ACCOUNT,
)
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.identity import (
    IrsaConfig,
    PodIdentityAssociation,
    ServiceAccount,
    UpboundAssociation,
)
from mckconsole.domain.text import clean, shorten

Association: TypeAlias = PodIdentityAssociation | UpboundAssociation
_DECLARING = frozenset({EKS_ROLE, GKE_ACCOUNT, AZURE_CLIENT, GCP_MAIL, GCP_PROVIDER})
_MAX_TEXT = 512
_CLOUDS = {
    Mechanism.IRSA: Cloud.AWS,
    Mechanism.POD_IDENTITY: Cloud.AWS,
    Mechanism.GKE: Cloud.GCP,
    Mechanism.GCP_FEDERATION: Cloud.GCP,
    Mechanism.AZURE: Cloud.AZURE,
}


class IrsaRole(NamedTuple):
    """The role of one service account in kOps' ConfigMap."""

    role: str
    config: IrsaConfig


IrsaRoles: TypeAlias = Mapping[tuple[str, str], IrsaRole]
"""By namespace (`*` is all of them) and name of the service account."""


class _Entry(msgspec.Struct, frozen=True, gc=False):
    role: str = msgspec.field(default="", name="RoleARN")


_CONFIG = msgspec.json.Decoder(dict[str, _Entry])


def read_irsa(configs: Iterable[IrsaConfig]) -> IrsaRoles:
    """All roles of kOps' ConfigMaps; one that is no such JSON declares nothing."""
    found: dict[tuple[str, str], IrsaRole] = {}
    for config in sorted(configs, key=lambda one: one.key, reverse=True):
        try:
            entries = _CONFIG.decode(config.data.config or "{}")
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
        for who, entry in entries.items():
            namespace, slash, name = who.partition("/")
            if slash and entry.role:
                found[namespace, name] = IrsaRole(shorten(clean(entry.role), _MAX_TEXT), config)
    return found


def association_of(one: Association) -> tuple[str, str, str, str]:
    """Cluster name, namespace, service account and role ARN of an association."""
    spec = one.spec.for_provider if isinstance(one, UpboundAssociation) else one.spec
    return spec.cluster_name, spec.namespace, spec.service_account, spec.role_arn


def declare(
    facts: ClusterFacts,
    account: ServiceAccount,
    associations: Sequence[Association] = (),
    irsa: IrsaRoles | None = None,
) -> tuple[Declaration, ...]:
    """What a service account is declared to be, for each cloud what wins at admission first.

    `associations` are those that name it, of whatever cluster; those for others are left out, and
    those that may be (`doubt`) too.
    """
    annotated = not _DECLARING.isdisjoint(account.metadata.annotations)
    if not annotated and not associations and not irsa:
        return ()
    return tuple(_declarations(facts, account, associations, irsa or {}))


def doubt(facts: ClusterFacts, associations: Sequence[Association]) -> str:
    """Why some of the associations may be for this cluster, or not; empty when that is told."""
    for one in associations:
        name = association_of(one)[0]
        if not name:
            return f"{one.ref('')} does not name its cluster"
        if _for_this(facts, name) is None:
            return f"{one.ref('')} is for the EKS cluster {name}: whether this is it is not known"
    return ""


def _for_this(facts: ClusterFacts, name: str) -> bool | None:
    if facts.eks_names:
        return name in facts.eks_names
    return True if name in (facts.name, facts.context) else None


def _declarations(
    facts: ClusterFacts,
    account: ServiceAccount,
    associations: Sequence[Association],
    irsa: IrsaRoles,
) -> Iterator[Declaration]:
    for one in associations:
        if _names(facts, one, account):
            yield _associated(facts, one)
    notes = account.metadata.annotations
    namespace, name = account.key
    if EKS_ROLE in notes:
        yield _annotated(facts, account, Mechanism.IRSA, parse_role(notes[EKS_ROLE]), EKS_ROLE)
    elif found := irsa.get((namespace, name)) or irsa.get(("*", name)):
        yield _configured(facts, found)
    google = _by_google_webhook(facts, account)
    if GKE_ACCOUNT in notes:
        parsed = parse_mail(notes[GKE_ACCOUNT])
        ours = _annotated(facts, account, Mechanism.GKE, parsed, GKE_ACCOUNT)
        yield from filter(None, (ours, google) if facts.pool else (google, ours))
    elif google:
        yield google
    if AZURE_CLIENT in notes:
        tenant = notes.get(AZURE_TENANT, facts.tenant)
        parsed = parse_azure(notes[AZURE_CLIENT], tenant)
        keys = (AZURE_CLIENT, AZURE_TENANT) if AZURE_TENANT in notes else (AZURE_CLIENT,)
        yield _annotated(facts, account, Mechanism.AZURE, parsed, *keys)


def _by_google_webhook(facts: ClusterFacts, account: ServiceAccount) -> Declaration | None:
    """By the annotations of the webhook for federation outside GKE."""
    notes = account.metadata.annotations
    if GCP_PROVIDER not in notes and GCP_MAIL not in notes:
        return None
    keys = [key for key in (GCP_MAIL, GCP_PROVIDER) if key in notes]
    if GCP_PROVIDER not in notes:
        parsed = Parsed(None, f"{GCP_PROVIDER} is missing beside {GCP_MAIL}")
    else:
        parsed = parse_provider(notes[GCP_PROVIDER], *account.key)
        if not parsed.problem and GCP_MAIL in notes:
            parsed = parse_mail(notes[GCP_MAIL])
    return _annotated(facts, account, Mechanism.GCP_FEDERATION, parsed, *keys)


def _names(facts: ClusterFacts, one: Association, account: ServiceAccount) -> bool:
    cluster, *who, _ = association_of(one)
    return tuple(who) == account.key and _for_this(facts, cluster) is True


def _associated(facts: ClusterFacts, one: Association) -> Declaration:
    role = association_of(one)[3]
    upbound = isinstance(one, UpboundAssociation)
    topic = "upbound-associations" if upbound else "podidentityassociations"
    path = "spec.forProvider.roleArn" if upbound else "spec.roleARN"
    ref = one.ref(facts.versions.get(topic, "v1beta1" if upbound else "v1alpha1"))
    created = one.metadata.creation_timestamp
    return _made(Mechanism.POD_IDENTITY, parse_role(role), role, Trace(ref, path, role), created)


def _configured(facts: ClusterFacts, found: IrsaRole) -> Declaration:
    ref = found.config.ref(facts.versions.get("irsa-config", "v1"))
    trace = Trace(ref, "data.config", found.role)
    created = found.config.metadata.creation_timestamp
    return _made(Mechanism.IRSA, parse_role(found.role), found.role, trace, created)


def _annotated(
    facts: ClusterFacts,
    account: ServiceAccount,
    mechanism: Mechanism,
    parsed: Parsed,
    *keys: str,
) -> Declaration:
    """By annotations; the first of the keys is what is shown, the one written last counts."""
    meta = account.metadata
    text = meta.annotations[keys[0]]
    ref: ObjectRef = account.ref(facts.versions.get("serviceaccounts", "v1"))
    trace = Trace(ref, annotation_path(keys[0]), text)
    entries = [entry for key in keys if (entry := meta.written(key)) is not None]
    last = max(entries, key=lambda one: one.time, default=None)
    by, at = (last.manager, last.time) if last else ("", "")
    return _made(mechanism, parsed, text, trace, meta.creation_timestamp, by, at)


def _made(
    mechanism: Mechanism,
    parsed: Parsed,
    text: str,
    trace: Trace,
    created: str,
    by: str = "",
    at: str = "",
) -> Declaration:
    cloud = _CLOUDS[mechanism]
    since = at or created
    return Declaration(
        mechanism, cloud, parsed.identity, text, trace, by, at, since, parsed.problem
    )


def annotation_path(key: str) -> str:
    """The field path of an annotation, as evidence has it."""
    return f"metadata.annotations['{key}']"
