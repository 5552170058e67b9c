"""What credentials say of themselves: public, and nothing that hides in there."""

from __future__ import annotations

import base64
import json

import pytest

from mckconsole.detect.envelope import open_envelope
from mckconsole.detect.facts import address, public
from mckconsole.detect.families.base import Verdict
from mckconsole.detect.model import Siblings
from mckconsole.detect.release import _decode
from mckconsole.detect.scan import audit_object
from mckconsole.domain.kind import Scan
from tests.unit.detect.authority import make
from tests.unit.detect.small import secret

LOGIN = "zQ7vK2mX9w" + "R4tB"
HIDDEN = "k3J9dLq8ZxV5" + "n7Ht2WcY"
KEY = "Zx81kQm3vP09sLdF7hRt2" + "YbN6cWe4GjU5aTo"
WHERE = f"https://adm:{LOGIN}@api.corp.net:6443"
ASKED = f"{WHERE}/?t={HIDDEN}"


def url64(document: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def kubeconfig(user: str) -> str:
    return json.dumps(
        {
            "clusters": [{"name": "c", "cluster": {"server": ASKED}}],
            "contexts": [{"context": {"cluster": "c", "user": user}}],
            "users": [{"name": user, "user": {"token": KEY}}],
        }
    )


TOKEN = f"{url64({'alg': 'RS256'})}.{url64({'iss': WHERE, 'aud': ASKED, 'role': HIDDEN})}.{KEY}"
BYTES = base64.b64encode(bytes(range(7, 39))).decode()
VALUES = {
    "kubeconfig": kubeconfig("u"),
    "user of a kubeconfig": kubeconfig(HIDDEN),
    "registry": json.dumps({"auths": {ASKED: {"username": "u", "password": KEY}}}),
    "user of a registry": json.dumps({"auths": {"h": {"username": HIDDEN, "password": KEY}}}),
    "token": TOKEN,
    "user of an address": f"redis://{HIDDEN}:{LOGIN}@h.corp.net/0",
    "user of a command": f"curl -s -u {HIDDEN}:x12345 https://a.corp.net",
    "user of a header": "Basic " + base64.b64encode(f"{HIDDEN}:{LOGIN}".encode()).decode(),
    "policy": f"Endpoint=sb://x.windows.net/;SharedAccessKeyName={HIDDEN};SharedAccessKey={BYTES}",
    "server": f"Server=tcp:{HIDDEN}@h;User Id=a;Database=x;Password={KEY}",
}


@pytest.mark.parametrize("name", VALUES)
def test_nothing_hides_in_what_is_public(name: str) -> None:
    found = audit_object(secret({"value": VALUES[name]}), Scan.SECRET, values=True)
    assert found.sightings
    for one in (LOGIN, HIDDEN, KEY):
        assert one not in repr(found)


def test_a_broker_is_named_without_its_login() -> None:
    spec = {"brokerK8sApiServer": f"adm:{LOGIN}@h:443", "brokerK8sApiServerToken": KEY}
    found = audit_object(json.dumps({"spec": spec}).encode(), Scan.RESOURCE, values=False)
    (one,) = found.sightings
    assert one.facts == (("broker", "h:443"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://api.corp.net:6443/path", "https://api.corp.net:6443/path"),
        ("https://u@h/p", "https://h/p"),
        ("https://u:p@w@h:1/p@q", "https://h:1/p@q"),
        ("https://h/?a=b#c", "https://h/"),
        ("h:443", "h:443"),
        ("u:p@h:443", "h:443"),
        ("a@b.iam.gserviceaccount.com", "a@b.iam.gserviceaccount.com"),
        ("system:serviceaccount:ns:name", "system:serviceaccount:ns:name"),
        ("spiffe://td/ns/a", "spiffe://td/ns/a"),
    ],
)
def test_addresses_are_said_without_login_and_query(text: str, said: str) -> None:
    assert address(text) == said


def test_names_are_said_and_tokens_in_their_place_are_not() -> None:
    assert public("user", "robot$project+builder-01") == "robot$project+builder-01"
    assert public("user", HIDDEN) == "‹20 characters›"
    own = "ocid1.user.oc1..aaaaaaaa" + HIDDEN.lower()
    assert public("user", own) == own
    assert public("key id", HIDDEN) == HIDDEN


def test_a_short_value_is_not_narrowed_down() -> None:
    for value in ("73510", "7f3c9a2e", "Tr0ub4dor&3xyz!"):
        found = audit_object(secret({"password": value}, "kubernetes.io/basic-auth"), Scan.SECRET,
                             values=True)  # fmt: skip
        shapes = {(one.length, one.charset) for one in found.sightings}
        assert shapes <= {("1–16", "")}
    found = audit_object(secret({"u": f"redis://u:{LOGIN}@h.corp.net/0"}), Scan.SECRET, values=True)
    assert [(one.length, one.charset) for one in found.sightings] == [("1–16", "")]


def test_what_holds_values_shows_none() -> None:
    raw = secret({"password": KEY}, annotations={"a": KEY})
    opened = open_envelope(raw)
    assert opened is not None
    release = _decode(json.dumps({"manifest": KEY, "hooks": [{"manifest": KEY}]}).encode())
    held = (opened, opened.metadata, release, release.hooks, Verdict(canonical=KEY.encode()))
    assert KEY[:8] not in repr(held)
    assert base64.b64encode(KEY.encode()).decode()[:8] not in repr(held)
    assert KEY[:8] not in repr(Siblings({"a": KEY.encode()}))


def test_the_way_to_a_certificate_shows_no_value() -> None:
    coded = base64.b64encode(make("leaf").pem).decode()
    text = f"users:\n- user:\n    token-{KEY}: {coded}\n    client-certificate-data: {coded}\n"
    found = audit_object(secret({"value": text}), Scan.SECRET, values=True)
    assert {one.path for one in found.certificates} == {
        "data['value'] › YAML users[0].user['‹42 characters›'] › base64[0]",
        "data['value'] › YAML users[0].user.client-certificate-data › base64[0]",
    }
