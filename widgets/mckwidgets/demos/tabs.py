"""Demo: nine tabs; a number or a click chooses one."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Key

from mckwidgets.linepaint import TextSpan
from mckwidgets.roles import DEFAULT_VARIABLES
from mckwidgets.tabs import Tab, TabStrip

TABS = (
    Tab("fleet", "1", "Fleet", (TextSpan("✖1", "critical"),)),
    Tab("mesh", "2", "Mesh", (TextSpan("✖2", "critical"), TextSpan("▲1", "warn"))),
    Tab("services", "3", "Services", (TextSpan("▲4", "warn"),)),
    Tab("identity", "4", "Identity", (TextSpan("✖3", "critical"),)),
    Tab("secrets", "5", "Secrets", (TextSpan("✖5", "critical"),)),
    Tab("versions", "6", "Versions", (TextSpan("▲2", "warn"),)),
    Tab("checklist", "7", "Checklist"),
    Tab("timeline", "8", "Timeline"),
    Tab("resources", "9", "Resources"),
)


class TabsDemo(App[None]):
    """A strip of tabs."""

    def compose(self) -> ComposeResult:
        yield TabStrip()

    def on_mount(self) -> None:
        strip = self.query_one(TabStrip)
        strip.set_tabs(TABS)
        strip.active = "mesh"

    def on_key(self, event: Key) -> None:
        for tab in TABS:
            if tab.key == event.key:
                self.query_one(TabStrip).active = tab.id

    def on_tab_strip_chosen(self, message: TabStrip.Chosen) -> None:
        self.query_one(TabStrip).active = message.id

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    TabsDemo().run()
