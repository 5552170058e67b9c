"""A one-line editor for commands and filters, with ghost text, a list of completions and history.

It decides nothing about what is typed: the application completes, judges and runs it. It draws a
still caret, so an open prompt costs nothing while nobody types.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Blur, Focus, Key, Paste
from textual.message import Message

from mckwidgets.linepaint import PaintedLines, Part, clean
from mckwidgets.prompt_edit import LineEdit, Steps, pasted, typed_character
from mckwidgets.prompt_line import (
    LIST_LINES,
    Completion,
    edit_parts,
    field_width,
    list_parts,
    long_problem,
    prompt_parts,
    said_parts,
)

__all__ = ["Completion", "Prompt"]


class Prompt(PaintedLines, can_focus=True):
    """One line to write on, and completions below it."""

    DEFAULT_CSS = """
    Prompt { height: 1; background: $bar-background; color: $bar-foreground; }
    Prompt > .line--plain { color: $bar-foreground; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "run", show=False, id="prompt.submit"),
        Binding("escape", "dismiss", "leave", show=False, id="prompt.dismiss"),
        Binding("tab", "accept", "accept", show=False, id="prompt.accept"),
        Binding("up", "step(-1)", "the one before", show=False, id="prompt.previous"),
        Binding("down", "step(1)", "the next one", show=False, id="prompt.next"),
        Binding("left,ctrl+b", "move('left')", "back", show=False, id="prompt.left"),
        Binding("right,ctrl+f", "right", "on, or accept", show=False, id="prompt.right"),
        Binding("ctrl+left", "move('word_left')", "a word back", show=False, id="prompt.word_left"),
        Binding(
            "ctrl+right", "move('word_right')", "a word on", show=False, id="prompt.word_right"
        ),
        Binding("home,ctrl+home", "move('home')", "to the start", show=False, id="prompt.home"),
        Binding("end,ctrl+end", "move('end')", "to the end", show=False, id="prompt.end"),
        Binding("backspace", "backspace", "erase, or leave", show=False, id="prompt.backspace"),
        Binding("delete", "erase('right')", "erase", show=False, id="prompt.delete"),
        Binding("ctrl+w", "erase('word')", "erase the word", show=False, id="prompt.erase_word"),
        Binding("ctrl+u", "erase('to_start')", "erase all", show=False, id="prompt.erase_start"),
        Binding("ctrl+k", "erase('to_end')", "erase the rest", show=False, id="prompt.erase_end"),
    ]

    class Changed(Message):
        """The text is another one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Submitted(Message):
        """Enter was pressed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Dismissed(Message):
        """The prompt is left without an answer."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.sign = ""
        """What stands before the text."""
        self._edit = LineEdit()
        self._history: Sequence[str] = ()
        self._complete: Callable[[str], Sequence[Completion]] | None = None
        self._completions: tuple[Completion, ...] = ()
        self._steps: Steps | None = None
        self._in_history = False
        self._problem = ""
        self._note = ""

    @property
    def text(self) -> str:
        """What is on the line, as it was typed or completed."""
        return self._edit.text

    def open(
        self,
        sign: str,
        text: str = "",
        *,
        history: Sequence[str] = (),
        complete: Callable[[str], Sequence[Completion]] | None = None,
    ) -> None:
        """Begin anew with `text`, and take the focus. `history` has the newest text last."""
        self.sign = sign
        self._edit = LineEdit(text)
        self._history = tuple(reversed(history))
        self._complete = complete
        self._problem = self._note = ""
        self._settle()
        self.focus()

    def set_problem(self, words: str) -> None:
        """Say at the right what is wrong with the text, or below it; nothing clears it."""
        if words != self._problem:
            self._problem = words
            self._fit()

    def set_note(self, words: str) -> None:
        """Say at the right what the text leads to; a problem hides it."""
        if words != self._note:
            self._note = words
            self.refresh()

    # what is shown

    @property
    def _ghost(self) -> str:
        """What the first completion would add."""
        edit = self._edit
        if self._steps or not self._completions or not edit.text or edit.at < len(edit.text):
            return ""
        first = self._completions[0].text
        return clean(first[len(edit.text) :]) if first.startswith(edit.text) else ""

    def _listed(self) -> int:
        """How many lines the list takes; one completion that the ghost shows needs none."""
        if self._in_history or (
            len(self._completions) == 1 and self._ghost and not self._completions[0].note
        ):
            return 0
        return min(len(self._completions), LIST_LINES)

    def _settle(self) -> None:
        """Complete the text anew, and take the lines that this needs."""
        self._steps, self._in_history = None, False
        found = self._complete(self.text) if self._complete else ()
        self._completions = tuple(one for one in found if one.text != self.text)
        self._fit()

    def _fit(self) -> None:
        below = long_problem(self._problem, self.text, self.size.width)
        self.styles.height = 1 + min(bool(below) + self._listed(), LIST_LINES)
        self.refresh()

    def on_resize(self) -> None:
        """A problem may need a line of its own now, or none."""
        self._fit()

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Return the edited line, a long problem with it, or a line of the list."""
        below = long_problem(self._problem, self.text, width)
        if y == 0:
            said = said_parts("" if below else self._problem, self._note, width)
            begin = [Part(" "), Part(clean(self.sign), "key")]
            room = field_width(said, width) - len(self.sign) - 1
            edit = self._edit
            field = edit_parts(edit.text, edit.at, self._ghost, self.has_focus, room)
            return prompt_parts([*begin, *field], said, width)
        if below and y == 1:
            return below
        y -= bool(below)
        chosen = self._steps.chosen if self._steps else -1
        typed = self._steps.typed if self._steps else self.text
        return list_parts(self._completions, chosen, typed, y - 1, width)

    def on_focus(self, event: Focus) -> None:
        """Show the caret."""
        self.refresh()

    def on_blur(self, event: Blur) -> None:
        """Show no caret."""
        self.refresh()

    # what is typed

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Say that printable keys are text here, so that nobody offers them as commands."""
        return character is not None and character.isprintable()

    def on_key(self, event: Key) -> None:
        """Write a printable character; every other key is left to the bindings."""
        if character := typed_character(event):
            event.stop()
            event.prevent_default()
            self._edit.insert(character)
            self._changed()

    def on_paste(self, event: Paste) -> None:
        """Write the first line of what is pasted."""
        event.stop()
        if text := pasted(event.text):
            self._edit.insert(text)
            self._changed()

    def zone_chosen(self, zone: str) -> None:
        """Accept the completion that was clicked."""
        self._put(self._completions[int(zone)].text)

    def _changed(self) -> None:
        self._settle()
        self.post_message(self.Changed(self.text))

    def _put(self, text: str) -> None:
        """Replace the line."""
        self._edit = LineEdit(text)
        self._changed()

    def action_submit(self) -> None:
        """Hand over the text."""
        self.post_message(self.Submitted(self.text))

    def action_dismiss(self) -> None:
        """Leave."""
        self.post_message(self.Dismissed())

    def action_accept(self) -> None:
        """Take the completion chosen in the list, or the first one."""
        if self._steps:
            self._put(self.text)
        elif self._completions:
            self._put(self._completions[0].text)

    def action_right(self) -> None:
        """Go on by a character; at the end take the ghost text."""
        if self._ghost:
            self._put(self._completions[0].text)
        else:
            self.action_move("right")

    def action_move(self, where: str) -> None:
        """Go to another place of the text: the name of a method of `LineEdit`."""
        getattr(self._edit, where)()
        self.refresh()

    def action_backspace(self) -> None:
        """Erase the character before the caret; on an empty line, leave."""
        if self.text:
            self.action_erase("left")
        else:
            self.action_dismiss()

    def action_erase(self, what: str) -> None:
        """Erase a part of the text: the name of an `erase_…` method of `LineEdit`."""
        before = self.text
        getattr(self._edit, f"erase_{what}")()
        if self.text != before:
            self._changed()

    def action_step(self, step: int) -> None:
        """Go through the completions, or through the history when there are none.

        On an empty line, up is the history, as in a shell.
        """
        if self._steps is None:
            in_history = bool(self._history) and (
                not self._completions or (step < 0 and not self.text)
            )
            texts = self._history if in_history else [one.text for one in self._completions]
            self._steps = Steps(texts, self.text, around=not in_history)
            self._in_history = in_history
        text = self._steps.move(-step if self._in_history else step)
        if text != self.text:
            self._edit = LineEdit(text)
            self.post_message(self.Changed(text))
        if self._steps.chosen < 0:
            self._settle()
        else:
            self._fit()
