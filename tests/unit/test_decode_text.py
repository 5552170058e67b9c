"""Whatever way a string is written in JSON, it arrives clean."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.core import Namespace
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.text import clean

DECODER = ProjectionDecoder(Namespace)
ODD = st.text() | st.text(st.sampled_from('a"\\/\x00\x1b\x7f\x85\u202e\n\tn'), max_size=8)


@given(ODD, ODD, st.booleans())
def test_every_string_is_cleaned(name: str, label: str, escaped: bool) -> None:
    text = json.dumps({"metadata": {"name": name, "labels": {label: name}}}, ensure_ascii=escaped)
    found = DECODER.decode(text.encode("utf-8", "surrogatepass")).object.metadata
    assert clean(found.name) == found.name
    assert found.labels == {clean(label): clean(name)} or "\ufffd" in found.name + "".join(
        found.labels
    )
    if not any("\ud800" <= char <= "\udfff" for char in name):
        assert found.name == clean(name)
