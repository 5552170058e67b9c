"""Which pods a log target has, kept current: those that come are followed, those that go end.

A target that is no pod says by its selector which pods are its own. They are listed and watched in
its namespace alone, with the little of them that logs need. Trouble is told, never raised.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import msgspec

from mckconsole.domain.decode import Decoded
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.kind import Kind
from mckconsole.domain.logpods import LoggedPod
from mckconsole.domain.objects import Key
from mckconsole.sources.backoff import Recovery
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import (
    BadRequest,
    ConnectionTrouble,
    NotServed,
    ProtocolTrouble,
    SourceError,
)
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.reading import KindReading
from mckconsole.sources.reflector import Reflector

_JOB = re.compile(r"(.+)-[0-9]+")
"""The name of a Job that a CronJob made."""
_PODS = Kind("logged-pods", "", ("v1",), "pods", LoggedPod)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The pods of a target: what is listed, and which of these are its own."""

    kind: Kind
    cron_job: str = ""

    def has(self, pod: LoggedPod) -> bool:
        """Whether a pod of the list is one of them."""
        if not self.cron_job:
            return True
        jobs = (_JOB.fullmatch(one.name) for one in pod.metadata.owner_references)
        return any(job is not None and job[1] == self.cron_job for job in jobs)


async def wanted_pods(client: ClusterClient, ref: ObjectRef) -> Wanted:
    """Which pods `ref` has.

    Raises:
        SourceError: it could not be read, or does not say.
    """
    place = ref.namespace
    match ref.kind:
        case "Pod":
            return Wanted(replace(_PODS, namespace=place, name=ref.name))
        case "Node":
            return Wanted(replace(_PODS, fields=f"spec.nodeName={ref.name}"))
        case "Namespace":
            return Wanted(replace(_PODS, namespace=ref.name))
        case "CronJob":
            return Wanted(replace(_PODS, namespace=place, labels="job-name"), ref.name)
    return Wanted(replace(_PODS, namespace=place, labels=await _selector(client, ref)))


async def _selector(client: ClusterClient, ref: ObjectRef) -> str:
    """The label selector of an object, as it is written in a query."""
    from mckconsole.sources.objects_fetch import find_plural

    plural = await find_plural(client, ref)
    group, _, version = ref.api_version.rpartition("/")
    root = f"/apis/{quote(group)}/{quote(version)}" if group else f"/api/{quote(version)}"
    place = f"/namespaces/{quote(ref.namespace, safe='')}" if ref.namespace else ""
    try:
        reply = await client.get(f"{root}{place}/{quote(plural)}/{quote(ref.name, safe='')}")
    except NotServed:
        raise NotServed(f"{ref} is not there") from None
    try:
        found = msgspec.json.decode(reply.body, type=_Selecting).spec.selector
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolTrouble(f"{ref} is not readable") from None
    words = ",".join(_terms(found))
    if not words:
        raise BadRequest(f"{ref} does not say which pods are its own: it has no selector")
    return words


class _Spec(msgspec.Struct):
    selector: dict[str, Any] | None = None


class _Selecting(msgspec.Struct):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def _terms(selector: Mapping[str, Any] | None) -> Iterable[str]:
    """The terms of a LabelSelector, or of a plain mapping as Services have it."""
    labels = selector or {}
    if "matchLabels" in labels or "matchExpressions" in labels:
        for one in labels.get("matchExpressions") or ():
            values = ",".join(one.get("values") or ())
            match one.get("operator"):
                case "In":
                    yield f"{one['key']} in ({values})"
                case "NotIn":
                    yield f"{one['key']} notin ({values})"
                case "Exists":
                    yield one["key"]
                case "DoesNotExist":
                    yield f"!{one['key']}"
        labels = labels.get("matchLabels") or {}
    for key, value in labels.items():
        if isinstance(value, str):
            yield f"{key}={value}"


class LogPods:
    """Keeps the pods of one target current until cancelled."""

    def __init__(
        self,
        ref: ObjectRef,
        connected: Callable[[], ClusterClient],
        changed: Callable[[Mapping[Key, LoggedPod]], None],
        trouble: Callable[[SourceError], None],
        pace: Pace = REAL,
    ) -> None:
        """`changed` is told of all pods there are now, `trouble` why they are not known."""
        self._ref = ref
        self._connected = connected
        self._changed = changed
        self._trouble = trouble
        self._pace = pace
        self._pods: dict[Key, LoggedPod] = {}
        self._wanted: Wanted | None = None

    async def run(self) -> None:
        """Until cancelled."""
        recovery = Recovery(self._pace)
        while True:
            try:
                client = self._connected()
                self._wanted = await wanted_pods(client, self._ref)
            except SourceError as error:
                self._trouble(error)
                await self._pace.sleep(recovery.delay(error))
            else:
                await self._mirror(client, self._wanted.kind)

    async def _mirror(self, client: ClusterClient, kind: Kind) -> None:
        """As long as this is the cluster's client."""
        gone = asyncio.Event()

        def failed(error: SourceError) -> None:
            try:
                same = self._connected() is client
            except SourceError:
                same = True  # it may come back
            if not same:
                gone.set()

        reading: KindReading[LoggedPod] = KindReading(kind, "v1")
        reflector = Reflector(client, reading, self, pace=self._pace, on_error=failed)
        mirroring = asyncio.create_task(reflector.run())
        try:
            await gone.wait()
        finally:
            mirroring.cancel()

    # What the reflector writes to.

    def replace(
        self,
        objects: Iterable[Decoded[LoggedPod]],
        *,
        resource_version: str,
        as_of: float,
        undecodable: int = 0,
        unread: Mapping[str, str] = {},
        seen: int = 0,
    ) -> None:
        """All pods there are."""
        self._pods = {one.object.key: one.object for one in objects}
        self._tell()

    def upsert(self, decoded: Decoded[LoggedPod], *, as_of: float) -> None:
        """One came or changed."""
        self._pods[decoded.object.key] = decoded.object
        self._tell()

    def remove(self, key: Key, *, as_of: float, uid: str = "") -> None:
        """One went."""
        if self._pods.pop(key, None) is not None:
            self._tell()

    def confirm(self, as_of: float) -> None:
        """Nothing to do: nobody is told how old this is."""

    def trouble(self, error: SourceError) -> None:
        """They are not known now; what is followed goes on."""
        self._trouble(error)

    def lost(self, reason: str) -> None:
        """The next list tells."""
        self._trouble(ConnectionTrouble(reason))

    def _tell(self) -> None:
        wanted = self._wanted
        if wanted is not None:
            self._changed({key: pod for key, pod in self._pods.items() if wanted.has(pod)})
