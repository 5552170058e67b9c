"""Take what looks like a credential out of a text, wherever it stands.

Knows the shapes of credentials (PEM keys, JWTs, providers' tokens, URLs with a login), lines that
assign one (`DB_PASSWORD=…`, `"token": "…"`, `--password …`), and YAML below a sensitive key. Every
pattern runs in time proportional to the text, which may be hostile. In doubt, text is taken out.
"""

from __future__ import annotations

import re

from mckconsole.sources.redact_agents import spaced
from mckconsole.sources.redact_keys import is_reference, is_sensitive
from mckconsole.sources.redact_random import PUBLIC_PEM, decoded, looks_random


def mark(removed: str) -> str:
    """What stands where a value was."""
    return f"‹redacted: {len(removed)} character{'s' if len(removed) != 1 else ''}›"


_MARK = re.compile(r"‹redacted: [0-9]+ characters?›")
_PRIVATE = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|SECRET)[A-Z0-9 ]{0,20}-----"
    r".*?(?:-----END [A-Z0-9 ]{0,60}-----|\Z)",
    re.DOTALL,
)
_SHAPES = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|xox[a-z](?:-[A-Za-z0-9%/+=]+)+|xapp-[A-Za-z0-9-]{8,}"
    r"|gh[a-z]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}"
    r"|\b[rs]k_(?:live|test)_\w{8,}|\bsk-[\w-]{20,}|\bhf_[A-Za-z0-9]{20,}"
    r"|AIza[\w-]{30,}|\bya29\.[\w-]{10,}|GOCSPX-[\w-]{10,}"
    r"|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|\bhv[sbr]\.[\w-]{20,}|dop_v1_[a-f0-9]{32,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}"
    r"|\$(?:2[abxy]?|[156]|argon2\w{0,2}|apr1|y)\$[^\s:\"']{8,}"  # password hashes
)
_RUN = re.compile(r"(?<![\w.-])[\w.-]{12,}+")
_SCHEME = re.compile(r"\b(Bearer|Basic|Negotiate|Digest)(\s{1,9})([A-Za-z0-9+/=._~-]{6,})", re.I)
_SERVICE_ACCOUNT = re.compile(r"\"type\\*\"\s{0,99}:\s{0,99}\\*\"(?:service_account|authorized_u)")
_AUTHORITY = re.compile(r"://([^\s\"'<>`]+)")
_HOOK = re.compile(
    r"((?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api/webhooks"
    r"|\.webhook\.office\.com/webhookb2)/)([^\s\"'<>`]{8,})"
)
"""Addresses whose path is the credential: whoever knows one may post there."""
_DSN = re.compile(r"(?<![^\s:/@\"'])[^\s:/@\"']{1,200}:[^\s@\"']{1,200}@(?=(?:tcp|unix|udp)\()")
_SIGNATURE = re.compile(r"([?&;](?:sig|signature|x-amz-signature|code)=)([^&\s\"']+)", re.I)
_ASSIGNED = re.compile(
    r"(?<![\w$.\-])(?P<key>[\w$.\-]++)(?P<sep>\\*+[\"']?[ \t]*+(?::=|=>|[:=])[ \t]*+)"
    r"(?:(?P<quote>\\*[\"'])|(?=\S))"
)
_IMAGE_TAG = re.compile(
    r":v?[0-9]{1,9}(?:\.[0-9]{1,9}){1,3}(?:[-+.][0-9A-Za-z]{1,12}){0,4}(?![^\s\"',;)\]}])"
)
"""The version behind the last part of an image's name, which may well be `external-secrets`."""
_FLAG = re.compile(r"(?<![\w-])(?P<key>--?[A-Za-z][\w.-]*+)(?P<sep>[ \t]++)(?P<value>[^\s-]\S*+)")
_LOGIN = re.compile(r"(\blogin\s+\S+\s+(?:account\s+\S+\s+)?password\s+)(\S+)", re.I)
_TAG = re.compile(r"(?P<open><(?P<key>[\w.:-]{1,100})(?:\s[^<>]{0,500})?>)(?P<value>[^<>]++)(?=</)")
_OPENING = re.compile(
    r"(?P<indent>[ \t]*+(?:- ++)*+)[\"']?(?P<key>[\w.$-]++)[\"']?[ \t]*+:"
    r"[ \t]*+(?:[|>][-+0-9]{0,3}|!\S*+|&\w++)?[ \t]*+(?:#.*)?"
)
_ALONE = re.compile(r"[ \t]*+(?:export[ \t]++|- ++)*+[\"']?")
_AFTER_EQUALS = re.compile(r"[\s&\"'<>})\]]")
_AFTER_COLON = re.compile(r"[\n\"'<>})\],;]")
_BLOCK = re.compile(r"[|>][-+0-9]{0,3}|[&!]\w*")
_TOKEN = re.compile(r"(?<!sha256:)(?<!sha512:)(?<![\w+/=-])[A-Za-z0-9+/=_-]{20,}+(?![\w+/=-])")


