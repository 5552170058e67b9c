"""How roles look: one theme variable each, so that a theme decides and a widget never does.

The variables have defaults made of Textual's own, so a widget also works in an application whose
themes know nothing of them, if that application's `get_theme_variable_defaults` returns
`DEFAULT_VARIABLES`.
"""

from __future__ import annotations

from collections.abc import Mapping

ROLES = (
    "plain",
    "ok",
    "warn",
    "critical",
    "connecting",
    "stale",
    "unknown",
    "forbidden",
    "dim",
    "heading",
)

DEFAULT_VARIABLES: Mapping[str, str] = {
    "status-plain": "ansi_default",
    "status-ok": "ansi_green",
    "status-warn": "ansi_yellow",
    "status-critical": "ansi_red",
    "status-connecting": "ansi_cyan",
    "status-stale": "ansi_yellow",
    "status-unknown": "ansi_magenta",
    "status-forbidden": "ansi_magenta",
    "status-dim": "ansi_bright_black",
    "status-heading": "ansi_default",
    # text-style words (`bold`, `reverse`, `underline`, `none`), for themes without colour
    "status-plain-style": "none",
    "status-ok-style": "none",
    "status-warn-style": "none",
    "status-critical-style": "bold",
    "status-connecting-style": "none",
    "status-stale-style": "none",
    "status-unknown-style": "none",
    "status-forbidden-style": "none",
    "status-dim-style": "none",
    "status-heading-style": "bold",
    "cursor-background": "ansi_blue",
    "cursor-foreground": "ansi_bright_white",
    "match-background": "ansi_yellow",
    "match-foreground": "ansi_black",
    "news-background": "ansi_bright_black",
    "mark-foreground": "ansi_cyan",
    "bar-background": "ansi_default",
    "bar-foreground": "ansi_default",
    # text-style words again; without them nothing of this would be seen without colour
    "cursor-style": "bold",
    "match-style": "underline",
    "news-style": "none",
    "mark-style": "bold",
    "bar-style": "none",
}
"""Every variable that the widgets use, with a default. The defaults are checked by the demos."""


def role_classes(prefix: str) -> set[str]:
    """Component classes `PREFIX--ROLE` for every role."""
    return {f"{prefix}--{role}" for role in ROLES}


def role_css(selector: str, prefix: str) -> str:
    """Rules that give each component class of `role_classes` its role's colour and style."""
    return "\n".join(
        f"{selector} > .{prefix}--{role} {{"
        f" color: $status-{role}; text-style: $status-{role}-style; }}"
        for role in ROLES
    )
