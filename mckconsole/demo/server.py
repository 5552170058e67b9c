"""One simulated cluster: a kube-apiserver as far as a read-only console can tell.

It authenticates, authorizes, negotiates, lists, watches and reviews; every write over HTTP is
refused (405, or 403 for users without the right) and recorded. Objects come from scenarios and
tests through `Storage`. The conformance suite keeps it like the real server; what it does wrong, it
does because `faults` says so.
"""

from __future__ import annotations

import contextlib
import ssl
import time
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate

import msgspec

from mckconsole.demo.access import (
    ISSUER_PATHS,
    Access,
    Attributes,
    User,
    asked_identity,
    attributes,
)
from mckconsole.demo.answers import Answer, Call, Listener, Service, json_answer, text_answer
from mckconsole.demo.discovery import BUILTIN_GROUPS, Discovery, api_versions
from mckconsole.demo.fault_rules import Faults
from mckconsole.demo.issuer import Issuer, answer_issuer
from mckconsole.demo.listing import (
    ListOptions,
    list_body,
    parse_version,
    partial,
    read_page,
    type_prefix,
)
from mckconsole.demo.negotiation import (
    Form,
    check_shape,
    negotiate,
    wants_aggregated_discovery,
)
from mckconsole.demo.objects import KubeObject, ResourceType
from mckconsole.demo.podlogs import PodLogs
from mckconsole.demo.reviews import answer_review
from mckconsole.demo.status import (
    ApiError,
    bad_request,
    method_not_allowed,
    no_such_resource,
    not_found,
    page_not_found,
    too_large_version,
    unsupported_media_type,
)
from mckconsole.demo.storage import Storage
from mckconsole.demo.tables import table
from mckconsole.demo.watching import Watch

_HEALTH = ("/healthz", "/livez", "/readyz")
_JSON = {"Content-Type": "application/json"}
_KEPT_REQUESTS = 100_000


@dataclass(slots=True)
class RequestRecord:
    """One request as the server saw it."""

    method: str
    path: str
    query: Mapping[str, str]
    accept: str
    at: float
    """Unix seconds, the cluster's clock."""
    user: str = ""
    """Who asked (after impersonation); empty when not authenticated."""
    verb: str = ""
    status: int = 0
    """0 until answered."""


