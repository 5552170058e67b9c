"""How it is tabulated: one PaneSpec per pane, shared by the terminal UI and the reports."""
