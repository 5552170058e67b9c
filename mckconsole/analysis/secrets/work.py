"""One analysis at the desk: what changed, whom that concerns, and judging these again."""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.analysis.identity.model import Binding, IdentityReport, WorkloadKey
from mckconsole.analysis.secrets import access
from mckconsole.analysis.secrets.case import Around
from mckconsole.analysis.secrets.consumers import RENEW_SECONDS, Use, Used
from mckconsole.analysis.secrets.content import same_content
from mckconsole.analysis.secrets.everybody import everybody
from mckconsole.analysis.secrets.judge import NOTHING, Judged, judge
from mckconsole.analysis.secrets.memory import ClusterDesk, SecretsDesk
from mckconsole.analysis.secrets.metadata import MetaSaid
from mckconsole.analysis.secrets.model import Place, Spot
from mckconsole.analysis.secrets.opens import Doors
from mckconsole.analysis.secrets.places import Moved, credential_of
from mckconsole.analysis.secrets.topics import CONFIG_MAPS, SECRETS
from mckconsole.domain.findings import Finding
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

_CREDENTIAL, _SECRET = "credential", "secret"
_TOPICS = {"Secret": SECRETS, "ConfigMap": CONFIG_MAPS}
_KINDS = {topic: kind for kind, topic in _TOPICS.items()}


