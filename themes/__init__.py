"""Colour themes and layout of the console: data, read through importlib.resources."""
