"""Passwords on command lines and in SQL, as probes, hooks and init scripts have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mckconsole.detect.families.base import Verdict, compiled, judged
from mckconsole.detect.families.urls import is_password
from mckconsole.detect.model import Detector, Match, Value

COMMAND, SQL = "SEC-COMMAND-PASSWORD", "SEC-SQL-PASSWORD"
_GENERIC = ("SEC-GENERIC-SECRET",)

_USER = rb"(?:\s|[\"'],[ ]?[\"'])(?:-u|--user(?![\w-]))(?:[ =]{0,4}|[\"'],[ ]?[\"'])"
_CALL = rb"(?:\A|(?<=[\s\"'=(;|&/]))(?:curl|wget)\b(?:[^\r\n|;\\]|\\\r?\n?){0,300}\Z"
"""A program and what follows of its command, to the end."""
_MAX_CALL = 310
_MAX_TRIED = 4
"""Mentions of a program in front of a flag that are looked at."""
_LOGIN = (
    rb"\"(?P<a>[^\":\r\n]{0,80}):(?P<b>[^\"\r\n]{3,120})\"|'(?P<c>[^':\r\n]{0,80}):(?P<d>[^'\r\n]{3,120})'"
    rb"|(?P<e>[^\s\"':]{1,80}):['\"]?(?P<f>[^\s\"']{3,120})"
)


def _command(value: Value) -> Iterator[Match]:
    data = value.data
    for flag in compiled(_USER).finditer(data):
        found = compiled(_LOGIN).match(data, flag.end())
        if not found or not _is_of_program(data, flag.start()):
            continue
        name = found.lastgroup or "f"
        user = found["abcdef"["abcdef".index(name) - 1]]
        if is_password(found[name]) and len(found[name]) >= 5:
            facts = (("user", user.decode("utf-8", "replace")),) if user else ()
            yield judged(COMMAND, found[name], found.start(name), Verdict(facts=facts))


def _is_of_program(data: bytes, flag: int) -> bool:
    """Whether a flag is one of curl or wget, which are looked for backwards from it: a text may
    have a thousand of either without the other."""
    low, at = max(0, flag - _MAX_CALL), flag
    for _ in range(_MAX_TRIED):
        at = max(data.rfind(b"curl", low, at), data.rfind(b"wget", low, at))
        if at < 0:
            return False
        if compiled(_CALL).match(data, at, flag):
            return True
    return False


PROGRAMS = {
    "curl": ("-u", "--user", "-U", "--proxy-user"),
    "redis-cli": ("-a", "--pass"),
    "valkey-cli": ("-a", "--pass"),
    "sshpass": ("-p",),
    "mongo": ("-p",),
    "mongosh": ("-p",),
    "mongodump": ("-p",),
    "mongorestore": ("-p",),
    "ldapsearch": ("-w",),
    "ldapadd": ("-w",),
    "ldapmodify": ("-w",),
    "ldapwhoami": ("-w",),
    "rabbitmqadmin": ("-p",),
    "smbclient": ("-U",),
}
"""Flags behind which a password stands whose names do not say so."""
_GLUED = ("mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump")
"""Programs that want it right behind `-p`."""
_REGISTRIES = ("docker", "podman", "buildah", "skopeo", "crane", "oras", "helm", "az", "oc")
"""Programs that want it behind the `-p` of their `login`."""
_LOGINS = ("-u", "--user", "-U", "--proxy-user")
_BY_FLAGS = {
    flags: [name for name, own in PROGRAMS.items() if own == flags]
    for flags in dict.fromkeys(PROGRAMS.values())
    if not {*flags} & {*_LOGINS}
}
"""In a script each program is looked for with its own flags: `redis-cli -p` is a port."""


def _either(words: Iterable[str]) -> bytes:
    return b"|".join(word.encode() for word in words)


_REST = rb"\b[^\r\n|;]{0,200}?\s"
_IN_LINE = rb"(?:^|[\s\"'=(;|&/])(?:%b)" % b"|".join((
    rb"(?:%b)%b-p" % (_either(_GLUED), _REST),
    rb"(?:%b)\s{1,4}(?:registry\s{1,4})?login%b-p[ =]{1,4}" % (_either(_REGISTRIES), _REST),
    *(rb"(?:%b)%b(?:%b)[ =]{1,4}" % (_either(programs), _REST, _either(flags))
      for flags, programs in _BY_FLAGS.items()),
)) + rb"(?:'([^'\r\n]{4,120})'|\"([^\"\r\n]{4,120})\"|([^\s\"'|;&]{4,120}))"  # fmt: skip


def word_name(program: str, flag: str) -> str:
    """The name of a word of a command line that is a login; empty for any other."""
    name = program.rpartition("/")[2]
    return f"{name} {flag}" if flag in PROGRAMS.get(name, ()) else ""


def is_glued(program: str, word: str) -> bool:
    """Whether a word is a password behind `-p`."""
    return program.rpartition("/")[2] in _GLUED and word.startswith("-p") and len(word) > 5


def _in_line(value: Value) -> Iterator[Match]:
    """The same in a script."""
    for found in compiled(_IN_LINE).finditer(value.data):
        group = found.lastindex or 0
        if _may_be(found[group]):
            yield judged(COMMAND, found[group], found.start(group), Verdict())


def _word(value: Value) -> Iterator[Match]:
    """One word of a command line, named by program and flag."""
    program, _, flag = value.key.partition(" ")
    text, start = value.data, 0
    if flag in _LOGINS:
        user, mark, text = value.data.partition(b"%" if program == "smbclient" else b":")
        start = len(user) + 1
        if not mark:
            return
    if _may_be(text) and len(text) <= 256:
        yield judged(COMMAND, text, start, Verdict())


def _may_be(text: bytes) -> bool:
    """Whether a word where a password stands is one, and not the next flag or a number."""
    odd = sum(not 97 <= byte <= 122 for byte in text)
    return len(text) >= 4 and odd > 0 and not text.isdigit() and is_password(text)


_STATEMENT = (
    rb"(?i)\b(?:identified(?:\s{1,4}with\s{1,4}[\w'\"]{1,40})?\s{1,4}(?:by|as)(?:\s{1,4}password)?|"
    rb"(?:create|alter)\s{1,4}(?:user|role|login)\s{1,4}[^\r\n;]{1,120}?\bpassword)"
    rb"\s{0,4}=?\s{0,4}(?:n?'([^'\r\n]{4,120})'|\"([^\"\r\n]{4,120})\")"
    rb"|\bidentified\s{1,4}by\s{1,4}(?=[^\s;]{0,60}[0-9])([A-Za-z0-9_$#]{8,60})(?=[\s;\\\"']|$)"
)


def _sql(value: Value) -> Iterator[Match]:
    for found in compiled(_STATEMENT).finditer(value.data):
        text = found[found.lastindex or 0]
        if is_password(text) and not text.startswith((b"SCRAM-SHA-256$", b"md5")):
            yield judged(SQL, text, found.start(found.lastindex or 0), Verdict())


DETECTORS = (
    Detector((COMMAND,), (b"curl", b"wget"), _command, _GENERIC, reach=700),
    Detector(
        (COMMAND,),
        (b"redis-cli", b"valkey-cli", b"sshpass", b"mongo", b"ldap", b"rabbitmqadmin", b"mysql",
         b"mariadb", b" login "),
        _in_line, _GENERIC, reach=400,
    ),
    Detector((COMMAND,), (), _word, _GENERIC,
             names=tuple(f"{name} {flag}".lower() for name in (*PROGRAMS, *_GLUED)
                         for flag in PROGRAMS.get(name, ("-p",)))),
    Detector(
        (SQL,), (b"dentified ", b"DENTIFIED ", b" password '", b"PASSWORD", b"password="),
        _sql, _GENERIC, reach=300,
    ),
)  # fmt: skip