class Work:
    """One analysis."""

    def __init__(self, desk: SecretsDesk, fleet: FleetSnapshot, identity: IdentityReport) -> None:
        self._desk = desk
        self._fleet = fleet
        self._identity = identity
        self._loose: set[str] = set()
        """Credentials to be judged again."""
        self._logs_changed = False
        self.around = Around(fleet, desk.policy, identity.clusters, desk.doors, desk.reaches,
                             self._uses, desk.bindings, self._reads)  # fmt: skip

    def renew(self) -> None:
        """Judge what must be judged again."""
        desk = self._desk
        others = self._take_doors()
        for name, cluster in self._fleet.clusters.items():
            self._take(cluster, desk.clusters[name])
        self._compare(desk.contents.hashes if others else ())
        self._take_logs()
        self._take_users()
        for key in desk.rounds.again(self._fleet.taken_at):
            if key[0] == _CREDENTIAL:
                self._loose.add(key[1])
            else:
                self._secret_again(key[1], (key[2], key[3]))
        self._judge()
        desk.found.close()
        desk.others.close()

    def _take(self, cluster: ClusterSnapshot, held: ClusterDesk) -> None:
        """Note what changed in one cluster."""
        name, desk = cluster.name, self._desk
        moved = held.places.update(cluster)
        for one in moved:
            self._move(name, one)
        if moved:
            held.wanted = frozenset(
                (_KINDS[topic], *key) for topic, key in held.places.by_object if topic in _KINDS
            )
        stocked = held.stock.renew(self.around, cluster)
        for key, said in stocked.said.items():
            self._say(name, key, said)
        hashes: dict[str, None] = {}
        for key, was, now in stocked.hashes:
            desk.contents.move((name, key), was, now)
            hashes.update(dict.fromkeys(filter(None, (was, now))))
        self._compare(hashes)
        facts = self._identity.clusters.get(name)
        rbac = facts.rbac if facts else None
        if rbac is not held.rbac:
            places = held.places.by_object.values()
            self._loose.update(credential_of(one) for some in places for one in some)
        sure = cluster.topic(SECRETS).conclusive
        if rbac is not held.rbac or stocked.renewed or sure is not held.sure:
            held.rbac, held.sure = rbac, sure
            found = everybody(self.around, cluster, rbac, held.stock.namespaces) if rbac else ()
            desk.others.write(("open", name), tuple(found))

    def _compare(self, hashes: Iterable[str]) -> None:
        """Say of which Secrets the content is the same, by these hashes."""
        for text in hashes:
            same = tuple(same_content(self.around, self._desk.contents.spots(text)))
            self._desk.others.write(("content", text), same)

    def _move(self, cluster: str, moved: Moved) -> None:
        """Put the places of one object where they belong now."""
        holders, spot = self._desk.holders, (cluster, moved.where)
        self._desk.reads.pop((cluster, *moved.where[1]), None)
        for key in dict.fromkeys(map(credential_of, moved.old)):
            self._loose.add(key)
            del holders[key][spot]
            if not holders[key]:
                del holders[key]
        for key in dict.fromkeys(map(credential_of, moved.new)):
            self._loose.add(key)
            mine = tuple(one for one in moved.new if credential_of(one) == key)
            holders.setdefault(key, {})[spot] = mine

    def _say(self, cluster: str, key: Key, said: MetaSaid) -> None:
        note = (_SECRET, cluster, *key)
        self._desk.rounds.note(note, self._fleet.taken_at, None, bool(said.findings))
        self._desk.others.write(note, said.findings)

    def _secret_again(self, cluster: str, key: Key) -> None:
        held = self._desk.clusters[cluster]
        said = held.stock.again(self.around, self._fleet.clusters[cluster], key)
        self._say(cluster, key, said)

    def _take_doors(self) -> bool:
        """See whether servers, issuers or twins are others: then anything may open something else,
        or lie in as many clusters."""
        doors = Doors.of(self._fleet, self._identity.clusters)
        if doors == self._desk.doors:
            return False
        self._desk.doors = self.around.doors = doors
        self._loose.update(self._desk.holders)
        return True

    def _take_logs(self) -> None:
        desk = self._desk
        if self._fleet.access is desk.access:
            return
        desk.access, old = self._fleet.access, desk.by_spot
        desk.accesses = access.of_fleet(self._fleet)
        desk.by_spot, desk.reads, self._logs_changed = {}, {}, True
        for one in desk.accesses:
            if one.name:
                desk.by_spot.setdefault((one.cluster, one.namespace, one.name), []).append(one)
        for spot in old.keys() | desk.by_spot.keys():
            self._loose.update(desk.holding.get(spot, ()))
        found = tuple(access.listings(self.around, desk.accesses))
        desk.others.write(("listings",), found)

    def _reads(self, place: Place) -> tuple[Finding, ...]:
        """Who read the Secret of a place, by the logs."""
        desk = self._desk
        spot = _spot(place)
        if spot not in desk.by_spot:
            return ()
        if spot not in desk.reads:
            told = access.reads(self.around, place.object, place.owner, desk.by_spot[spot])
            desk.reads[spot] = tuple(told)
        return desk.reads[spot]

    def _uses(self, place: Place) -> tuple[Use, ...]:
        """Who uses the object of a place."""
        held = self._desk.clusters.get(place.cluster)
        ref = place.object
        return held.uses.uses.get((ref.kind, ref.namespace, ref.name), ()) if held else ()

    def _take_users(self) -> None:
        """Look again at who uses what, and at who these are in the clouds."""
        desk, now = self._desk, self._fleet.taken_at
        changed: set[tuple[str, Used]] = set()
        for name, held in desk.clusters.items():
            used = held.uses.renew(self._fleet.clusters[name], held.wanted, now)
            changed.update((name, one) for one in used)
        for name, used_one in changed:
            self._loosen(name, used_one)
        same = self._identity.bindings is desk.seen_bindings
        if not changed and (same or now - desk.bound_at < RENEW_SECONDS):
            return
        desk.seen_bindings, desk.bound_at = self._identity.bindings, now
        users = {use.workload for held in desk.clusters.values()
                 for uses in held.uses.uses.values() for use in uses}  # fmt: skip
        old, new = desk.bindings, _bindings_of(users, self._identity.bindings)
        desk.bindings = self.around.bindings = new
        others = {key for key in old.keys() | new.keys() if not _alike(old.get(key), new.get(key))}
        if others:
            for name, held in desk.clusters.items():
                for used_one, uses in held.uses.uses.items():
                    if any(use.workload in others for use in uses):
                        self._loosen(name, used_one)

    def _loosen(self, cluster: str, used: Used) -> None:
        """Have the credentials in an object judged again."""
        kind, namespace, name = used
        places = self._desk.clusters[cluster].places.by_object
        held = places.get((_TOPICS[kind], (namespace, name)), ())
        self._loose.update(map(credential_of, held))

    def _judge(self) -> None:
        """Judge what is loose, and put it where it belongs."""
        desk, changes, spots = self._desk, dict[str, Judged](), set[Spot]()
        for key in self._loose:
            places = [one for some in desk.holders.get(key, {}).values() for one in some]
            found = judge(self.around, places) if places else NOTHING
            changes[key] = found
            before = desk.shelf.judged.get(key, NOTHING)
            spots |= self._hold(key, before, found)
            own = _own(found)
            desk.found.write((_CREDENTIAL, key), own)
            note = (_CREDENTIAL, key)
            desk.rounds.note(note, self._fleet.taken_at, found.recheck_at, bool(own))
        desk.shelf.put(changes)
        if self._logs_changed:
            spots.update(desk.holding)
        for spot in spots:
            said = desk.reads.get(spot, ()) if desk.holding.get(spot) else ()
            desk.found.write(("read", *spot), said)
        if spots or self._logs_changed:
            denied = access.denials(self.around, desk.accesses, desk.holding)
            desk.others.write(("denials",), tuple(denied))

    def _hold(self, key: str, before: Judged, now: Judged) -> set[Spot]:
        """Note which Secrets hold a credential that is told; those of which that changed, or which
        somebody read."""
        holding, known = self._desk.holding, self._desk.by_spot
        old = _spots(before)
        new = _spots(now)
        for spot in old - new:
            holding[spot].discard(key)
            if not holding[spot]:
                del holding[spot]
        for spot in new - old:
            holding.setdefault(spot, set()).add(key)
        return (old ^ new) | {spot for spot in new if spot in known}


def _spot(place: Place) -> Spot:
    return place.cluster, place.object.namespace, place.object.name


def _spots(judged: Judged) -> set[Spot]:
    places = judged.credential.places if judged.credential else ()
    return {_spot(one) for one in places if one.topic == SECRETS}


def _own(judged: Judged) -> tuple[Finding, ...]:
    """Findings of one credential alone: who read a Secret is told once for all that lie in it."""
    one = judged.credential
    if one is None:
        return judged.lone
    return (one.finding, *(each for each in one.related if each.rule != access.READ_RULE))


def _bindings_of(
    users: set[WorkloadKey], bindings: Iterable[Binding]
) -> dict[WorkloadKey, tuple[Binding, ...]]:
    found: dict[WorkloadKey, tuple[Binding, ...]] = {}
    for one in bindings if users else ():
        key = one.workload.key
        if key in users:
            found[key] = (*found.get(key, ()), one)
    return found


def _alike(one: tuple[Binding, ...] | None, other: tuple[Binding, ...] | None) -> bool:
    """Whether consumers say the same of both."""
    return [_words(each) for each in one or ()] == [_words(each) for each in other or ()]


def _words(binding: Binding) -> tuple[object, ...]:
    return binding.id, binding.state, binding.identity
