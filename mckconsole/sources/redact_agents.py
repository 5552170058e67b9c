"""Credentials in the configuration languages of log agents that have a space after the key.

Fluent Bit's classic form and Fluentd's write `HTTP_Passwd hunter2`, which in prose would be two
words. So these lines are only read where the sections of such a file are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mckconsole.sources.redact_keys import is_reference, is_sensitive

_FRAME = re.compile(
    r"^[ \t]{0,40}(?:\[(?:OUTPUT|INPUT|SERVICE|FILTER|PARSER|UPSTREAM|NODE)\]"
    r"|</?(?:match|source|store|server|label|filter|auth|buffer)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(
    r"^(?P<head>[ \t]*+(?:(?:add_)?header[ \t]++)?(?P<key>[\w.@-]++)[ \t]++)(?P<value>\S[^\n]*+)",
    re.IGNORECASE | re.MULTILINE,
)
_LOGIN = re.compile(r"(?<![^\s,])[^\s:/@,]{1,200}:[^\s@,/]{1,200}(?=@[\w.\[-])")
"""`user:password@host` without a scheme."""


def spaced(text: str, whole: Callable[[str], str]) -> str:
    """`text` without the credentials in such lines; as it is where it has no such sections.

    Args:
        whole: gives the mark that stands for what was removed.
    """
    if not _FRAME.search(text):
        return text

    def line(match: re.Match[str]) -> str:
        if not is_sensitive(match["key"]) or is_reference(match["key"], match["value"]):
            return match[0]
        return match["head"] + whole(match["value"])

    text = _LINE.sub(line, text)
    return _LOGIN.sub(lambda found: whole(found[0]), text) if "@" in text else text
