"""Words that stand where a secret will be, or are no secret: `changeme`, `your-password-here`."""

from __future__ import annotations

import re

from mckconsole.detect.names import looks_random

_STAND_INS = re.compile(  # of small letters
    rb"change.?(?:me|it|this)|example|place.?holder|dummy|redacted|your[-_ ]|^your(?=[a-z]{3})|"
    rb"my[-_ ]?(?:secret|password|token|key)|insert.?(?:your|here)|replace.?(?:me|with|this)|"
    rb"to.?do\b|fix.?me|sample|"
    rb"(?<![a-z])fake|not.?(?:a|real)[-_ ]|x{5,}|\*{3,}|\.{4,}|<[^>]{1,60}>|lorem|foo.?bar|"
    rb"(?:test|demo|dev|temp)[-_ ]?(?:password|secret|token|key|value|pass)|put.?your|enter.?your|"
    rb"secret.?goes.?here|none.?of.?your|should.?be.?(?:set|replaced)|hidden|masked|removed"
)
_PLAIN = frozenset(
    (
        b"admin", b"administrator", b"bar", b"baz", b"default", b"demo", b"disabled", b"empty",
        b"enabled", b"env", b"false", b"foo", b"guest", b"hunter2", b"local", b"localhost",
        b"mysecretpassword", b"na", b"nil", b"no", b"none", b"null", b"optional", b"pass",
        b"passwd", b"password", b"pwd", b"qwerty", b"required", b"root", b"secret", b"string",
        b"test", b"testing", b"token", b"true", b"undefined", b"unset", b"unused", b"user",
        b"username", b"value", b"yes",
    )
)  # fmt: skip
_EDGES = b" \t\r\n\"'`<>()[]{}_-.!#0123456789"
_WORDS = re.compile(rb"[A-Za-z][a-z]+|[A-Z]+")
_ONLY_WORDS = re.compile(rb"[A-Za-z]++(?:[ _.:/-][A-Za-z]++)*+[0-9]{0,3}+")
_COMMON = frozenset(
    b"""
    access account admin api app application auth authentication authorization aws azure base
    based basic bearer bucket ca cert certificate client cloud cluster config configuration
    connection container core cred credential credentials data database db default deployment
    dev disable disabled docker enable enabled endpoint env environment external file generic
    git github global google group header helm host http https id image ingress internal issuer
    jwt key keys kube kubernetes label ldap list local log login mail manager metrics mode mysql
    name namespace network node none oauth object operator org pass password path pgp plain pod
    policy port postgres postgresql prod production proxy public pull push rbac read redis ref
    reference refresh region registry release repo repository role root rotation run runtime sa
    sample schema scope secret secrets server service session set shared sign signing spec ssh
    ssl staging state static storage store string system tag target template test text the time
    tls token tokens type update url use user username users value values vault verify version
    volume web webhook with write
    """.split()
)
"""Words of configuration."""


def is_wordy(text: bytes) -> bool:
    """Whether a value is a stand-in, a plain word for a password, or made of such words only."""
    bare = text.strip(_EDGES).lower()
    return (
        not bare or bare in _PLAIN or bool(_STAND_INS.search(text.lower())) or made_of_words(text)
    )


def is_path(text: bytes) -> bool:
    """Whether a value is the path of a file, and no base64 that begins with a slash."""
    if not text.startswith(b"/"):
        return False
    return not (b"+" in text or b"=" in text or looks_random(text.decode("ascii", "replace")))


def made_of_words(text: bytes) -> bool:
    """Whether `text` is names as people give them: words of configuration in a row."""
    if not _ONLY_WORDS.fullmatch(text):
        return False
    words = [word.lower() for word in _WORDS.findall(text)]
    known = sum(len(word) for word in words if word in _COMMON)
    return known * 2 >= sum(map(len, words))
