"""Rows and findings as documents: table, JSON."""
