"""Mesh health: what each cluster says of its tunnels, judged against what the others say."""
