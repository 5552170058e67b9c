"""An identity that works, against what the service account declares.

Where nothing is declared, what it rests on decides: a ConfigMap is outside the pod and declares as
well as an annotation does; a variable in the pod is by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.injection import Ages, by_hand, probably
from mckconsole.analysis.identity.model import (
    BindingState,
    Cloud,
    Declaration,
    Effective,
    Mechanism,
    Shape,
)
from mckconsole.analysis.identity.verdict import Subject, Verdict

ADC = "GOOGLE_APPLICATION_CREDENTIALS"
LEGACY = frozenset({Mechanism.KIAM, Mechanism.AAD_POD_IDENTITY})
_IRSA_CONFIG = "the ConfigMap pod-identity-webhook"
_VARIABLE = re.compile(r"\.env\[name=([^\]]+)\]")


def compared(subject: Subject, shape: Shape, effect: Effective) -> Iterator[Verdict]:
    """An identity that works, against what is declared."""
    pods = len(shape.pods)
    wanted = subject.wanted
    if wanted is None:
        yield _alone(subject, effect, pods)
        return
    if wanted.identity is None:
        yield subject.verdict(BindingState.DRIFT, wanted, effect, reason=wanted.problem, pods=pods)
        return
    same = next((one for one in subject.declared if _same(subject, effect, one)), None)
    if same is not None and not _replaced(wanted, same):
        yield subject.verdict(BindingState.BOUND, same, effect, pods=pods)
    elif effect.mechanism is Mechanism.POD_IDENTITY:
        words = f"EKS Pod Identity wins over {wanted.mechanism}; its role is in the EKS API only"
        found = subject.verdict(BindingState.ROLE_UNKNOWN, wanted, effect, reason=words, pods=pods)
        yield found._replace(identity=None)
    elif effect.identity is None:
        words = f"container {effect.container}: who it is is not told: {effect.text}"
        yield subject.verdict(BindingState.UNKNOWN, wanted, effect, reason=words, pods=pods)
    else:
        yield from _other(subject, shape, effect, wanted)


def _replaced(wanted: Declaration, same: Declaration) -> bool:
    """Whether another declaration takes the place of the one in effect: an association does."""
    return wanted.mechanism is Mechanism.POD_IDENTITY and wanted.identity != same.identity


def _same(subject: Subject, effect: Effective, declared: Declaration) -> bool:
    """Whether a container is what is declared; by Pod Identity, and by a file that the pod makes
    itself, it does not say who it is."""
    one, other = effect.identity, declared.identity
    if one is None or other is None:
        made = effect.mechanism in (Mechanism.POD_IDENTITY, Mechanism.GCP_FEDERATION)
        return made and effect.mechanism is declared.mechanism
    if one.cloud is Cloud.AZURE and (not one.realm or other.realm in ("", subject.facts.tenant)):
        return one.name == other.name  # the default tenant may be overruled by hand
    return one == other


def _other(
    subject: Subject, shape: Shape, effect: Effective, wanted: Declaration
) -> Iterator[Verdict]:
    """In effect is somebody else."""
    is_now = effect.identity.text if effect.identity else effect.text
    words = f"container {effect.container} is {is_now}"
    parted = Ages((), shape.pods) if by_hand(subject, effect) else probably(wanted, shape.pods)
    if parted.older:
        before = "from before the declaration" if wanted.dated else "perhaps from before it"
        late = f"{words}, {before}: made anew they are what is declared"
        yield subject.verdict(
            BindingState.PENDING_RESTART, wanted, effect, reason=late, pods=len(parted.older)
        )
    if parted.newer:
        drift = f"{words}, declared is {wanted.text}"
        yield subject.verdict(
            BindingState.DRIFT, wanted, effect, reason=drift, pods=len(parted.newer)
        )


def _alone(subject: Subject, effect: Effective, pods: int) -> Verdict:
    """An identity that nothing outside declares."""
    by_config = any(one.object.kind == "ConfigMap" for one in effect.traces)
    state, reason = BindingState.UNDECLARED, "set by hand on the pod; its account declares nothing"
    if effect.mechanism is Mechanism.POD_IDENTITY:
        state, reason = BindingState.ROLE_UNKNOWN, "its role is in the EKS API only"
    elif effect.mechanism is Mechanism.ROLES_ANYWHERE:
        reason = "it signs in with a certificate; the role is in the helper's arguments"
    elif effect.mechanism is Mechanism.IRSA and _unread_roles(subject):
        reason = f"whether {_IRSA_CONFIG} declares it is not known: {_unread_roles(subject)}"
        state = BindingState.UNKNOWN
    elif by_config and effect.identity is not None:
        return subject.verdict(BindingState.BOUND, _declared_by_config(effect), effect, pods=pods)
    elif effect.identity is None and ADC in variables(effect):
        state, reason = BindingState.UNKNOWN, f"who it is stands in {effect.text}, not read"
    elif effect.token is not None and effect.identity is None:
        reason = f"{effect.text}; as whom it signs in is not told"
    return subject.verdict(state, None, effect, reason=reason, pods=pods)


def _unread_roles(subject: Subject) -> str:
    """Why a ConfigMap may declare roles that is not read; the webhook of EKS itself has none."""
    facts = subject.facts
    return "" if facts.provider == "eks" else facts.unread.get("irsa-config", "")


def _declared_by_config(effect: Effective) -> Declaration:
    """The ConfigMap with the credential configuration, which is outside the pod."""
    trace = next(one for one in effect.traces if one.object.kind == "ConfigMap")
    return Declaration(effect.mechanism, effect.cloud, effect.identity, effect.text, trace)


def legacy(subject: Subject, shape: Shape, effects: Sequence[Effective]) -> Iterator[Verdict]:
    """Identities by mechanisms that are not maintained any more."""
    for one in effects:
        if one.mechanism in LEGACY:
            words = f"by {one.mechanism}, which is not maintained any more, as {one.text}"
            yield subject.verdict(
                BindingState.UNDECLARED, None, one, reason=words, pods=len(shape.pods)
            )


def variables(one: Effective) -> Iterator[str]:
    """The variables that an identity was read from."""
    for trace in one.traces:
        if found := _VARIABLE.search(trace.path):
            yield found[1]
