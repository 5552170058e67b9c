"""Forms that credentials have in life, each once seen to be missed or told twice."""

from __future__ import annotations

import base64
import json
import random

import pytest

from mckconsole.demo import minting, pki
from mckconsole.demo.sections_audit import CredentialModel
from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Sighting
from mckconsole.domain.kind import Scan


def seen(**data: str) -> tuple[Sighting, ...]:
    """What is found in a Secret."""
    coded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    raw = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": coded}
    return audit_object(json.dumps(raw).encode(), Scan.SECRET, values=True).sightings


@pytest.mark.parametrize("seed", range(12))
def test_a_key_is_read_with_every_digit_of_base64(seed: int) -> None:
    pem = pki.pem_key(pki.secret_key("ec", random.Random(seed)))
    (one,) = seen(key=pem)
    assert (one.rule, one.proof) == ("SEC-PRIVATE-KEY", "parses as a key")


def test_a_key_in_strings_that_a_program_joins_is_read() -> None:
    pem = pki.pem_key(pki.secret_key("ec", random.Random(1)))
    text = " +\n".join(f'"{line}\\n"' for line in pem.splitlines())
    (one,) = seen(script=text)
    assert one.proof == "parses as a key"


@pytest.mark.parametrize("seed", range(12))
def test_an_access_key_of_the_account_of_zeros_is_one(seed: int) -> None:
    parts = minting.mint(CredentialModel("aws"), random.Random(seed), 0.0)
    found = seen(id=parts["id"], secret=parts["secret"])
    assert {one.rule for one in found} == {"SEC-AWS-ACCESS-KEY"}
    assert len({one.fingerprint for one in found}) == 1
    facts = dict(found[0].facts)
    assert facts["account"] == "000000000000"
    assert not any(parts["id"] in text or parts["secret"] in text for text in facts.values())


def test_an_id_whose_own_part_is_not_random_is_none() -> None:
    for tail in ("XXXXXXXX", "AAAAAAAA", "ABCDEFGH"):
        assert seen(id=f"AKIAQAAAAAAA{tail}") == ()


@pytest.mark.parametrize("text", [
    "arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/oauth-AbCdEf",
    "urn:example:token:9f86d081884c7d659a2f",
])  # fmt: skip
def test_a_part_of_a_name_with_colons_is_no_secret(text: str) -> None:
    assert seen(OAUTH=text) == ()


def test_an_address_is_not_taken_for_yaml() -> None:
    model = CredentialModel("url", user="shop", host="postgresql://db.retail.internal/shop")
    (one,) = seen(url=minting.mint(model, random.Random(1), 0.0)["url"])
    assert one.path == "data['url']"


@pytest.mark.parametrize(("kind", "rule"), [
    ("google-key", "SEC-GCP-SERVICE-ACCOUNT-KEY"), ("google-user", "SEC-GCP-USER-CREDENTIALS")
])  # fmt: skip
def test_a_document_is_one_credential_with_all_that_is_in_it(kind: str, rule: str) -> None:
    model = CredentialModel(kind, user="reader@demo-000000.iam.gserviceaccount.com")
    parts = minting.mint(model, random.Random(2), 0.0)
    assert [one.rule for one in seen(file=parts["json"])] == [rule]
