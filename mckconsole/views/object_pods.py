"""What pods and their templates look like: containers with states, images, resources, ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.domain.standing import trouble_of
from mckconsole.domain.trees import at, list_at, map_at, maps_at, number_at, text_at, words_at
from mckconsole.views.detail import Block, Card, Line, Span
from mckconsole.views.explain import count, fact
from mckconsole.views.object_parts import WIDTH, Around, linked, value
from mckconsole.views.spec import GLYPHS, Role

_PARTS = (
    ("initContainers", "initContainerStatuses", "init "),
    ("containers", "containerStatuses", ""),
    ("ephemeralContainers", "ephemeralContainerStatuses", "ephemeral "),
)
_UNDER_WAY = ("ContainerCreating", "PodInitializing")
MAX_CONTAINERS = 30


def pod_card(around: Around) -> Card:
    """Where a pod runs, as whom, since when."""
    tree, namespace = around.tree, around.facts.ref.namespace
    spec, status = map_at(tree, "spec"), map_at(tree, "status")
    node, account = text_at(spec, "nodeName"), text_at(spec, "serviceAccountName")
    restarts = sum(number_at(one, "restartCount") or 0 for one in _statuses(status))
    started = around.ago(text_at(status, "startTime"))
    lines = [
        *value("phase", text_at(status, "phase")),
        *value("why", text_at(status, "message") or text_at(status, "reason")),
        *linked("node", node, around.link("v1", "Node", node)),
        *linked("runs as", account, around.link("v1", "ServiceAccount", account, namespace)),
        *value("address", ", ".join(_addresses(status))),
        *value("started", started),
        fact("restarts", f"{restarts:,}", width=WIDTH),
        *value("quality", text_at(status, "qosClass")),
        *value("priority", text_at(spec, "priorityClassName")),
    ]
    return Card("Pod", tuple(lines))


def _statuses(status: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for _, name, _ in _PARTS[:2]:
        yield from maps_at(status, name)


def _addresses(status: Mapping[str, object]) -> list[str]:
    found = [text_at(one, "ip") for one in maps_at(status, "podIPs")]
    return [one for one in found if one] or [ip for ip in [text_at(status, "podIP")] if ip]


def container_block(
    around: Around, template: object, status: object = None
) -> Iterator[Block]:  # fmt: skip
    """The containers of a pod, with their states; or those of a template."""
    cards = [
        _card(around, one, prefix, _status_of(status, statuses, text_at(one, "name")))
        for part, statuses, prefix in _PARTS
        for one in maps_at(template, "spec", part)
    ]
    if cards:
        heading = "Containers" if status is not None else "Containers of its pods"
        yield Block(heading, count(len(cards), "container"), tuple(cards[:MAX_CONTAINERS]))


def _status_of(status: object, part: str, name: str) -> Mapping[str, object] | None:
    if status is None:
        return None
    return next((one for one in maps_at(status, part) if one.get("name") == name), {})


def _card(
    around: Around, spec: Mapping[str, object], prefix: str, status: Mapping[str, object] | None
) -> Card:
    role, note = (Role.PLAIN, "") if status is None else _state(status, init=bool(prefix))
    glyph = GLYPHS.get(role, "")
    lines = [
        *value("image", text_at(spec, "image"), 9),
        *([] if status is None else _running(around, status)),
        *value("ports", _ports(spec), 9),
        *value("asks for", _amounts(spec, "requests"), 9),
        *value("at most", _amounts(spec, "limits"), 9),
        *value("probes", _probes(spec), 9),
        *value("variables", _variables(spec), 9),
        *value("mounts", _mounts(spec), 9),
        *value("command", _command(spec), 9),
    ]
    title = f"{prefix}{text_at(spec, 'name')}"
    return Card(title, tuple(lines), f"{glyph} {note}".strip(), role)


def _state(status: Mapping[str, object], *, init: bool) -> tuple[Role, str]:
    """How a container stands, with its role."""
    if not status:
        return Role.UNKNOWN, "says nothing yet"
    reason = trouble_of(status)
    if not reason:
        if init or status.get("ready") is True:
            return Role.OK, "running"
        return Role.WARN, "running, not ready"
    code = number_at(status, "state", "terminated", "exitCode")
    if code == 0 or reason in _UNDER_WAY:
        return (Role.OK if code == 0 else Role.CONNECTING), reason
    return Role.CRITICAL, reason


def _running(around: Around, status: Mapping[str, object]) -> Iterator[Line]:
    state = map_at(status, "state")
    since = around.ago(text_at(state, "running", "startedAt"))
    yield from value("since", since, 9)
    for name in ("waiting", "terminated"):
        yield from value("because", text_at(state, name, "message"), 9)
    ended = map_at(state, "terminated")
    if ended:
        yield from value("ended", _ended(around, ended), 9)
    restarts = number_at(status, "restartCount") or 0
    if restarts:
        role = Role.WARN if not since or restarts > 2 else Role.PLAIN
        yield fact("restarts", Span(f"{restarts:,}", role), width=9)
    last = map_at(status, "lastState", "terminated")
    if last:
        yield from value("last run", _ended(around, last), 9)
        yield from value("its words", text_at(last, "message"), 9)


def _ended(around: Around, ended: Mapping[str, object]) -> str:
    code = number_at(ended, "exitCode")
    words = text_at(ended, "reason") or "ended"
    when = around.ago(text_at(ended, "finishedAt"))
    return " ".join(filter(None, (words, f"(exit {code})" if code is not None else "", when)))


def _ports(spec: Mapping[str, object]) -> str:
    found = []
    for one in maps_at(spec, "ports"):
        name = text_at(one, "name")
        port = f"{words_at(one, 'containerPort')}/{text_at(one, 'protocol') or 'TCP'}"
        found.append(f"{name} {port}" if name else port)
    return ", ".join(found)


def _amounts(spec: Mapping[str, object], part: str) -> str:
    held = map_at(spec, "resources", part)
    return ", ".join(f"{name} {words_at(held, name)}" for name in held)


def _probes(spec: Mapping[str, object]) -> str:
    names = ("startup", "readiness", "liveness")
    found = [
        f"{name} {_probe(map_at(spec, f'{name}Probe'))}" for name in names if f"{name}Probe" in spec
    ]
    return ", ".join(found)


def _probe(probe: Mapping[str, object]) -> str:
    if "httpGet" in probe:
        port, path = words_at(probe, "httpGet", "port"), text_at(probe, "httpGet", "path")
        return f"GET :{port}{path}"
    for name in ("tcpSocket", "grpc"):
        if name in probe:
            return f"{name} :{words_at(probe, name, 'port')}"
    return "by a command" if "exec" in probe else ""


def _variables(spec: Mapping[str, object]) -> str:
    """How many there are, and where they come from."""
    own = len(list_at(spec, "env"))
    words = [count(own, "variable")] if own else []
    for one in maps_at(spec, "envFrom"):
        for part, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if name := text_at(one, part, "name"):
                words.append(f"all of {kind} {name}")
    return ", ".join(words)


def _mounts(spec: Mapping[str, object]) -> str:
    found = []
    for one in maps_at(spec, "volumeMounts"):
        only = ", read only" if at(one, "readOnly") is True else ""
        found.append(f"{text_at(one, 'mountPath')} ({text_at(one, 'name')}{only})")
    return ", ".join(found)


def _command(spec: Mapping[str, object]) -> str:
    words = [*list_at(spec, "command"), *list_at(spec, "args")]
    return " ".join(word for word in words if isinstance(word, str))
