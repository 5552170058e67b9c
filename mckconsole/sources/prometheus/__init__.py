"""Prometheus and what speaks like it: instant queries and federation, attributed to clusters."""
