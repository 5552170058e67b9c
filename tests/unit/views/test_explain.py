"""Steps of remediations: each once, a command together with what is typed into it."""

from __future__ import annotations

import pytest

from mckconsole.views.explain import numbered, steps_of

POLICY = "kubectl --context a apply -f - <<'EOF'\nkind: NetworkPolicy\nspec: {}\nEOF"


@pytest.mark.parametrize(
    ("texts", "steps"),
    [
        (("",), ()),
        (("a",), ("a",)),
        (("1. a\n2. b", "1. b\n\n2. c"), ("a", "b", "c")),
        ((f"1. look\n2. {POLICY}\n3. see",), ("look", POLICY, "see")),
        ((POLICY, f"1. {POLICY}"), (POLICY,)),
        (("cat <<EOF\nnever ended",), ("cat <<EOF\nnever ended",)),
        (("see << here and\ngo on",), ("see << here and", "go on")),
    ],
)
def test_the_steps_of_remediations(texts: tuple[str, ...], steps: tuple[str, ...]) -> None:
    assert steps_of(texts) == steps


def test_what_is_typed_into_a_command_stands_under_it() -> None:
    lines = [line.text for line in numbered(steps_of((f"look\n{POLICY}\nsee",)))]
    assert lines == [
        "1. look",
        "2. kubectl --context a apply -f - <<'EOF'",
        "   kind: NetworkPolicy",
        "   spec: {}",
        "   EOF",
        "3. see",
    ]
