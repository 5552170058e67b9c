"""What goes wrong after the screen is taken ends the console or is said; nothing is swallowed."""

from __future__ import annotations

import sys

import pytest

from mckconsole.ui.settings import Settings
from tests.ui.console import console


async def test_a_feed_that_cannot_be_imported_ends_it(
    live: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken installation is no empty fleet."""
    monkeypatch.setitem(sys.modules, "mckconsole.ui.feed", None)
    with pytest.raises(ModuleNotFoundError):
        async with console(live) as it:
            await it.until(lambda: it.app.crash)


async def test_a_format_there_is_none_of_is_no_name_of_a_file(live: Settings) -> None:
    async with console(live) as it:
        await it.settled()
        run = it.shell.commands.run
        assert run("export xml fleet") == "there is no format xml; there are csv, json, md"
        assert not live.exports.exists()
        file = live.exports.parent / "two words.csv"
        assert run(f"export {file}") == ""
        assert file.exists()
