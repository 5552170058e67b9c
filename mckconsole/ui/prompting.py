"""The prompt of the shell: `:` for commands, `/` for what the view makes of it.

What is typed is never lost: a text with a mistake stays with the reason beside it until it is
corrected or given up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from mckwidgets.prompt import Prompt

if TYPE_CHECKING:
    from mckconsole.ui.shell import Shell


class PromptLine(Container):
    """Where the prompt stands; there only while somebody types."""

    DEFAULT_CSS = """
    PromptLine { height: auto; display: none; }
    PromptLine.-open { display: block; }
    """

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.prompt = Prompt()

    def compose(self) -> ComposeResult:
        yield self.prompt

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        event.stop()
        self._shell.prompting.typed(event.text)

    @on(Prompt.Submitted)
    def _entered(self, event: Prompt.Submitted) -> None:
        event.stop()
        self._shell.prompting.entered(event.text)

    @on(Prompt.Dismissed)
    def _dismissed(self, event: Prompt.Dismissed) -> None:
        event.stop()
        self._shell.prompting.dismissed()


class Prompting:
    """What becomes of a prompt's text."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.line = PromptLine(shell)

    @property
    def is_open(self) -> bool:
        """Whether somebody types."""
        return self.line.has_class("-open")

    async def open(self, sign: str, text: str) -> None:
        """Show the prompt with `text` and give it the keys."""
        shell, prompt = self._shell, self.line.prompt
        if not self.line.is_attached:
            await shell.mount_prompt(self.line)
        self.line.add_class("-open")
        history = shell.commands.history.setdefault(sign, [])
        complete = shell.commands.complete if sign == ":" else shell.view.completions
        prompt.open(sign, text, history=history, complete=complete)
        prompt.focus()

    def typed(self, text: str) -> None:
        """A filter or search works while it is typed; a command only when it is entered."""
        prompt = self.line.prompt
        prompt.set_problem(self._shell.view.typed("/", text) if prompt.sign == "/" else "")

    def entered(self, text: str) -> None:
        """Carry it out, and leave the prompt unless something is wrong with it."""
        if not self.is_open:
            return  # a key that came before the prompt had lost the keys
        shell, prompt = self._shell, self.line.prompt
        command = prompt.sign == ":"
        problem = shell.commands.run(text) if command else shell.view.entered("/", text)
        if problem:
            prompt.set_problem(problem)
            return
        shell.commands.remember(prompt.sign, text)
        self.close()

    def dismissed(self) -> None:
        """Leave the prompt, with everything as it was before."""
        if not self.is_open:
            return
        if self.line.prompt.sign == "/":
            self._shell.view.left("/")
        self.close()

    def close(self) -> None:
        """Leave the prompt; what was typed so far stays in force."""
        self.line.remove_class("-open")
        self._shell.view.focus_main()
