"""Dated tables shipped with the product, with their provenance."""
