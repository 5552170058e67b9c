"""Tests of the version analysis."""
