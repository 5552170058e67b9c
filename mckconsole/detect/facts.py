"""What a credential says of itself, without what its author hid in there.

A server may be written with a password in front of it and a token behind it, and services take a
token in the place of a user's name: none of that is public because the rest is.
"""

from __future__ import annotations

import re

from mckconsole.detect.names import looks_random

_LOGIN = re.compile(r"//[^/?#]*@")
"""RFC 3986 3.2.1: all up to the last `@` of the authority."""
_BARE_LOGIN = re.compile(r"\A[^/@\s]*:[^/@\s]*@")
"""The same where nobody wrote the scheme."""
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_PEOPLE = frozenset(("user", "name", "policy", "key", "key name", "role"))
"""Facts that are names: a random one is a token in the place of a name."""
_NUMBERED = ("ocid1.",)
"""How names begin that are long and random by their format."""


def public(name: str, text: str) -> str:
    """The text of a fact as it may be said: addresses without login, query and fragment; a name
    that is none as its length."""
    if name in _PEOPLE and not text.startswith(_NUMBERED) and looks_random(text):
        return f"‹{len(text)} characters›"
    return address(text)


def address(text: str) -> str:
    """An address without login, query and fragment; any other text as it is."""
    if "://" in text:
        return _LOGIN.sub("//", _QUERY.sub("", text))
    return _BARE_LOGIN.sub("", text)
