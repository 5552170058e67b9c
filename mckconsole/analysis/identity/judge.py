"""What each container of a shape comes to, beside what its service account declares.

Within a container, credentials are looked for as the clouds' SDKs do: static keys in variables, web
identity, a credentials file, container credentials, the node's metadata server. Sources: the AWS
SDKs' standardized credential providers, azure-identity DefaultAzureCredential, google-auth default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.compared import LEGACY, compared, legacy, variables
from mckconsole.analysis.identity.effective_azure import NO_CLIENT
from mckconsole.analysis.identity.injection import (
    Ages,
    ages,
    failed,
    missed,
    probably,
    skipped,
    taken_by_others,
)
from mckconsole.analysis.identity.metadata import by_server, served
from mckconsole.analysis.identity.model import (
    BindingState,
    Cloud,
    Declaration,
    Effective,
    Mechanism,
    Shape,
)
from mckconsole.analysis.identity.verdict import Subject, Verdict
from mckconsole.domain.cloudkeys import AWS_KEY, AWS_SECRET

__all__ = ["Subject", "Verdict", "judge"]
_WINNING = {
    Cloud.AWS: AWS_KEY | AWS_SECRET,
    Cloud.AZURE: frozenset(
        {
            "AZURE_CLIENT_SECRET",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "AZURE_USERNAME",
            "AZURE_PASSWORD",
            "ARM_CLIENT_SECRET",
        }
    ),
}
"""Variables that win over every federated identity; for Google every key does."""
_RANK = {Mechanism.IRSA: 0, Mechanism.POD_IDENTITY: 1}


def judge(subject: Subject, shape: Shape, effects: Sequence[Effective]) -> list[list[Verdict]]:
    """The verdicts of one shape, by container; none where nothing can be told of it."""
    wanted, shape = subject.wanted, _lasting(shape)
    if wanted is not None and shape.pod.over and not ages(wanted, shape.pods).newer:
        words = "its last pod ended before it was declared: the next one gets it"
        return [[subject.verdict(BindingState.PENDING_RESTART, reason=words)]]
    left_out = skipped(subject.cloud, shape) if wanted is not None else frozenset()
    found: list[list[Verdict]] = []
    bare: list[str] = []
    for role, container in shape.containers():
        name = container.name
        ours = [one for one in effects if one.container == name and one.mechanism not in LEGACY]
        if name in left_out or (role == "ephemeral" and not _keys(ours)):
            continue
        if ours:
            found.append(list(_container(subject, shape, ours)))
        elif role != "ephemeral":
            bare.append(name)
    if wanted is None:
        return found or [list(legacy(subject, shape, effects))]
    if wanted.mechanism is Mechanism.GKE:
        return [*found, *([list(by_server(subject, shape, wanted))] if bare else [])]
    return [*found, *_bare(subject, shape, wanted, bare, found)]


def _lasting(shape: Shape) -> Shape:
    """Without the pods that are being deleted, unless all are."""
    if not any(one.metadata.deletion_timestamp for one in shape.pods):
        return shape
    staying = tuple(one for one in shape.pods if not one.metadata.deletion_timestamp)
    return Shape(staying) if staying else shape


def _keys(effects: Sequence[Effective]) -> list[Effective]:
    return [one for one in effects if one.mechanism is Mechanism.STATIC]


def _bare(
    subject: Subject,
    shape: Shape,
    wanted: Declaration,
    bare: Sequence[str],
    found: Sequence[list[Verdict]],
) -> Iterator[list[Verdict]]:
    """Containers that should have been given an identity and have none."""
    if not found and not bare:
        words = "every container is named in skip-containers"
        yield [subject.verdict(BindingState.DRIFT, reason=words, pods=len(shape.pods))]
    elif not found:
        yield list(_lacking(subject, shape, wanted))
    else:
        # What another webhook added later never passed this one.
        template = subject.workload.template
        own = {one.name for one in template.spec.containers} if template else set()
        lacking = [name for name in bare if name in own]
        if lacking:
            words = f"container {lacking[0]} has none, others of the pod have one"
            yield [subject.verdict(BindingState.DRIFT, reason=words, pods=len(shape.pods))]


def _lacking(subject: Subject, shape: Shape, wanted: Declaration) -> Iterator[Verdict]:
    if wanted.identity is None:
        yield subject.verdict(BindingState.DRIFT, reason=wanted.problem, pods=len(shape.pods))
        return
    never = missed(subject, shape)
    others = taken_by_others(subject.account, shape)
    if never and others and wanted.mechanism is Mechanism.AZURE:
        words = f"{never}; {others}"
        yield subject.verdict(BindingState.UNKNOWN, reason=words, pods=len(shape.pods))
        return
    parted = Ages((), shape.pods) if never else probably(wanted, shape.pods)
    if parted.older:
        words = "older than what is declared: they get it when they are made anew"
        if not wanted.dated:
            words = "when it was declared is not told: made anew they get it, if the webhook acts"
        yield subject.verdict(BindingState.PENDING_RESTART, reason=words, pods=len(parted.older))
    if parted.newer:
        words = never or failed(subject, wanted)
        yield subject.verdict(BindingState.DRIFT, reason=words, pods=len(parted.newer))


def _container(subject: Subject, shape: Shape, ours: Sequence[Effective]) -> Iterator[Verdict]:
    pods, where = len(shape.pods), f"container {ours[0].container}: "
    keys = sorted(_keys(ours), key=lambda one: bool(one.problem))
    federated = [one for one in ours if one.mechanism is not Mechanism.STATIC]
    working = sorted((one for one in federated if not one.problem), key=_rank)
    broken = next((one for one in federated if one.problem and _counts(one, working)), None)
    by_node = subject.wanted is not None and subject.wanted.mechanism is Mechanism.GKE
    alive = bool(working) or (by_node and not federated and served(subject, shape))
    key = keys[0] if keys else None
    if key is not None and (key.problem or not alive):
        state = BindingState.DRIFT if key.problem else BindingState.STATIC_KEY
        words = where + (key.problem or key.text)
        yield subject.verdict(state, None, key, reason=words, pods=pods)
    elif key is not None and _wins(key, working):
        words = f"{where}{key.text} wins over {_name(working, subject)}"
        yield subject.verdict(
            BindingState.SHADOWED, None, key, reason=words, pods=pods, lost=working[:1]
        )
    elif broken is not None and broken.problem == NO_CLIENT and subject.wanted is None:
        words = f"{where}{NO_CLIENT}: as whom it signs in its configuration says, if anything does"
        yield subject.verdict(BindingState.UNDECLARED, None, broken, reason=words, pods=pods)
    elif broken is not None:
        words = where + broken.problem
        yield subject.verdict(BindingState.DRIFT, None, broken, reason=words, pods=pods)
    elif len(working) > 1 and working[0].mechanism is Mechanism.IRSA:
        words = f"{where}the role in its variables wins over {working[1].mechanism}"
        yield subject.verdict(BindingState.SHADOWED, None, working[0], reason=words, pods=pods)
    elif working:
        yield from compared(subject, shape, working[0])
    elif subject.wanted is not None:
        yield from by_server(subject, shape, subject.wanted)


def _rank(one: Effective) -> int:
    return _RANK.get(one.mechanism, 2)


def _counts(broken: Effective, working: Sequence[Effective]) -> bool:
    """Whether SDKs stop at it. A role without a token file is passed over, a token file without a
    role is not."""
    if not working:
        return True
    names = set(variables(broken))
    return "AWS_WEB_IDENTITY_TOKEN_FILE" in names or broken.mechanism is not Mechanism.IRSA


def _wins(key: Effective, working: Sequence[Effective]) -> bool:
    """Whether SDKs take a static key before the identity that works."""
    winning = _WINNING.get(key.cloud)
    if winning is None or not winning.isdisjoint(variables(key)):
        return True
    names = set(variables(key))
    file = not names or "AWS_SHARED_CREDENTIALS_FILE" in names
    return (
        key.cloud is Cloud.AWS
        and file
        and all(one.mechanism is not Mechanism.IRSA for one in working)
    )


def _name(working: Sequence[Effective], subject: Subject) -> str:
    if working:
        return working[0].mechanism.value
    return subject.wanted.mechanism.value if subject.wanted else "the identity"
