"""Where an error came from: its type and its way through the code, and never its words.

The words of an error may quote what it failed on, which may be a credential. Logs get this instead
of a traceback.
"""

from __future__ import annotations

import os
import traceback

_MAX_FRAMES = 12


def origin(error: BaseException) -> str:
    """`KeyError in decode (decode.py:88) < _list (reader.py:226)`, the innermost first."""
    frames = [
        f"{frame.f_code.co_name} ({os.path.basename(frame.f_code.co_filename)}:{line})"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    way = " < ".join(reversed(frames[-_MAX_FRAMES:]))
    return f"{type(error).__name__} in {way}" if way else type(error).__name__
