"""Run the product in a process of its own that notes what it opens, starts and keeps.

An audit hook of the interpreter notes every file that is opened for writing and every process that
is started. At the end everything that lives in memory and is text or bytes can be written to a
file, to be searched by somebody else.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.contract.running import Done, environment

_PRELUDE = """
import json, logging, os, sys
_notes = {"written": [], "started": []}
def _hook(event, arguments):
    if event == "open" and arguments and isinstance(arguments[0], (str, bytes)):
        mode, flags = (list(arguments) + [None, 0])[1:3]
        if (mode and set(str(mode)) & set("wax+")) or (flags or 0) & (os.O_WRONLY | os.O_RDWR):
            _notes["written"].append(os.fsdecode(arguments[0]))
    elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork"):
        _notes["started"].append(event + repr(arguments))
sys.addaudithook(_hook)
logging.basicConfig(level=logging.DEBUG, filename="debug.log")
"""
_END = """
from mckconsole.cli.main import main
_status = main(sys.argv[1:])
if os.environ.get("NOTES"):
    _texts = [_notes["written"], _notes["started"]]
    with open(os.environ["NOTES"], "w") as _file:
        json.dump(_texts, _file)
sys.exit(_status)
"""


@dataclass(frozen=True)
class Watched:
    """What a process did."""

    done: Done
    written: tuple[str, ...]
    """Files that it opened for writing."""
    started: tuple[str, ...]
    """Processes that it started."""


async def watched(home: Path, *arguments: str, spoil: str = "", **more: str) -> Watched:
    """Run a command line to its end, with asyncio's and everybody's logs at debug level.

    Args:
        spoil: Python that runs first, to put a bug into the product.
    """
    notes = home / "notes.json"
    notes.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "dev", "-W", "ignore", "-c", _PRELUDE + spoil + _END, *arguments,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(home, NOTES=str(notes), PYTHONDONTWRITEBYTECODE="1", **more), cwd=home,
    )  # fmt: skip
    out, err = await process.communicate()
    written, started = json.loads(notes.read_text()) if notes.exists() else ([], [])
    notes.unlink(missing_ok=True)
    return Watched(Done(process.returncode or 0, out, err, 0.0), tuple(written), tuple(started))


HEAP = """
import asyncio, gc, sys
import msgspec
from mckconsole.config.model import AuditConfig, Config
from mckconsole.analysis.engine import analyse
from mckconsole.domain.kinds import KINDS
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet

def read(kubeconfig):
    config = Config(request_timeout=1.5, audit=AuditConfig(scan_values=["*"]))
    inventory = load_kubeconfig(kubeconfig, env={}, config=config)
    plan = ReadPlan(tuple(kind.topic for kind in KINDS), ())
    return asyncio.run(read_fleet(inventory, plan, config=config))

def live():
    seen, found = set(), []
    queue = [gc.get_objects()]
    while queue:
        for one in queue.pop():
            if id(one) in seen:
                continue
            seen.add(id(one))
            if isinstance(one, str):
                found.append(one.encode("utf-8", "replace"))
            elif isinstance(one, (bytes, bytearray)):
                found.append(bytes(one))
            elif isinstance(one, msgspec.Raw):
                found.append(bytes(one))
            elif isinstance(one, memoryview):
                found.append(one.tobytes())
            elif isinstance(one, msgspec.Struct):
                queue.append([getattr(one, name) for name in one.__struct_fields__])
            else:
                queue.append(gc.get_referents(one))
    return found

store = read(sys.argv[1])
snapshot = store.snapshot()
analysis = analyse(snapshot)
KEEP
gc.collect()
with open(sys.argv[2], "wb") as file:
    for one in live():
        file.write(one + b"\\0")
print(len(analysis.secrets.credentials))
"""
"""Reads a fleet with values, and writes every text that is alive then to a file."""


async def heap(home: Path, kubeconfig: Path, *, keep: str = "") -> tuple[int, bytes]:
    """How many credentials were found, and everything that was in memory afterwards.

    Args:
        keep: Python that is run before the look, to show what the look finds.
    """
    dump = home / "heap"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HEAP.replace("KEEP", keep), str(kubeconfig), str(dump),
        stdout=subprocess.PIPE, env=environment(home), cwd=home,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0
    return int(out), dump.read_bytes()
