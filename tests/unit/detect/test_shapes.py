"""Every family by its shape: recognised by it, and left alone when it is cut, glued or hollow."""

from __future__ import annotations

import re
from random import Random

import pytest

from mckconsole.detect.catalog import RULES
from mckconsole.detect.detectors import DETECTORS
from tests.accuracy.proven import makers
from tests.accuracy.shapes import MARKED, NAMED, fill
from tests.unit.detect.asked import found, rules

CASES = [(rule, name, shape) for rule, name, shape in MARKED if rule != "TWILIO-KEY"]
IDS = [f"{rule}-{at}" for at, (rule, _, _) in enumerate(CASES)]
HOOKS = ("SLACK-WEBHOOK", "DISCORD-WEBHOOK")


def test_every_rule_has_a_detector_and_words() -> None:
    reported = {rule for one in DETECTORS for rule in one.rules}
    assert reported == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_words_of_a_rule(rule: object) -> None:
    words = RULES[getattr(rule, "id", "")]
    assert re.fullmatch(
        r"SEC-[A-Z0-9]+(?:-[A-Z0-9]+)+|SEC-JWT|SEC-KUBECONFIG|SEC-KEYSTORE", words.id
    )
    assert words.title
    assert words.explanation.endswith(".")
    assert words.remediation.endswith(".")
    assert words.source
    assert words.provider in ("", "aws", "gcp", "azure")


@pytest.mark.parametrize(("rule", "name", "shape"), CASES, ids=IDS)
@pytest.mark.parametrize("around", ["{}", '"{}"', "x={}\n", "- name: a\n  value: {}\n", "{},b"])
def test_a_marked_token_is_found_by_its_value(
    rule: str, name: str, shape: str, around: str
) -> None:
    for seed in range(3):
        text = fill(shape, Random(f"{seed}{rule}"))
        assert f"SEC-{rule}" in rules(around.format(text))


@pytest.mark.parametrize(("rule", "name", "shape"), CASES, ids=IDS)
def test_a_cut_or_repeated_one_is_none(rule: str, name: str, shape: str) -> None:
    text = fill(shape, Random(rule))
    mark = len(shape.partition("{")[0])
    assert f"SEC-{rule}" not in rules(text[: mark + 6])
    hollow = re.sub(r"\{[A-Za-z](\d+)\}", lambda m: "x" * int(m[1]), shape)
    if "{u}" not in shape:
        assert f"SEC-{rule}" not in rules(hollow)


@pytest.mark.parametrize(("rule", "name", "shape"), CASES, ids=IDS)
def test_a_token_in_the_middle_of_a_word_is_none(rule: str, name: str, shape: str) -> None:
    text = fill(shape, Random(rule))
    if rule not in HOOKS and text[0].isalnum():
        assert f"SEC-{rule}" not in rules(f"abc{text}")


@pytest.mark.parametrize(("rule", "name", "shape"), NAMED)
def test_a_key_is_found_by_its_name_and_only_by_it(rule: str, name: str, shape: str) -> None:
    text = fill(shape, Random(rule))
    assert f"SEC-{rule}" in rules(text, name)
    assert f"SEC-{rule}" not in rules(text, "COLOUR")
    assert f"SEC-{rule}" not in rules(text[:-3], name)


@pytest.mark.parametrize(("name", "make"), list(makers()), ids=[name for name, _ in makers()])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_structure_is_found_and_a_broken_one_is_not(name: str, make: object, seed: int) -> None:
    made = dict(makers())[name](Random(seed))
    for field, rule in made.rules.items():
        beside = {key: text for key, text in made.fields.items() if key != field}
        hits = found(made.fields[field], field, beside, secret_type=made.secret_type)
        assert {hit.tier for hit in hits if hit.rule == f"SEC-{rule}"} == {"A"}
    for field, text in made.twin.items():
        assert not rules(text, field)
