"""A key id and its secret at two fields of one object are one place, whatever else lies there."""

from __future__ import annotations

import base64
import json
import random
import string
from typing import Any

import pytest

from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import SECRET_OF_PAIR, Sighting
from mckconsole.domain.kind import Scan
from tests.unit.analysis.secrets.seen import LONG_AGO, analysed, cluster, of_rule, only, sighting

S3 = ("secrets", "billing", "s3")
APP = ("deployments", "billing", "exporter")
NOTE = "metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'] › JSON data"
ENV = "spec.template.spec.containers"


def half(path: str, key: str, *, secret: bool = False, **more: Any) -> Sighting:
    """The id of a pair, or its secret."""
    proof = SECRET_OF_PAIR if secret else "its secret beside it"
    return sighting(path=path, key=key, proof=proof, prefix="" if secret else "AKIA", **more)


def pair(path: str = "data['{}']", **more: Any) -> tuple[Sighting, Sighting]:
    """Both halves under their usual names."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    id_, own = (path.format(name) for name in names)
    return half(id_, names[0], **more), half(own, names[1], secret=True, **more)


def told(*seen: Sighting, spot: tuple[str, str, str] = S3) -> list[tuple[str, ...]]:
    """The fields of each place."""
    one = only(analysed(cluster("aws", seen={spot: seen})))
    return [tuple(part.path for part in place.sightings) for place in one.places]


def test_a_pair_at_two_keys_is_one_place_and_names_both() -> None:
    report = analysed(cluster("aws", seen={S3: pair()}))
    found = only(report)
    (place,) = found.places
    assert place.sighting.key == "AWS_ACCESS_KEY_ID"
    assert place.path == "data['AWS_ACCESS_KEY_ID'] and data['AWS_SECRET_ACCESS_KEY']"
    assert found.finding.title == "AWS access key in Secret billing/s3"
    assert place.path in found.finding.detail
    paths = [one.path for one in found.finding.evidence]
    assert paths[:2] == ["data['AWS_ACCESS_KEY_ID']", "data['AWS_SECRET_ACCESS_KEY']"]
    assert paths.count("metadata.managedFields") == 1, "both were written at once"
    assert found.finding.remediation.count('"op":"remove"') == 2


def test_a_pair_in_variables_goes_with_one_command() -> None:
    seen = pair(f"{ENV}[0].env[{{}}].value")
    found = only(analysed(cluster("aws", seen={APP: seen})))
    assert len(found.places) == 1
    names = "AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY-"
    assert f"set env deployment/exporter {names}" in found.finding.remediation


@pytest.mark.parametrize("ids", [0, 2])
def test_each_secret_goes_with_the_id_beside_it(ids: int) -> None:
    first = pair(f"{ENV}[0].env['{{}}'].value")
    second = pair(f"{ENV}[1].env['{{}}'].value")
    if ids:
        places = told(*first, *second, spot=APP)
        assert places == [tuple(one.path for one in both) for both in (first, second)]
    else:
        assert len(told(first[1], second[1], spot=APP)) == 2, "a secret alone is a place"


def test_what_an_annotation_repeats_is_another_place() -> None:
    assert len(told(*pair(), *pair(f"{NOTE}.{{}}"))) == 2
    assert len(told(pair()[0], pair(f"{NOTE}.{{}}")[1])) == 2


def test_another_pair_is_another_credential() -> None:
    seen = (*pair(), *pair("data['OLD_{}']", mark="0000"))
    report = analysed(cluster("aws", seen={S3: seen}))
    assert [len(one.places) for one in report.credentials] == [1, 1]


def test_a_pair_is_as_old_as_its_older_half() -> None:
    id_, own = pair()[0], pair(written=LONG_AGO)[1]
    report = analysed(cluster("aws", seen={S3: (id_, own)}))
    assert of_rule(report, "SEC-KEY-AGE")
    written = [one.value for one in only(report).finding.evidence
               if one.path == "metadata.managedFields"]  # fmt: skip
    assert len(written) == 2


def test_what_the_decoder_sees_of_a_pair_is_one_place() -> None:
    chance = random.Random(7)
    own = "".join(chance.choices(string.ascii_letters + string.digits, k=40))
    data = {"AWS_ACCESS_KEY_ID": "AKIA" + "QAAAAAAA" + "BZ3KXM5T", "AWS_SECRET_ACCESS_KEY": own}
    coded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    raw = json.dumps({"kind": "Secret", "type": "Opaque", "data": coded,
                      "metadata": {"name": "s3", "namespace": "billing"}})  # fmt: skip
    audited = audit_object(raw.encode(), Scan.SECRET, values=True)
    assert len(audited.sightings) == 2
    (place,) = only(analysed(cluster("aws", seen={S3: audited}))).places
    assert {one.key for one in place.sightings} == set(data)
