"""Signatures within Azure's addresses, whatever stands around them."""

from __future__ import annotations

import base64
from random import Random

import pytest

from tests.unit.detect.asked import found

SIGN = base64.b64encode(Random(9).randbytes(32)).decode().replace("+", "%2B").replace("/", "%2F")
SIGNATURE = SIGN.replace("=", "%3D")
BUS = "sr=sb%3a%2f%2fshop.servicebus.windows.net%2f&se=4102444800&skn=send"
ENDS = "2100-01-01T00:00:00Z"


def signed(text: str) -> dict[str, str] | None:
    """The facts of the signature in a text; None where none is found."""
    seen = [one for one in found(text.format(sig=f"sig={SIGNATURE}"), "BOX")
            if one.rule == "SEC-AZURE-SAS-TOKEN"]  # fmt: skip
    return dict(seen[0].facts) if seen else None


@pytest.mark.parametrize("text", [
    "SharedAccessSignature " + BUS + "&{sig}",
    "SharedAccessSignature {sig}&" + BUS,
    "SharedAccessSignature=" + BUS + "&{sig};Other=1",
    "'" + BUS.replace("&", "&amp;") + "&amp;{sig}'",
])  # fmt: skip
def test_a_signature_of_a_bus(text: str) -> None:
    said = signed(text)
    assert said is not None
    assert (said["expires"], said["key"]) == (ENDS, "send")


def test_a_signature_behind_another_address() -> None:
    said = signed("https://x.shop/?next=https://a.blob.core.windows.net/b?sv=1&sr=c&sp=r&{sig}")
    assert said is not None
    assert (said["host"], said["opens"]) == ("a.blob.core.windows.net", "container")


@pytest.mark.parametrize("more", ["&se=%C2%B2%C2%B3", "&se=" + "9" * 400, "&a=1" * 200, "&se=&sp="])
def test_odd_queries_are_read_all_the_same(more: str) -> None:
    assert signed("https://a.blob.core.windows.net/b?sv=1&sr=c&sp=r&{sig}" + more)


@pytest.mark.parametrize("text", ["https://a.shop/b?{sig}", "?sv=1&{sig}", "?sr=c&sp=r&{sig}"])
def test_what_lacks_a_part_is_none(text: str) -> None:
    assert signed(text) is None
