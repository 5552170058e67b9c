"""Demo: crumbs to a place four levels deep; a click goes back to one of them."""

from __future__ import annotations

from textual.app import App, ComposeResult

from mckwidgets.crumbs import Crumbs
from mckwidgets.linepaint import TextSpan
from mckwidgets.roles import DEFAULT_VARIABLES

PATH = ("mesh", "gcp-eu-1 ⇄ aws-use1-1", "Gateway submariner-operator/gke-gw-a", "yaml")
RIGHT = (TextSpan("6 of 12", "warn"), TextSpan(" · /state:error · worst first"))


class CrumbsDemo(App[None]):
    """A line of crumbs."""

    def compose(self) -> ComposeResult:
        yield Crumbs()

    def on_mount(self) -> None:
        self.query_one(Crumbs).set(PATH, RIGHT)

    def on_crumbs_chosen(self, message: Crumbs.Chosen) -> None:
        self.query_one(Crumbs).set(PATH[: message.index + 1], RIGHT)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    CrumbsDemo().run()
