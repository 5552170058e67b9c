"""Text for Markdown in which nothing is markup, a link, a mention or a symbol by name.

Signs of markup are escaped. Programs also make links of bare addresses, mentions of `@name`,
pictures of `:name:` and references of `#1` and of what looks like a commit: text with any of these
stands in code, where nothing is touched.
"""

from __future__ import annotations

import re

from mckconsole.domain.text import clean

_SIGNS = re.compile(r"[\\`*_{}\[\]<>#!|~&$^]")
_TOUCHED = re.compile(
    r"@|//|www\.|:[\w+-]+:|#[0-9]|[0-9a-f]{7}|\S\.[^\W\d_]{2}|[A-Za-z][A-Za-z0-9+.-]*:\S", re.I
)

_STARTS = re.compile(r"[-+=]|[0-9]{1,9}[.)]")
"""What makes a list, a rule or a heading of the line that it begins."""


def literal(text: str) -> str:
    """`text`, clean and in one line, so that it is shown as it is, in a table too."""
    text = clean(text).strip()
    return verbatim(text) if _TOUCHED.search(text) else _SIGNS.sub(r"\\\g<0>", text)


def paragraph(text: str) -> str:
    """`text` as `literal` gives it, for the beginning of a line, where `-` or `1.` is markup."""
    return verbatim(text) if _STARTS.match(clean(text).strip()) else literal(text)


def verbatim(text: str) -> str:
    """`text` as code. A bar cannot stand in code within a table and is put between two pieces."""
    return r"\|".join(_code(part) for part in clean(text).strip().split("|"))


def _code(text: str) -> str:
    if not text.strip():
        return text
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{space}{text}{space}{fence}"
