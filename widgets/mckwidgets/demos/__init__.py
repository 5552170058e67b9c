"""One small application per widget: what it looks like, and what its test drives."""