class Scrubber:
    """Takes credentials out of texts and counts how many."""

    def __init__(self) -> None:
        self.count = 0

    def whole(self, text: str) -> str:
        """A mark instead of all of it."""
        if not text or _MARK.fullmatch(text):
            return text
        self.count += 1
        return mark(text)

    def text(self, text: str, *, data: bool = False) -> str:
        """`text` without credentials; in `data`, what is long and random is one too."""
        if len(text) < 4:
            return text
        if _SERVICE_ACCOUNT.search(text) or _encodes_credential(text):
            return self.whole(text)
        text = self.shapes(text)
        if "\n" in text:
            text = self._sections(text)
        text = self._assignments(text)
        text = _FLAG.sub(self._named, text) if "-" in text else text
        text = _TAG.sub(self._tag, text) if "</" in text else text
        if "assword" in text:
            text = _LOGIN.sub(lambda m: m[1] + self.whole(m[2]), text)
        text = spaced(text, self.whole) if "\n" in text else text
        return self._random(text) if data else text

    def shapes(self, text: str) -> str:
        """`text` without what looks like a credential by itself."""
        if "-----BEGIN" in text:
            text = _PRIVATE.sub(lambda m: self.whole(m[0]), text)
        if "eyJ" in text:
            text = _RUN.sub(self._web_token, text)
        text = _SHAPES.sub(lambda m: self.whole(m[0]), text)
        text = _SCHEME.sub(lambda m: m[1] + m[2] + self.whole(m[3]), text)
        if "://" in text:
            text = _AUTHORITY.sub(self._login, text)
        if "hook" in text:
            text = _HOOK.sub(lambda m: m[1] + self.whole(m[2]), text)
        if "=" in text:
            text = _SIGNATURE.sub(lambda m: m[1] + self.whole(m[2]), text)
        return _DSN.sub(lambda m: self.whole(m[0]), text) if "@" in text else text

    def _web_token(self, match: re.Match[str]) -> str:
        """JWT and JWE: base64 of `{"` and a dot; whatever comes before it stays."""
        run = match[0]
        at = run.find("eyJ")
        if at < 0 or "." not in run[at + 6 :]:
            return run
        return run[:at] + self.whole(run[at:])

    def _login(self, match: re.Match[str]) -> str:
        """`://user:password@host` without what stands before the host, odd characters included."""
        rest = match[1]
        at = rest.rfind("@")
        while at >= 0 and rest.startswith(("@sha256:", "@sha512:"), at):
            at = rest.rfind("@", 0, at)
        first = re.split(r"[/?#]", rest, maxsplit=1)[0]
        odd = ":" in first and not first.rpartition(":")[2].isdigit() and not first.endswith("]")
        if at < 0 or ("@" not in first and not odd):
            return match[0]
        return f"://{self.whole(rest[:at])}{rest[at:]}"

    # Names with values.

    def _sections(self, text: str) -> str:
        """YAML within a text: everything below a sensitive key goes."""
        lines: list[str] = []
        dropped: list[str] = []
        margin = -1
        for line in text.split("\n"):
            body = line.lstrip(" \t")
            indent = len(line) - len(body)
            below = not body or indent > margin or (indent == margin and body.startswith("- "))
            if margin >= 0 and below:
                dropped.append(line)
                continue
            self._close(lines, dropped, margin)
            lines.append(line)
            opening = _OPENING.fullmatch(line)
            margin = len(opening["indent"]) if opening and is_sensitive(opening["key"]) else -1
        self._close(lines, dropped, margin)
        return "\n".join(lines)

    def _close(self, lines: list[str], dropped: list[str], margin: int) -> None:
        """Put a mark for the lines that were dropped; empty ones at their end stay."""
        kept = len(dropped)
        while kept and not dropped[kept - 1].strip():
            kept -= 1
        if kept:
            lines.append(" " * (margin + 2) + self.whole("\n".join(dropped[:kept]).strip()))
        lines.extend(dropped[kept:])
        dropped.clear()

    def _assignments(self, text: str) -> str:
        parts: list[str] = []
        done = at = line_end = 0
        line_start = 0
        while match := _ASSIGNED.search(text, at):
            at = match.end()
            if not is_sensitive(match["key"]) or _names_image(text, match):
                continue
            if at > line_end or not line_end:
                line_start = text.rfind("\n", line_end, match.start()) + 1 or line_start
                line_end = text.find("\n", at)
                line_end = len(text) if line_end < 0 else line_end
            near = match.start() - line_start < 200
            alone = near and _ALONE.fullmatch(text, line_start, match.start()) is not None
            end = _value_end(text, match, line_end, alone=alone)
            value = text[at:end]
            if not is_reference(match["key"], value) and not _BLOCK.fullmatch(value):
                parts += [text[done:at], self.whole(value)]
                done = end
            at = max(at, end)
        return "".join((*parts, text[done:]))

    def _named(self, match: re.Match[str]) -> str:
        if not is_sensitive(match["key"]) or is_reference(match["key"], match["value"]):
            return match[0]
        return match["key"] + match["sep"] + self.whole(match["value"])

    def _tag(self, match: re.Match[str]) -> str:
        if not is_sensitive(match["key"]):
            return match[0]
        return match["open"] + self.whole(match["value"])

    # Randomness.

    def _random(self, text: str) -> str:
        """Without long tokens that are no words, except in what is public by its frame."""
        parts: list[str] = []
        done = 0
        for frame in PUBLIC_PEM.finditer(text):
            parts += [_TOKEN.sub(self._if_random, text[done : frame.start()]), frame[0]]
            done = frame.end()
        return "".join((*parts, _TOKEN.sub(self._if_random, text[done:])))

    def _if_random(self, match: re.Match[str]) -> str:
        return self.whole(match[0]) if looks_random(match[0]) else match[0]


