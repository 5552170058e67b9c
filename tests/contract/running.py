"""Run the product as its users do: `python -m mckconsole` in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What must never reach a terminal from a stranger's text."""


@dataclass(frozen=True)
class Done:
    """What a process left."""

    status: int
    out: bytes
    err: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def words(self) -> str:
        return self.err.decode()

    def json(self) -> Any:
        return json.loads(self.out)

    def assert_clean(self) -> None:
        """No traceback, and nothing that could steer a terminal, on either stream."""
        for stream in (self.text, self.words):
            assert "Traceback" not in stream
            assert not (found := CONTROL.search(stream)), found and found.start()


def environment(home: Path, **more: str) -> dict[str, str]:
    paths = os.pathsep.join(sys.path)
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": paths, **more}


async def mck(home: Path, *arguments: str, **more: str) -> Done:
    """Run a command line to its end; `more` are environment variables."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "mckconsole",
        *arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, **more),
        cwd=home,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Done(process.returncode, out, err, time.monotonic() - began)
