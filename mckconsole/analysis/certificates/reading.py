"""One cluster as the rules on certificates look at it, and how they write things down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mckconsole.analysis.certificates.known import Flaw
from mckconsole.analysis.mesh.evidence import ref_of, server_time
from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.provider import identify
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.analysis.unread import unread_reason, without_age
from mckconsole.domain.audit import Audited, CertificateSeen
from mckconsole.domain.certificates import Certificate, ClusterIssuer, Issuer
from mckconsole.domain.core import Namespace, Node
from mckconsole.domain.credentials import ExternalSecret, Secret
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.identity import CronJob
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView
from mckconsole.domain.states import TopicState

P = TypeVar("P", bound=Projection)
PANE = "secrets"
NOTHING_SEEN = Audited()


@dataclass(frozen=True, slots=True)
class Use:
    """An object that shows the certificate of a Secret to its clients."""

    words: str
    """`Ingress shop/web`."""
    object: ObjectRef
    topic: str
    path: str
    hosts: tuple[str, ...] = ()
    """Names that clients ask for; empty where that is not said."""


@dataclass(slots=True)
class Reading:
    """What is known of one cluster."""

    cluster: ClusterSnapshot
    now: float
    """Unix seconds by the cluster's clock."""
    policy: AuditPolicy
    uses: Mapping[Key, Sequence[Use]] = field(default_factory=dict)
    """By Secret."""
    provider: str = ""
    mounted_alone: Mapping[Key, Sequence[Pod]] = field(default_factory=dict)
    """Running pods by the Secrets of which they mounted single files."""
    _claims: dict[Key, Certificate] | None = None
    _synced: dict[Key, ExternalSecret] | None = None
    _leaves: dict[str, list[Key]] | None = None

    @classmethod
    def of(cls, cluster: ClusterSnapshot, taken_at: float, policy: AuditPolicy) -> Reading:
        """The cluster at Unix second `taken_at`, console clock."""
        nodes = cluster.objects("nodes", Node).values() if cluster.topic("nodes").objects else None
        version = cluster.version.git_version if cluster.version else None
        found = cls(cluster, taken_at + cluster.clock_offset, policy)
        found.provider = identify(version, nodes).name
        return found

    @property
    def name(self) -> str:
        return self.cluster.name

    def objects(self, topic: str, projection: type[P]) -> list[tuple[Key, P]]:
        """What is held, sorted."""
        return sorted(self.cluster.objects(topic, projection).items())

    def ref(self, topic: str, key: Key) -> ObjectRef:
        """How evidence names an object of a topic, whether it is there or not."""
        return ref_of(self.cluster, topic, key)

    def doubt(self, topic: str, key: Key | None = None) -> str:
        """Why what is held is not sure to be so any more, or whole; empty where it is."""
        view = self.cluster.topic(topic)
        if view.state is not TopicState.FRESH:
            return without_age(unread_reason(view))
        if key is not None and key in view.faults:
            return f"{topic}: {'; '.join(view.faults[key][:3])}"
        return ""

    def blind(self, topic: str, key: Key) -> str:
        """Why it does not mean anything that an object is not held; empty where it is not there."""
        view = self.cluster.topic(topic)
        if not view.state.conclusive:
            return without_age(unread_reason(view))
        for (place, name), why in view.faults.items():
            if name.startswith("(") and place in ("", key[0]):  # no object has such a name
                return f"{topic} read in part: {'; '.join(why[:3])}"
        return ""

    def audit(self, topic: str, key: Key) -> Audited:
        """What the decoder saw in an object."""
        return self.cluster.topic(topic).audit.get(key, NOTHING_SEEN)

    @property
    def secrets(self) -> TopicView:
        return self.cluster.topic("secrets")

    def secret(self, key: Key) -> Secret | None:
        """A Secret, where it was listed."""
        return self.cluster.objects("secrets", Secret).get(key)

    def certificate_of(self, key: Key) -> Certificate | None:
        """The Certificate of cert-manager that writes a Secret."""
        if self._claims is None:
            self._claims = {}
            for (namespace, _), one in self.objects("certificates", Certificate):
                if one.spec.secret_name:
                    self._claims.setdefault((namespace, one.spec.secret_name), one)
        return self._claims.get(key)

    def synced_by(self, key: Key) -> ExternalSecret | None:
        """The ExternalSecret that writes a Secret."""
        if self._synced is None:
            self._synced = {}
            for (namespace, name), one in self.objects("externalsecrets", ExternalSecret):
                self._synced.setdefault((namespace, one.spec.target.name or name), one)
        return self._synced.get(key)

    def issuer(self, kind: str, key: Key) -> Issuer | None:
        """An issuer of cert-manager's own group."""
        if kind == "ClusterIssuer":
            return self.cluster.objects("clusterissuers", ClusterIssuer).get(("", key[1]))
        return self.cluster.objects("issuers", Issuer).get(key)

    def cron_job(self, key: Key) -> CronJob | None:
        return self.cluster.objects("cronjobs", CronJob).get(key)

    def serving(self, namespace: str) -> list[Key]:
        """Secrets of a namespace in which a certificate with a key beside it was seen."""
        if self._leaves is None:
            found: defaultdict[str, list[Key]] = defaultdict(list)
            for key, audited in sorted(self.secrets.audit.items()):
                if leaf_of(audited.certificates):
                    found[key[0]].append(key)
            self._leaves = dict(found)
        return self._leaves.get(namespace, [])

    @property
    def uid(self) -> str:
        """Of the cluster, whichever its name; empty where that was not read."""
        found = self.cluster.objects("kube-system", Namespace).get(("", "kube-system"))
        return found.metadata.uid if found else ""

    def seen(self, topic: str, key: Key, path: str, value: str) -> Evidence:
        """A field of an object."""
        at = server_time(self.cluster, self.cluster.topic(topic), self.now)
        return Evidence("kubernetes", self.name, self.ref(topic, key), path, value, at)

    def derived(self, what: str, value: str) -> Evidence:
        """A fact that was worked out or found absent."""
        return Evidence("derived", self.name, None, what, value, self.now)

    def kubectl(self, command: str, namespace: str = "") -> str:
        """A kubectl command on this cluster, fit to be pasted into a shell."""
        return kubectl_on(self.cluster.context or self.name, command, namespace)

    def flaw(
        self,
        rule: str,
        severity: Severity,
        title: str,
        detail: str,
        evidence: Iterable[Evidence],
        remediation: str,
        *,
        about: ObjectRef | None,
        subject: str = "",
        fails: bool = False,
    ) -> Flaw:
        """What is wrong whatever the time; `fails` where it does not work for that."""
        found = Finding(
            rule,
            PANE,
            severity,
            self.name,
            about,
            title,
            detail,
            tuple(evidence),
            remediation,
            subject=subject,
        )
        return Flaw(found, fails)


def leaf_of(certificates: Sequence[CertificateSeen]) -> CertificateSeen | None:
    """What a Secret's owner shows to others: the first certificate of its own field."""
    for one in certificates:
        if one.path.startswith(("data['tls.crt']", "data['cert.pem']", "data['server.crt']")):
            return one
    return None