def _encodes_credential(text: str) -> bool:
    """Whether it is base64 of something that holds a credential, encoded once or more often."""
    plain = decoded(text)
    if plain is None:
        return False
    inner = Scrubber()
    inner.text(plain)
    return inner.count > 0


def _names_image(text: str, match: re.Match[str]) -> bool:
    """Whether what looks like a key is the end of an image's name, and its value a version."""
    start = match.start()
    return text[max(start - 1, 0) : start] == "/" and bool(_IMAGE_TAG.match(text, match.end("key")))


def _value_end(text: str, match: re.Match[str], line_end: int, *, alone: bool) -> int:
    """Where an assigned value ends: at its quote, else where the line or the list it is in ends."""
    start = match.end()
    if quote := match["quote"]:
        return _closing_quote(text, start, quote)
    if alone or text[start] in "{[":
        return line_end
    stop = _AFTER_EQUALS if "=" in match["sep"] else _AFTER_COLON
    found = stop.search(text, start + 1, line_end)
    return found.start() if found else line_end


def _closing_quote(text: str, start: int, quote: str) -> int:
    """The next quote that is escaped no more than the opening one is; the end without one."""
    at = start
    while (at := text.find(quote[-1], at)) >= 0:
        slashes = 0
        while at - slashes > start and text[at - slashes - 1] == "\\":
            slashes += 1
        closes = slashes <= len(quote) - 1 if len(quote) > 1 else slashes % 2 == 0
        if closes or quote == "'":
            return at - (slashes if len(quote) > 1 else 0)
        at += 1
    return len(text)
