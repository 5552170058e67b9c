"""No core dump of a process that reads Secrets, whatever the shell allows."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

_RUN = """
import resource
from mckconsole.cli.main import main
main(["rules", "SEC-JWT"])
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_CORE)[1] == 0, reason="no core dumps are allowed here"
)
def test_no_core_dump_is_allowed() -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    limits = f"import resource; resource.setrlimit(resource.RLIMIT_CORE, ({hard}, {hard}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{limits}\n{_RUN}"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "(0, 0)"