class EmbeddedCluster(Storage):
    """A cluster to be served by a `Listener`.

    Args:
        name: seeds the uids; shown nowhere.
        version: gitVersion of `/version`.
        clock: Unix seconds: `Date`, creation times, ages.
        access: tokens and rules; by default `admin-token` may do everything.
        bookmark_seconds: time between the bookmarks of a watch.
        compress: gzip large bodies for clients that accept it, as the real server does.
        history: changes remembered per resource, at least.
    """

    def __init__(
        self,
        name: str = "embedded",
        *,
        version: str = "v1.36.2",
        clock: Callable[[], float] = time.time,
        access: Access | None = None,
        bookmark_seconds: float = 60.0,
        compress: bool = True,
        history: int = 10_000,
    ) -> None:
        super().__init__(clock=clock, seed=name, history=history)
        self.name = name
        self.version = version
        self.access = access or Access()
        self.faults = Faults()
        self.requests: deque[RequestRecord] = deque(maxlen=_KEPT_REQUESTS)
        self.bookmark_seconds = bookmark_seconds
        self.compress = compress
        self.issuer: Issuer | None = Issuer()
        """Of service account tokens; may be replaced while it serves, None serves no document."""
        self._clock = clock
        self.logs = PodLogs(self, name, clock)
        """What its containers say."""

    @property
    def writes(self) -> list[RequestRecord]:
        """Requests that tried to change something; self-reviews are no writes."""
        return [
            record
            for record in self.requests
            if record.method not in ("GET", "HEAD", "OPTIONS") and record.status != 201
        ]

    async def answer(self, call: Call) -> Answer:
        """Answer one request, faults included."""
        record = RequestRecord(
            call.method, call.path, call.query, call.header("Accept"), self._clock()
        )
        self.requests.append(record)

        async def honest() -> Answer:
            try:
                answer = self._dispatch(call, record)
            except ApiError as error:
                answer = _refusal(error)
            answer.headers.setdefault("Cache-Control", "no-cache, private")
            answer.headers["Audit-Id"] = str(uuid.uuid4())
            answer.headers["Date"] = formatdate(self._clock(), usegmt=True)
            return answer

        answer = await self.faults.apply(call, honest)
        record.status = answer.status
        return answer

    def _dispatch(self, call: Call, record: RequestRecord) -> Answer:
        want = attributes(call.method, call.path, call.query)
        record.verb = want.verb
        user = self.access.authenticate(call.header("Authorization"))
        asked = asked_identity(call.headers)
        user = self.access.impersonate(user, asked, want)
        record.user = user.name
        self.access.authorize(user, want)
        if want.is_resource:
            return self._resource(call, want, user)
        return self._plain(call)

    # --- paths that are no resources ---------------------------------------------------------

    def _plain(self, call: Call) -> Answer:
        path = call.path.rstrip("/") or "/"
        parts = path.split("/")[1:]
        if path in _HEALTH:
            answer = text_answer("ok")
        elif path == "/version":
            answer = json_answer(self._version())
        elif path == "/metrics":
            answer = text_answer("")
        elif call.path in ISSUER_PATHS:
            answer = answer_issuer(call, self.issuer)
        elif parts[0] in ("api", "apis"):
            answer = self._discovery(call, parts)
        else:
            raise page_not_found()
        if call.method != "GET":
            raise method_not_allowed()
        return answer

    def _version(self) -> KubeObject:
        major, minor = self.version.lstrip("v").split(".")[:2]
        return {
            "major": major,
            "minor": minor,
            "gitVersion": self.version,
            "gitTreeState": "clean",
            "compiler": "gc",
            "platform": "linux/amd64",
        }

    def _discovery(self, call: Call, parts: list[str]) -> Answer:
        discovery = Discovery(self.types.values())
        if len(parts) == 1:
            core = parts[0] == "api"
            if wants_aggregated_discovery(call.header("Accept")):
                kind = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
                body = discovery.aggregated(core=core)
                return json_answer(body, headers={"Content-Type": kind, "Vary": "Accept"})
            return json_answer(api_versions(call.header("Host")) if core else discovery.groups())
        group, version = ("", parts[1]) if parts[0] == "api" else (parts[1], "")
        if parts[0] == "apis" and len(parts) == 2:
            try:
                return json_answer(discovery.group(group))
            except KeyError:
                raise page_not_found() from None
        listing = discovery.resources(group, version or parts[2])
        if listing is None:
            raise no_such_resource() if group in BUILTIN_GROUPS else page_not_found()
        return json_answer(listing)

    # --- resources ---------------------------------------------------------------------------

    def _type(self, want: Attributes) -> ResourceType:
        name = f"{want.resource}.{want.group}" if want.group else want.resource
        type_ = self.types.get(name)
        misplaced = type_ is not None and (
            want.version not in type_.versions
            or (bool(want.namespace) and not type_.namespaced and want.resource != "namespaces")
        )
        if type_ is None or misplaced:
            raise no_such_resource() if want.group in BUILTIN_GROUPS else page_not_found()
        return type_

    def _resource(self, call: Call, want: Attributes, user: User) -> Answer:
        if call.method == "POST":
            if (
                call.header("Content-Type").partition(";")[0]
                == "application/vnd.kubernetes.protobuf"
            ):
                raise unsupported_media_type()
            review = answer_review(want, call.body, user, self.access, self._clock())
            if review is not None:
                return json_answer(review, 201)
        type_ = self._type(want)
        if call.method != "GET":
            raise method_not_allowed()
        headers = dict(_JSON)
        if want.version in type_.warnings:
            headers["Warning"] = f'299 - "{type_.warnings[want.version]}"'
        form = negotiate(call.header("Accept"), one=want.verb == "get")
        include = call.query.get("includeObject", "")
        if want.verb == "get" and (type_.id, want.subresource) == ("pods", "log"):
            return self.logs.answer(call, self._pod(type_, want))
        if want.verb == "get":
            return Answer(200, self._one(call, want, type_, form, include), headers)
        options = ListOptions.parse(call.query, type_)
        if want.verb == "watch":
            watch = Watch(
                storage=self,
                type_=type_,
                version=want.version,
                namespace=want.namespace,
                options=options,
                form=form,
                include=include,
                bookmark_seconds=self.bookmark_seconds,
                now=self._clock(),
            )
            return Answer(200, watch.start(), headers)
        check_shape(form, type_.kind, is_list=True)
        page = read_page(self, type_, want.namespace, options)
        body = list_body(page, type_, want.version, form, include, self._clock())
        return Answer(200, body, headers, compress=self.compress)

    def _pod(self, type_: ResourceType, want: Attributes) -> KubeObject:
        stored = self.log(type_).get((want.namespace, want.name))
        if stored is None:
            raise not_found(type_, want.name)
        return stored.decoded()

    def _one(
        self, call: Call, want: Attributes, type_: ResourceType, form: Form, include: str
    ) -> bytes:
        if want.subresource and (
            want.subresource != "status" or "status" not in type_.subresources
        ):
            raise no_such_resource()
        try:
            asked = parse_version(call.query.get("resourceVersion", ""))
        except ValueError as error:
            raise bad_request(f"invalid resource version: {error}") from None
        if asked > self.revision:
            raise too_large_version(asked, self.revision)
        namespace = want.namespace if type_.namespaced else ""
        stored = self.log(type_).get((namespace, want.name))
        if stored is None:
            raise not_found(type_, want.name)
        check_shape(form, type_.kind, is_list=False)
        if form is Form.TABLE:
            document = table(type_, want.version, (stored,), include, self._clock())
            document["metadata"] = {"resourceVersion": str(stored.revision)}
            return msgspec.json.encode(document)
        if form is Form.PARTIAL:
            return partial(stored)
        return stored.typed(type_prefix(type_, want.version))


def _refusal(error: ApiError) -> Answer:
    if error.text is not None:
        return text_answer(error.text, error.code)
    answer = json_answer(error.body, error.code)
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


@contextlib.asynccontextmanager
async def serve(
    service: Service, *, prefix: str = "", tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncGenerator[str, None]:
    """Serve one service on loopback while the context lasts; yields its URL with the prefix."""
    listener = Listener({prefix: service}, tls=tls, port=port)
    try:
        yield await listener.start() + prefix
    finally:
        await listener.close()
