"""Services across clusters: who exports, who imports, and whether that agrees."""
