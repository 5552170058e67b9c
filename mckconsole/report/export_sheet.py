"""Text for cells of a spreadsheet, none of which may be taken for a formula."""

from __future__ import annotations

import re

from mckconsole.domain.text import clean

_FORMULA = "=+-@\t\r＝＋－＠"
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def harmless(text: str) -> str:
    """`text`, clean, with a `'` before what a spreadsheet would compute; numbers stay numbers."""
    text = clean(text)
    if text.lstrip()[:1] in _FORMULA and text.strip() and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
