"""The reflector against a model of the API server: whatever happens, both agree in the end.

The model is the server's dict. Rules change it and break the connection in every way of the fault
matrix; after quiet, the collection must equal it, no deleted object may have come back, and the
server must never have been flooded.
"""

from __future__ import annotations

import asyncio
import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Projection
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import (
    ConnectFailed,
    Expired,
    ProtocolTrouble,
    ReadTimeout,
    ServerTrouble,
    SourceError,
    Throttled,
    Unauthorized,
)
from mckconsole.sources.reading import KindReading
from mckconsole.sources.reflector import Reflector
from mckconsole.store.collection import Collection
from tests.net.model_cluster import ModelCluster, line, status
from tests.net.virtual import VirtualLoop, virtual_pace

TOPIC = "namespaces"
KIND = BY_TOPIC[TOPIC]
NAMES = st.sampled_from([f"object-{number}" for number in range(6)])
MAX_REQUESTS_A_MINUTE = 70
TROUBLES: dict[str, SourceError] = {
    "refused": ConnectFailed("refused"),
    "silent": ReadTimeout("silent"),
    "throttled": Throttled("429", retry_after=7),
    "overloaded": ServerTrouble("503"),
    "gone": Expired("410"),
    "cut": ProtocolTrouble("cut"),
    "too-large": ServerTrouble("504", reason="ResourceVersionTooLarge"),
    "unauthorized": Unauthorized("401"),
}


class ReflectorMachine(RuleBasedStateMachine):
    """Server and reflector side by side in virtual time."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        pace = virtual_pace(self.loop)
        self.cluster = ModelCluster(pace, [KIND], piece=23)
        self.collection: Collection[Projection] = Collection(KIND, pace=pace)
        self.reflector: Reflector[Projection] = Reflector(
            self.cluster, KindReading(KIND, "v1"), self.collection, pace=pace, page_size=2
        )
        self.cluster.delay = lambda path: 0.15
        self.deleted: set[str] = set()
        self.seen: set[str] = set()
        self.gone: set[str] = set()
        self.task = self.loop.create_task(self.reflector.run())

    def teardown(self) -> None:
        self.settle()
        self.task.cancel()
        self.loop.run_until_complete(asyncio.gather(self.task, return_exceptions=True))
        self.loop.close()

    def pass_time(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))
        assert not self.task.done()

    # What happens in the cluster.

    @initialize(names=st.sets(NAMES))
    def start(self, names: set[str]) -> None:
        for name in names:
            self.cluster.put(TOPIC, name)

    @rule(name=NAMES)
    def write(self, name: str) -> None:
        self.cluster.put(TOPIC, name)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if ("", name) in self.cluster.resource(TOPIC).objects:
            self.deleted.add(self.cluster.drop(TOPIC, name))

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 5.0, 61.0, 700.0]))
    def wait(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule()
    def compact(self) -> None:
        self.cluster.compact(TOPIC)

    # What happens on the way.

    @rule(trouble=st.sampled_from(sorted(TROUBLES)))
    def break_stream(self, trouble: str) -> None:
        self.cluster.send(TOPIC, TROUBLES[trouble])

    @rule()
    def end_stream(self) -> None:
        self.cluster.send(TOPIC, None)

    @rule(
        trouble=st.sampled_from(sorted(TROUBLES)),
        times=st.sampled_from([1, 2, 6, 200]),
        watch=st.booleans(),
    )
    def refuse(self, trouble: str, times: int, watch: bool) -> None:
        held = self.cluster.resource(TOPIC)
        (held.watch_refusals if watch else held.refusals).extend([TROUBLES[trouble]] * times)

    @rule(times=st.sampled_from([1, 200]))
    def close_at_once(self, times: int) -> None:
        """A broken proxy: watches end as soon as they are open."""
        self.cluster.resource(TOPIC).stillborn += times
        self.cluster.send(TOPIC, None)

    @rule(code=st.sampled_from([410, 429, 500, 400]))
    def error_event(self, code: int) -> None:
        self.cluster.send(TOPIC, line("ERROR", status(code)), None)

    @rule(name=NAMES, cut=st.integers(1, 60))
    def truncate(self, name: str, cut: int) -> None:
        """An object changes, and the connection dies within its event."""
        held = self.cluster.resource(TOPIC)
        feeds, held.feeds = list(held.feeds), []
        self.cluster.put(TOPIC, name)
        held.feeds = feeds
        self.cluster.send(TOPIC, held.log[-1][1][:-1][:cut], ConnectFailed("reset"))

    @rule(text=st.sampled_from([b"<html>\n", b'{"type":"ADDED"}\n', b"\xff\n", b"[]\n"]))
    def garbage(self, text: bytes) -> None:
        self.cluster.send(TOPIC, text)

    @rule()
    def noise(self) -> None:
        self.cluster.send(TOPIC, line("TABLE", {}), b"\n", line("BOOKMARK", {}))

    @rule()
    def bookmark(self) -> None:
        self.cluster.bookmark(TOPIC)

    @rule()
    def repeat(self) -> None:
        """The server repeats its last event."""
        log = self.cluster.resource(TOPIC).log
        if log:
            self.cluster.send(TOPIC, log[-1][1])

    @rule(name=NAMES)
    def echo_of_the_dead(self, name: str) -> None:
        """An object is deleted, and then the stream repeats that it changed."""
        held = self.cluster.resource(TOPIC)
        last = held.objects.get(("", name))
        if last is not None:
            self.deleted.add(self.cluster.drop(TOPIC, name))
            self.cluster.send(TOPIC, line("MODIFIED", last))

    @rule(name=NAMES)
    def late_delete(self, name: str) -> None:
        """An object is deleted and made anew, and the stream repeats the delete of the old one."""
        self.delete(name)
        log = self.cluster.resource(TOPIC).log
        self.write(name)
        if len(log) > 1 and b"DELETED" in log[-2][1]:
            self.cluster.send(TOPIC, log[-2][1])

    # What must hold.

    def shown(self) -> dict[str, tuple[str, str]]:
        view = self.collection.view(self.loop.time())
        return {
            found.metadata.name: (found.metadata.uid, found.metadata.resource_version)
            for found in view.objects.values()
        }

    @rule()
    def settle(self) -> None:
        """After quiet, both agree, and the collection knows that it is fresh."""
        held = self.cluster.resource(TOPIC)
        held.refusals.clear()
        held.watch_refusals.clear()
        held.stillborn = 0
        self.pass_time(1500)
        expected = {
            name: (meta["uid"], meta["resourceVersion"])
            for (_, name), found in held.objects.items()
            if (meta := json.loads(json.dumps(found["metadata"])))
        }
        assert self.shown() == expected
        assert self.collection.judge(self.loop.time())[0] is TopicState.FRESH

    @invariant()
    def nothing_comes_back(self) -> None:
        uids = {uid for uid, _ in self.shown().values()}
        assert not uids & self.gone
        self.seen |= uids
        self.gone |= (self.seen & self.deleted) - uids

    @invariant()
    def the_server_is_not_flooded(self) -> None:
        since = self.loop.time() - 60
        recent = [at for at, _, _ in self.cluster.requests if at > since]
        assert len(recent) <= MAX_REQUESTS_A_MINUTE


TestReflectorModel = ReflectorMachine.TestCase
TestReflectorModel.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
