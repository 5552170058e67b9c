"""Credential plugins: real processes that answer, hang, flood, prompt, die and leave children."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from mckconsole.sources.errors import LoginRequired
from mckconsole.sources.exec_plugin import (
    ExecCredential,
    ExecPlugin,
    PluginPool,
)
from mckconsole.sources.exec_policy import ExecPolicy
from mckconsole.sources.exec_process import MAX_OUTPUT, run_program
from mckconsole.sources.exec_protocol import PluginSpec
from mckconsole.sources.exec_runner import PluginRunner
from tests.unit.certificates import make_certificate

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
FAR = "2100-01-01T00:00:00Z"
ALLOW = ExecPolicy("allow-all", (), "test")


def answer(status: Mapping[str, object] | None, version: str = V1) -> str:
    return json.dumps({"kind": "ExecCredential", "apiVersion": version, "status": status})


GOOD = answer({"token": "tok", "expirationTimestamp": FAR})


def spec(script: str, *args: str, **fields: object) -> PluginSpec:
    """A plugin that is a Python script (`-S -E`: fast to start)."""
    command = ("-S", "-E", "-c", script, *args)
    return PluginSpec(command=sys.executable, args=command, **fields)  # type: ignore[arg-type]  # fields of the same dataclass


def shell(script: str, *env: tuple[str, str]) -> PluginSpec:
    return PluginSpec(command="/bin/sh", args=("-c", script), env=env)


def printing(text: str) -> PluginSpec:
    return shell('printf %s "$ANSWER"', ("ANSWER", text))


def runner(
    timeout: float = 10.0,
    policies: Sequence[ExecPolicy] = (ALLOW,),
    env: Mapping[str, str] | None = None,
) -> PluginRunner:
    return PluginRunner(policies, {"PATH": "/usr/bin:/bin", **(env or {})}, timeout)


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        state = ""
    if state or Path("/proc/self/stat").exists():
        return state not in ("", "Z")
    try:
        os.kill(pid, 0)  # no /proc: macOS
    except ProcessLookupError:
        return False
    return True


def pids_in(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (another process is watched)
            await asyncio.sleep(0.01)


async def failure(plugin: PluginSpec, run: PluginRunner | None = None) -> LoginRequired:
    with pytest.raises(LoginRequired) as caught:
        await (run or runner()).run(plugin)
    assert caught.value.message.isprintable()
    return caught.value


class TestAnswers:
    async def test_a_token(self) -> None:
        found = await runner().run(printing(GOOD))
        assert found.authorization is not None
        assert found.authorization.reveal() == "Bearer tok"
        assert (found.certificate, found.expires) == (None, 4_102_444_800)

    async def test_a_certificate(self) -> None:
        cert, key = make_certificate(0, 4_000_000_000)
        status = {"clientCertificateData": cert.decode(), "clientKeyData": key.decode()}
        found = await runner().run(printing(answer(status)))
        assert found.authorization is None
        assert found.certificate is not None
        assert found.certificate.cert_data == cert
        assert found.certificate.key_data is not None
        assert found.certificate.key_data.reveal().encode() == key

    async def test_the_older_version(self) -> None:
        plugin = printing(answer({"token": "t"}, V1BETA1))
        older = PluginSpec(plugin.command, plugin.args, plugin.env, api_version=V1BETA1)
        assert (await runner().run(older)).expires is None

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "wrote nothing"),
            ("Please log in first\n", "did not write an ExecCredential in JSON"),
            ("[" * 100_000, "did not write an ExecCredential in JSON"),
            ('{"status": 1}', "did not write an ExecCredential in JSON"),
            ("[]", "did not write an ExecCredential in JSON"),
            ("{}", "answered with no apiVersion without kind"),
            (answer({"token": "t"}, V1BETA1), "v1beta1 ExecCredential; the kubeconfig asks for"),
            (answer(None), "returned no status"),
            (answer({}), "neither a token nor a certificate"),
            (answer({"clientKeyData": "k"}), "only one of certificate and key"),
            (answer({"token": "a\nb"}), "a token that no HTTP header may hold"),
            (answer({"token": "t", "expirationTimestamp": "soon"}), "that is no time"),
            (
                answer({"token": "t", "expirationTimestamp": "2020-01-01T00:00:00Z"}),
                "expired at 2020-01-01T00:00:00Z",
            ),
        ],
    )
    async def test_an_unusable_answer(self, text: str, words: str) -> None:
        error = await failure(printing(text))
        assert words in error.message
        assert error.hint.startswith("run: /bin/sh -c")
        assert not error.message.count("Please")

    async def test_invalid_utf8(self) -> None:
        error = await failure(shell(r"printf '{\"kind\": \"\377\"}'"))
        assert "in JSON" in error.message


class TestWhatItIsTold:
    SHOW = "import os, sys, json; json.dump(dict(os.environ), open(sys.argv[1], 'w')); print('x')"

    async def environment(
        self, tmp_path: Path, ours: Mapping[str, str], **fields: object
    ) -> dict[str, str]:
        target = tmp_path / "env"
        await failure(spec(self.SHOW, str(target), **fields), runner(env=ours))
        found = json.loads(target.read_bytes())
        assert isinstance(found, dict)
        return found

    async def test_a_part_of_our_environment_and_its_own(self, tmp_path: Path) -> None:
        ours = {
            "HOME": "/home/x", "AWS_PROFILE": "p", "HTTPS_PROXY": "http://p", "LC_ALL": "C",
            "GITHUB_TOKEN": "no", "LD_PRELOAD": "", "DISPLAY": ":0", "PYTHONPATH": "/evil",
        }  # fmt: skip
        found = await self.environment(tmp_path, ours, env=(("OWN", "1"), ("AWS_PROFILE", "q")))
        kept = {"PATH", "HOME", "AWS_PROFILE", "HTTPS_PROXY", "LC_ALL", "OWN"}
        assert set(found) == kept | {"KUBERNETES_EXEC_INFO"}
        assert found["AWS_PROFILE"] == "q"

    async def test_the_request(self, tmp_path: Path) -> None:
        found = await self.environment(tmp_path, {}, api_version=V1BETA1)
        assert json.loads(found["KUBERNETES_EXEC_INFO"]) == {
            "kind": "ExecCredential",
            "apiVersion": V1BETA1,
            "spec": {"interactive": False},
        }

    async def test_the_cluster_where_it_asks_for_it(self, tmp_path: Path) -> None:
        info = json.dumps({"server": "https://h", "config": {"audience": "x"}})
        found = await self.environment(tmp_path, {}, cluster_info=info)
        request = json.loads(found["KUBERNETES_EXEC_INFO"])
        assert request["spec"]["cluster"] == {"server": "https://h", "config": {"audience": "x"}}

    async def test_no_shell_reads_the_arguments(self, tmp_path: Path) -> None:
        plugin = PluginSpec("/bin/echo", ("$(touch", f"{tmp_path}/pwned)", ";", "exit"))
        await failure(plugin)
        assert os.listdir(tmp_path) == []


class TestMisbehaviour:
    async def test_a_hang_ends_with_everything_it_started(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        script = f"trap '' TERM HUP; sleep 600 & echo $! $$ > {pids}; wait; sleep 600"
        started = time.monotonic()
        error = await failure(shell(script), runner(timeout=0.3))
        assert "did not finish within 0.3 s" in error.message
        assert time.monotonic() - started < 3
        child, leader = pids_in(pids)
        await until(lambda: not alive(child) and not alive(leader))

    async def test_a_child_left_behind_is_ended_too(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        script = f'sleep 600 & echo $! > {pids}; printf %s "$ANSWER"'
        started = time.monotonic()
        await runner().run(shell(script, ("ANSWER", GOOD)))
        assert time.monotonic() - started < 3
        (child,) = pids_in(pids)
        await until(lambda: not alive(child))

    async def test_a_daemon_that_keeps_the_pipes_does_not_hold_us(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mckconsole.sources.exec_process.PIPE_GRACE", 0.1)
        pids = tmp_path / "pids"
        script = (
            f"setsid sh -c 'echo $$ > {pids}; exec sleep 60' & "
            f'while [ ! -s {pids} ]; do :; done; printf %s "$ANSWER"'
        )
        try:
            found = await runner(timeout=5).run(shell(script, ("ANSWER", GOOD)))
            assert found.expires == 4_102_444_800
            assert alive(pids_in(pids)[0])  # a session of its own is not ours to end
        finally:
            for pid in pids_in(pids):
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)

    async def test_a_flood_on_standard_output(self) -> None:
        flood = spec("import os\nwhile True: os.write(1, b'x' * 65536)")
        error = await failure(flood, runner(timeout=30))
        assert "more than 1 MiB" in error.message

    async def test_a_flood_on_standard_error_is_drained(self) -> None:
        """Regression of readers that read one pipe after the other and deadlock."""
        script = "import os\nfor _ in range(160): os.write(2, b'x' * 65536)\nprint(os.environ['A'])"
        found = await runner().run(spec(script, env=(("A", GOOD),)))
        assert found.expires == 4_102_444_800

    async def test_a_flood_on_standard_error_is_not_kept(self) -> None:
        script = "import os\nfor _ in range(32): os.write(2, b'x' * 65536)"
        argv = (sys.executable, "-S", "-E", "-c", script)
        assert len((await run_program(argv, {}, timeout=10)).stderr) == MAX_OUTPUT

    async def test_as_much_as_is_allowed(self) -> None:
        script = "import os\nprint(os.environ['A'] + ' ' * int(os.environ['N']), end='')"
        room = str(MAX_OUTPUT - len(GOOD))
        found = await runner().run(spec(script, env=(("A", GOOD), ("N", room))))
        assert found.expires == 4_102_444_800

    async def test_there_is_no_terminal_to_prompt_on(self) -> None:
        script = (
            "import os, sys\n"
            "try: open('/dev/tty', 'w').write('Password: ')\n"
            "except OSError: sys.exit('no terminal, stdin says %r' % sys.stdin.read())\n"
        )
        error = await failure(spec(script))
        assert "no terminal, stdin says ''" in error.message

    async def test_a_death_shows_its_last_words_cleaned(self) -> None:
        error = await failure(shell(r"printf 'first\nexpired \033[31m session\n\n' >&2; exit 3"))
        assert error.message.endswith("failed, exit status 3: expired ‹1B›[31m session")

    async def test_a_death_by_signal(self) -> None:
        assert "failed, killed by a signal" in (await failure(shell("kill -9 $$"))).message

    @pytest.mark.parametrize(
        "words",
        [
            "Authorization: Bearer abcdefghijklmnop",
            "token=s3cr3t",
            "password: s3cr3t",
            "got eyJhbGciOiJSUzI1NiJ9.e30.sig",
            "got k8s-aws-v1.aHR0cHM",
            "got 0123456789abcdef0123456789abcdef",
        ],
    )
    async def test_what_looks_like_a_secret_is_masked(self, words: str) -> None:
        error = await failure(shell('echo "$W" >&2; exit 1', ("W", words)))
        assert words.split()[-1] not in error.message
        assert "…" in error.message

    async def test_nul_in_an_argument(self) -> None:
        error = await failure(PluginSpec("/bin/echo", ("a\0b",)))
        assert "a NUL" in error.message

    async def test_no_program(self, tmp_path: Path) -> None:
        error = await failure(PluginSpec("no-such-plugin", install_hint="apt install\x1b it\n"))
        assert error.message == "credential plugin no-such-plugin is not installed"
        assert error.hint == "apt install‹1B› it"
        broken = tmp_path / "broken"
        broken.write_text("#!/no/such/interpreter\n")
        broken.chmod(stat.S_IRWXU)
        assert "cannot be started" in (await failure(PluginSpec(str(broken)))).message

    async def test_one_that_insists_on_a_terminal_is_not_run(self, tmp_path: Path) -> None:
        plugin = PluginSpec(
            "/usr/bin/touch", (f"{tmp_path}/ran", "--token", "s3cr3t"), interactive_mode="Always"
        )
        error = await failure(plugin)
        assert error.hint == f"run: /usr/bin/touch {tmp_path}/ran --token …"
        assert os.listdir(tmp_path) == []

    async def test_one_that_policy_forbids_is_not_run(self, tmp_path: Path) -> None:
        deny = ExecPolicy("deny-all", (), "credentialPluginPolicy in ~/.kube/kuberc")
        plugin = PluginSpec("/usr/bin/touch", (f"{tmp_path}/ran",))
        error = await failure(plugin, runner(policies=(ALLOW, deny)))
        assert "denies all credential plugins" in error.message
        assert "change credentialPluginPolicy in ~/.kube/kuberc" in error.hint
        assert os.listdir(tmp_path) == []

    async def test_a_bare_name_runs_what_was_checked(self, tmp_path: Path) -> None:
        program = tmp_path / "plug"
        program.write_text('#!/bin/sh\nprintf %s "$ANSWER"\n')
        program.chmod(stat.S_IRWXU)
        policy = ExecPolicy("allowlist", (str(program),), "test")
        run = runner(policies=(policy,), env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
        assert (await run.run(PluginSpec("plug", env=(("ANSWER", GOOD),)))).expires


class TestTogether:
    async def test_cancelling_the_only_one_who_waits_leaves_no_orphan(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        plugin = ExecPlugin(shell(f"echo $$ > {pids}; sleep 600"), runner().run)
        task = asyncio.create_task(plugin.current())
        await until(lambda: bool(pids_in(pids)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not alive(pids_in(pids)[0])

    async def test_cancelling_a_start_leaves_no_child_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The program is quicker than the event loop: it has a child before its start is over."""
        pids = tmp_path / "pids"
        loop = asyncio.get_running_loop()

        async def slow(*arguments: object, **options: object) -> object:
            transport = await type(loop)._make_subprocess_transport(loop, *arguments, **options)  # type: ignore[attr-defined]  # as above
            await until(lambda: len(pids_in(pids)) == 2)
            task.cancel()
            await asyncio.sleep(0.05)
            return transport

        monkeypatch.setattr(loop, "_make_subprocess_transport", slow)
        script = f"sleep 600 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; wait"
        task = asyncio.create_task(run_program(("/bin/sh", "-c", script), {}, timeout=10))
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not any(map(alive, pids_in(pids))))

    async def test_cancelling_one_of_two_does_not_touch_the_other(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        script = f'echo $$ >> {pids}; sleep 0.2; printf %s "$ANSWER"'
        plugin = ExecPlugin(shell(script, ("ANSWER", GOOD)), runner().run)
        tasks = [asyncio.create_task(plugin.current()) for _ in range(2)]
        await until(lambda: bool(pids_in(pids)))
        tasks[0].cancel()
        found = await tasks[1]
        assert tasks[0].cancelled()
        assert found.expires == 4_102_444_800
        assert len(pids_in(pids)) == 1

    async def test_equal_plugins_of_many_clusters_run_once(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        pool = PluginPool(runner())
        plugin = shell(f'echo $$ >> {log}; printf %s "$ANSWER"', ("ANSWER", GOOD))
        clusters = [ExecCredential(pool.plugin(plugin)) for _ in range(50)]
        headers = await asyncio.gather(*(cluster.headers() for cluster in clusters))
        assert {found["Authorization"].reveal() for found in headers} == {"Bearer tok"}
        assert len(pids_in(log)) == 1

    async def test_different_plugins_run_a_few_at_a_time(self, tmp_path: Path) -> None:
        script = (
            f"touch {tmp_path}/$$; ls {tmp_path} | wc -l >&2; sleep 0.05; rm {tmp_path}/$$; "
            f'printf %s "$ANSWER"'
        )
        counting = shell(f"({script}) 2>> {tmp_path}.count", ("ANSWER", GOOD))
        pool = PluginPool(runner())
        plugins = [
            PluginSpec(counting.command, counting.args, (*counting.env, ("N", str(number))))
            for number in range(12)
        ]
        await asyncio.gather(*(pool.plugin(plugin).current() for plugin in plugins))
        counts = pids_in(Path(f"{tmp_path}.count"))
        assert len(counts) == 12
        assert 1 < max(counts) <= 4
