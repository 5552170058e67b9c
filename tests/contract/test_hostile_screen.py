"""Hostile text in every field of every object: what reaches the terminal, byte by byte.

The console runs as its users run it, in a process of its own on a terminal of its own, over a fleet
in which everything a stranger controls carries a payload. The terminal knows the few sequences that
the console draws with; whatever else comes ends the test. What the payloads say must be readable,
so that nobody can hide in them, and nothing of what they ask for may happen.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from mckconsole.domain.text import clean
from tests.contract.hands import Hands
from tests.contract.hostilefleet import (
    EVERYTHING,
    PAYLOADS,
    HostileFleet,
)
from tests.ui.pty import Pty
from tests.ui.strictterm import is_visible

CLUSTERS = 2 * len(PAYLOADS)
CONTEXTS = 3 * len(PAYLOADS) + 2
OTHER_VIEWS = ("finding", "matrix", "list", "metrics", "transitions", "compared", "losses",
               "what if", "who else", "who can", "grouped", "behind a group", "scope", "palette",
               "prompt", "toast", "secrets", "secret", "secrets grouped", "resources",
               "found")  # fmt: skip
BOX = "esc leaves"
"""Under every dialog."""
SOME = 6
"""Every so many clusters are looked at more closely."""
CLICKED = ("QUIT", "RING", "LINK", "[/]")
"""A live click would end the console, ring (no BEL is on the terminal's list) or open a page."""


def signs(payload: str) -> str:
    """The start of what must be seen of a payload: short, because lines are cut and wrapped."""
    return clean(payload)[:7]


def crumbs(shown: str) -> str:
    """The line that says where one is."""
    return shown.split("\n")[2]


def depth_of(shown: str) -> int:
    """Levels below a pane's top; what looks like a step in a stranger's text has no blanks."""
    return crumbs(shown).count(" › ")


def _is_filtered(words: str, shown: str) -> bool:
    return words in crumbs(shown)


class Tour:
    """Through all views, with hostile text in each of them."""

    def __init__(self, hands: Hands, fleet: HostileFleet) -> None:
        self.hands = hands
        self.fleet = fleet
        self.shown: dict[str, set[str]] = {}
        """By view: the lines that were seen in it."""
        self.clicked: set[str] = set()

    def see(self, view: str, *keys: str) -> None:
        """Press keys; what was on the screen since the last call was in this view."""
        self.hands.press(*keys)
        self.shown.setdefault(view, set()).update(self.hands.seen)
        self.hands.seen.clear()

    def enter(self, view: str, *keys: str) -> None:
        """Go one level deeper with these keys, and wait until that is on the screen and read."""
        depth = self.depth
        self.hands.press(*keys)
        self.hands.until(lambda shown: depth_of(shown) > depth and "◌" not in crumbs(shown))
        self.see(view)

    def leave(self, view: str, *keys: str) -> None:
        """Go to the top of a pane with these keys, and wait until that is on the screen."""
        self.hands.press(*keys)
        self.hands.until(lambda shown: depth_of(shown) == 0)
        self.see(view)

    @property
    def depth(self) -> int:
        """How many levels below a pane's top one is."""
        return depth_of(self.hands.text)

    def click_all(self, view: str) -> None:
        """Click on the markup that is on the screen, and come back from where that leads."""
        for words in CLICKED:
            if self.hands.click(words):
                self.clicked.add(words)
                self.see(view, "escape")

    def box(self, view: str, key: str, *keys: str) -> None:
        """Open a dialog, press these keys in it, the last of which closes it."""
        self.hands.press(key)
        self.hands.until_words(BOX)
        self.see(view, *keys[:-1])
        self.see(view, keys[-1])
        self.hands.until(lambda shown: BOX not in shown)

    def fleet_pane(self) -> None:
        """The table, moved, widened, sorted and filtered."""
        hands = self.hands
        self.see("fleet", "1", "g", "pagedown", "G", "g", "w", *["right"] * 12, "g", "w")
        self.click_all("fleet")
        hands.press("1", "g", "y", "Y")
        for sort in ("state", "-version", "off"):
            hands.command(f"sort {sort}")
        for found in ("evil", "[", "~x", "/[", '"', "‹1B›"):
            self.see("filter", f"/{found}", "enter", "escape", "escape")
        self.see("fleet", "z", "z", "space", "V", "U", "p", "p", "r")

    def dialogs(self) -> None:
        """Help, pickers, the palette, and the prompt with what can be wrong in it."""
        hands = self.hands
        self.box("help", "?", "pagedown", "end", "evil", "escape")
        self.box("scope", "c", "pagedown", "end", "home", "QUIT", "escape")
        self.box("scope", "c", "group", "space", "enter")
        self.box("palette", "ctrl+p", "cluster", *["pagedown"] * 3, "escape")
        self.box("palette", "ctrl+p", "cluster-004", "enter")
        self.see("cluster", "1", "0")
        for words in ("ctx ", "ctx cluster-0", "ctx @", "trust ", "trust cluster-0"):
            self.see("prompt", f":{words}", "down", "down", "tab", "up", "escape")
        for words in ("ctx [/]", "ctx @[b]x", "trust [b]x", "sort [@click=app.quit]x", "[/]",
                      "export csv /nowhere/[/]", "theme [/]", "ctx /["):  # fmt: skip
            self.see("prompt", f":{words}", "enter", "escape")
        for sign in (":", "/"):
            hands.press(sign)
            for payload in PAYLOADS.values():
                hands.paste(payload[:20_000])
            self.see("prompt", "enter", "escape", "escape", "1")

    def clusters(self) -> None:
        """The page of each cluster to its end; of some, what is behind its lines."""
        self.see("fleet", "1", "g")
        for number in range(CONTEXTS):
            self.enter("cluster", "enter")
            self.see("cluster", "pagedown", "end")
            if number % SOME == 0:
                self.click_all("cluster")
                self.see("cluster", "/evil\r", "n", "N", "escape", "y")
            if number % SOME == 1:
                self.see("finding", "home", "]", "enter", "end", "y")
                self.see("YAML", "Y", "pagedown")
            if number % SOME == 2:
                self.hands.press("x")
                self.hands.until_words("What it would mean")
                self.see("what if", *["pagedown"] * 8, "end", "y")
            self.leave("fleet", "1")
            self.see("fleet", "down")

    def mesh(self) -> None:
        """Directions of each cluster as a matrix, as a list, from both sides, and over time."""
        hands = self.hands
        self.see("matrix", "2", "g", *["down", "right"] * 5, "pagedown", "end", "z", "z", "y")
        self.click_all("matrix")
        hands.command("links")
        self.see("list", "w", *["right"] * 10, "pagedown", "end", "g", "w", "y", "ctrl+s")
        self.click_all("list")
        for number in range(CLUSTERS):
            self.leave("list", f":links from:cluster-{number:03}\r")
            hands.until(partial(_is_filtered, f"from:cluster-{number:03}"))
            self.enter("tunnel", "g\r")
            self.see("tunnel", "pagedown", "end")
            self.enter("YAML", "Y")
            self.see("YAML", "end", "escape")
            if number % SOME < 2:
                self.see("metrics", "m", "y", "escape")
                self.see("transitions", "e", "end", "escape")
                self.click_all("tunnel")
        hands.command("links")
        self.see("list", "escape", "v", "1")

    def services(self) -> None:
        """Services as a table, what is lost with a cluster, what is behind each, compared."""
        self.see("services", "3", "g", "x")
        self.hands.until_words("If a cluster is lost")
        self.see("losses", "end", "y")
        self.see("services", "3", "g", "w", *["right"] * 20, "pagedown", "end", "g", "w", "y")
        self.click_all("services")
        self.see("services", "3", "g")
        for number in range(CLUSTERS):
            self.enter("service", "enter")
            self.see("service", "pagedown", "pagedown", "end")
            if number % SOME < 2:
                self.click_all("service")
                self.see("compared", "=", "z", "end", *["right"] * 4, "y", "escape")
            self.leave("services", "3")
            self.see("services", "down")

    def identities(self) -> None:
        """Workloads in each grouping, what is behind each, who else, and who can change it."""
        self.see("identity", "4", "g", "w", *["right"] * 20, "pagedown", "end", "g", "w", "y")
        self.click_all("identity")
        self.see("identity", "4", "g")
        for number in range(CLUSTERS):
            self.enter("chain", "enter")
            self.see("chain", "pagedown", "end")
            if number % SOME < 2:
                self.click_all("chain")
                self.see("who else", "u", "end", "y", "escape")
                self.see("who can", "w", "end", "y", "escape")
            self.leave("identity", "4")
            self.see("identity", "down")
        for _ in range(3):
            self.see("grouped", "v", "g", "w", *["right"] * 10, "end", "w", "g")
            for _ in range(SOME):
                self.see("behind a group", "enter", "end", "escape", "down")
        self.see("identity", "v")

    def secrets(self) -> None:
        """Credentials in each grouping and certificates, what is behind each, and who can read."""
        self.see("secrets", "5", "g", "w", *["right"] * 12, "pagedown", "end", "g", "w", "y")
        self.click_all("secrets")
        self.see("secrets", "5", "g")
        for _ in range(2 * SOME):
            self.enter("secret", "enter")
            self.see("secret", "pagedown", "end", "y")
            self.see("who can", "w", "end", "y", "escape")
            self.leave("secrets", "5")
            self.see("secrets", "down")
        for _ in range(5):
            self.see("secrets grouped", "v", "g", "w", *["right"] * 10, "end", "w", "g")
            for _ in range(SOME):
                self.see("behind a group", "enter", "pagedown", "end", "escape", "down")
        self.see("secrets", "v")

    def resources(self) -> None:
        """Kinds of all clusters as tables, and objects by their name."""
        for kind in ("nodes", "gateways.submariner.io", "deployments", "resources services"):
            self.hands.command(kind)
            self.hands.until(lambda shown: "asking" not in shown and "◌" not in shown)
            self.see("resources", "g", "w", *["right"] * 12, "pagedown", "end", "g", "w", "y")
            self.click_all("resources")
        self.hands.command("find evil")
        self.hands.until(lambda shown: "◌" not in shown)
        self.see("found", "g", "pagedown", "end", "y", "escape", "1")

    def sizes(self) -> None:
        """The same in other windows, down to one in which next to nothing fits."""
        for size in ((80, 24), (200, 50), (30, 8), (1, 1), (120, 40)):
            self.hands.resize(*size)
            for pane in ("1", "2", "3", "4", "5"):
                self.see("sized", pane, "g", "enter", "pagedown", "end", "escape", "?", "escape")

    def toasts(self) -> None:
        """The kubeconfig is edited: what is new and what is gone is told by name."""
        path = self.fleet.kubeconfig
        document = yaml.safe_load(path.read_text())
        gone = document["contexts"].pop()
        document["contexts"].append({**gone, "name": f"new {EVERYTHING}"})
        path.write_text(yaml.safe_dump(document))
        self.hands.until_words("kubeconfig was edited")
        self.see("toast")
        self.click_all("toast")

    def exports(self) -> None:
        """As files of every format; where they are is told."""
        for form in ("csv", "json", "md"):
            self.hands.command(f"export {form}")
        self.see("export", "ctrl+s", "2", "ctrl+s", "1")


def run_through(fleet: HostileFleet, folder: Path) -> Tour:
    """Start the console, see everything at several sizes, and leave."""
    command = [sys.executable, "-m", "mckconsole", "--kubeconfig", str(fleet.kubeconfig)]
    command += ["--config", str(fleet.config_file)]
    env = {"HOME": str(folder), "COLORTERM": "truecolor"}
    with Pty(command, size=(120, 40), env=env) as pty:
        hands = Hands(pty, 120, 40)
        tour = Tour(hands, fleet)
        hands.until_words(f"of {CONTEXTS}", "0/3")
        hands.until(lambda text: "◌" not in text)
        tour.fleet_pane()
        tour.dialogs()
        tour.clusters()
        tour.mesh()
        tour.services()
        tour.identities()
        tour.secrets()
        tour.resources()
        tour.exports()
        tour.sizes()
        tour.toasts()
        assert pty.process.poll() is None, "nothing that was clicked ended it"
        assert hands.leave("ctrl+q") == 0
    return tour


def missing(tour: Tour, view: str) -> Iterator[str]:
    """Payloads of which nothing was seen in a view."""
    lines = "\n".join(tour.shown[view])
    for name, payload in PAYLOADS.items():
        if signs(payload) not in lines:
            yield name


@pytest.mark.slow
async def test_nothing_of_a_stranger_reaches_the_terminal_but_readable_text(tmp_path: Path) -> None:
    async with HostileFleet(tmp_path) as fleet:
        tour = await asyncio.to_thread(run_through, fleet, tmp_path)
    for view in ("fleet", "cluster", "tunnel", "services", "service", "identity", "chain", "YAML"):
        assert list(missing(tour, view)) == [], view
    for view in OTHER_VIEWS:
        seen = "\n".join(tour.shown[view])
        assert any(signs(payload) in seen for payload in PAYLOADS.values()), view
    assert tour.clicked == set(CLICKED)
    terminal = tour.hands.terminal
    assert set(terminal.sequences) <= {"text", "colour", "column", "mode", "query", "keyboard",
                                       "clipboard", "line"}  # fmt: skip
    assert terminal.clipboard
    for text in terminal.clipboard:
        assert all(char == "\n" or is_visible(char) for char in text)
