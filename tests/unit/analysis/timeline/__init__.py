"""Tests of the timeline: what becomes an entry, when it was, and what is kept."""
