"""Secrets planted everywhere: no byte of them on a stream, in a file or in an argument."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mckconsole.demo import faults
from mckconsole.demo.answers import Answer, Call, Listener, json_answer
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.promserver import EmbeddedPrometheus
from tests.contract.badfleet import add_context, plugin, write_plugin
from tests.contract.running import Done, environment, mck

CANARIES = {
    name: f"CANARY-{name}-{number:04d}-zq7"
    for number, name in enumerate(
        ("token", "exec", "execcert", "execerr", "psk", "broker", "prompass", "basic", "userinfo"
         , "keydata", "tokenfile", "promtoken", "header", "echo", "env", "proxy")
    )
}  # fmt: skip


def needles() -> list[bytes]:
    """Every canary as it is, and as base64 in each alignment would show it."""
    found = [text.encode() for text in CANARIES.values()]
    for text in CANARIES.values():
        for pad in range(3):
            code = base64.b64encode(b"x" * pad + text.encode())
            found.append(code[4:-4])
    return found


def assert_silent(where: str, data: bytes) -> None:
    for needle in needles():
        assert needle not in data, (where, needle)


def credential(folder: Path) -> str:
    """A plugin that gives a token, and says another secret on stderr."""
    document = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": CANARIES["exec"]},
    }
    script = f"echo 'debug {CANARIES['execerr']}' >&2\ncat <<'END'\n{json.dumps(document)}\nEND"
    return write_plugin(folder / "plugin", script)


def echoing(folder: Path) -> str:
    """A plugin whose output is no credential, but holds one."""
    text = f'{{"kind":"ExecCredential","status":{{"token":"{CANARIES["execcert"]}"'
    return write_plugin(folder / "echoing", f"printf '%s' '{text}'")


def plant(fleet: EmbeddedFleet, folder: Path, proms: tuple[str, str]) -> tuple[str, ...]:
    """A kubeconfig and a configuration full of secrets; returns the arguments that name them."""
    document = yaml.safe_load(fleet.kubeconfig.read_text())
    servers = {one["name"]: one["cluster"]["server"] for one in document["clusters"]}
    url = servers["aws-use1-1"]
    token_file = folder / "token"
    token_file.write_text(CANARIES["tokenfile"])
    key = base64.b64encode(f"KEY {CANARIES['keydata']}".encode()).decode()
    add_context(document, "with-token", {"server": url}, {"token": CANARIES["token"]})
    add_context(document, "with-exec", {"server": url}, plugin(credential(folder)))
    add_context(document, "with-echo", {"server": url}, plugin(echoing(folder)))
    add_context(document, "with-file", {"server": url}, {"tokenFile": str(token_file)})
    basic = {"username": "admin", "password": CANARIES["basic"]}
    add_context(document, "with-basic", {"server": url}, basic)
    pair = {"client-certificate-data": key, "client-key-data": key}
    add_context(document, "with-key", {"server": url.replace("http:", "https:")}, pair)
    userinfo = url.replace("://", f"://admin:{CANARIES['userinfo']}@")
    add_context(document, "with-userinfo", {"server": userinfo}, {})
    proxy = {"server": url, "proxy-url": f"http://u:{CANARIES['proxy']}@127.0.0.1:9"}
    add_context(document, "with-proxy", proxy, {})
    env = plugin(write_plugin(folder / "fails", "exit 1"))
    env["exec"]["env"] = [{"name": "SECRET", "value": CANARIES["env"]}]
    add_context(document, "with-env", {"server": url}, env)
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document))
    password, bearer = folder / "prompass", folder / "promtoken"
    password.write_text(CANARIES["prompass"])
    bearer.write_text(CANARIES["promtoken"])
    for path in (kubeconfig, token_file, password, bearer):
        path.chmod(0o600)
    basic_auth = {"username": "u", "passwordFile": str(password)}
    metrics = [
        {"name": "basic", "url": proms[0], "clusters": ["aws-use1-1"], "basicAuth": basic_auth},
        {
            "name": "bearer",
            "url": proms[1],
            "clusters": ["gcp-eu-1"],
            "bearerTokenFile": str(bearer),
        },
    ]
    config = folder / "config.yaml"
    config.write_text(json.dumps({"requestTimeout": 1.5, "prometheus": metrics}))
    return ("--kubeconfig", str(kubeconfig), "--config", str(config))


def spoil(fleet: EmbeddedFleet) -> None:
    """Secrets in custom resources, in a Secret, and a server that repeats what it was sent."""
    for cluster in fleet.clusters.values():
        for word in (b'"clusterID":', b'"cluster_id":'):
            extra = b'"ceIPSecPSK":"%s","brokerK8sApiServerToken":"%s",' % (
                CANARIES["psk"].encode(),
                CANARIES["broker"].encode(),
            )
            cluster.faults.add(replacing(word, extra + word), path="submariner")


def replacing(old: bytes, new: bytes) -> faults.Effect:
    return faults.edit(lambda body: body.replace(old, new))


class Echo(EmbeddedPrometheus):
    """Refuses, and repeats the Authorization header that it was sent."""

    async def answer(self, call: Call) -> Answer:
        said = {"status": "error", "errorType": "x", "error": call.header("Authorization")}
        return json_answer(said, 422)


INJECTED = """
import sys
import mckconsole.cli.report_command as command
def broken(*args, **kwargs):
    secret = {psk!r}
    raise RuntimeError("Bearer {token} in https://u:{userinfo}@h/ " + secret)
