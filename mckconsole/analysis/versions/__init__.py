"""Which clusters are due for an upgrade, what blocks each, and in which order they may go."""
