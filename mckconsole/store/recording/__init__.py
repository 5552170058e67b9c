"""Recordings: what the store held, moment by moment, in one file; written here and read back."""