command.build = broken
from mckconsole.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


async def crash(home: Path, *arguments: str) -> Done:
    """The command line with a bug in it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", INJECTED.format(**CANARIES), *arguments,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(home), cwd=home,
    )  # fmt: skip
    out, err = await process.communicate()
    return Done(process.returncode or 0, out, err, 0.0)


async def appears(path: Path) -> None:
    """Wait for a file that another process makes."""
    async with asyncio.timeout(20):
        while not path.exists():  # noqa: ASYNC110, ASYNC240 - no event crosses processes
            await asyncio.sleep(0.02)


def command_lines() -> Iterator[bytes]:
    """The arguments of every process of this machine."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # it has ended
            yield Path(f"/proc/{name}/cmdline").read_bytes()


async def test_no_secret_is_said_written_or_passed_on(tmp_path: Path) -> None:
    folder, home, scratch = tmp_path / "input", tmp_path / "home", tmp_path / "scratch"
    for path in (folder, home, scratch):
        path.mkdir()
    async with (
        EmbeddedFleet() as fleet,
        Listener({"": Echo()}) as one,
        Listener({"": EmbeddedPrometheus(bearer="another")}) as two,
    ):
        spoil(fleet)
        access = plant(fleet, folder, (one.url, two.url))
        more = {"TMPDIR": str(scratch), "MCK_SECRET": "none"}
        runs = await asyncio.gather(
            mck(home, "report", *access, **more),
            mck(home, "report", "--format", "json", "-o", "report.json", *access, **more),
            mck(home, "doctor", *access, **more),
            mck(home, "doctor", "--format", "json", *access, **more),
            mck(home, "config", "show", *access[2:], **more),
            crash(home, "report", *access),
        )
    statuses = [done.status for done in runs]
    assert statuses == [4, 4, 4, 4, 0, 70], [done.words for done in runs]
    for number, done in enumerate(runs):
        done.assert_clean()
        assert_silent(f"stdout of {number}", done.out)
        assert_silent(f"stderr of {number}", done.err)
    written = [path for path in (*home.rglob("*"), *scratch.rglob("*")) if path.is_file()]
    assert any(path.name.startswith("crash-") for path in written)
    assert any(path.name == "report.json" for path in written)
    for path in written:
        assert_silent(str(path), path.read_bytes())
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc")
async def test_no_secret_is_in_an_argument_list(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet, Listener({"": Echo()}) as prometheus:
        access = plant(fleet, tmp_path, (prometheus.url, prometheus.url))
        write_plugin(tmp_path / "plugin", f"touch {tmp_path}/up; sleep 300")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mckconsole", "report", *access,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(tmp_path), cwd=tmp_path,
        )  # fmt: skip
        await appears(tmp_path / "up")
        for line in command_lines():
            assert_silent("an argument list", line)
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 10) == 130
