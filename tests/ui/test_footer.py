"""What a view says that can be pressed is what somebody answers."""

from __future__ import annotations

import pytest

from mckconsole.ui.settings import Settings
from mckconsole.ui.shell import APP_WIDE, FROM_WIDGETS
from tests.ui.console import console
from tests.ui.stories import read
from tests.ui.test_copies import VIEWS, come_to


@pytest.mark.parametrize("view", VIEWS)
async def test_every_action_of_a_view_is_answered(fitting: Settings, view: str) -> None:
    async with console(fitting) as running:
        await come_to(running, view)
        shell = running.shell
        for action in shell.actions:
            if action.id in (*APP_WIDE, *FROM_WIDGETS) or action.id.startswith("pane."):
                continue
            if shell.view.refuses(action.id) == "they are shown here":
                continue
            name = "do_" + action.id.replace(".", "_")
            answers = (shell.view, shell.dialogs, shell)
            assert any(hasattr(one, name) for one in answers), f"nobody answers {action.id}"


async def test_transitions_lead_to_metrics_and_yaml_to_neither(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        await running.type(":mesh from:gcp-eu-1 to:aws-use1-1 driver:libreswan")
        await running.press("enter", "e", "m")
        assert running.text().split("\n")[2].split(" › ")[-1].startswith("gcp-eu-1 → aws-use1-1 m")
        await running.press("escape", "Y")
        await running.until(lambda: "apiVersion" in running.text())
        assert "metrics" not in running.text().split("\n")[-1]
