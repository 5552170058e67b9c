"""Demo: a command line with completions; `:` opens it, `/` opens a filter without any."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.events import Key

from mckwidgets.crumbs import Crumbs
from mckwidgets.prompt import Completion, Prompt
from mckwidgets.roles import DEFAULT_VARIABLES

COMMANDS = {
    "fleet": "every cluster",
    "mesh": "every tunnel",
    "secrets": "every credential that lies around",
    "services": "every exported service",
    "ctx": "only some clusters",
    "ns": "only some namespaces",
    "theme": "other colours",
    "export": "write what is shown to a file",
    "q": "quit",
}


def complete(text: str) -> Sequence[Completion]:
    """Return the commands that contain `text`, those that start with it first."""
    found = [name for name in COMMANDS if text and text in name]
    found.sort(key=lambda name: not name.startswith(text))
    return [Completion(name, COMMANDS[name]) for name in found]


class PromptDemo(App[None]):
    """A prompt, and crumbs that say what came of it."""

    AUTO_FOCUS = None  # a prompt that is not shown yet is not written on

    def compose(self) -> ComposeResult:
        yield Crumbs()
        yield Prompt()

    def on_mount(self) -> None:
        self.query_one(Crumbs).set(["press : or /"])
        self.query_one(Prompt).display = False

    def on_key(self, event: Key) -> None:
        if event.character in (":", "/"):
            prompt = self.query_one(Prompt)
            prompt.display = True
            prompt.open(
                event.character,
                history=["theme dark", "ctx gcp-*"],
                complete=complete if event.character == ":" else None,
            )

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        prompt = self.query_one(Prompt)
        prompt.set_problem("no end of ( at 2" if message.text.endswith("(") else "")
        prompt.set_note(f"{40 - len(message.text)} of 40" if prompt.sign == "/" else "")

    def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        self._close("ran", message.text)

    def on_prompt_dismissed(self) -> None:
        self._close("left")

    def _close(self, *crumbs: str) -> None:
        self.query_one(Crumbs).set(crumbs)
        self.query_one(Prompt).display = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    PromptDemo().run()
