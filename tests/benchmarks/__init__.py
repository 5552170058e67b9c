"""Benchmarks: each prints our figure beside the one it is judged against, measured in one run.

Run all with `make bench`, some with `python -m tests.benchmarks inventory memory`. Servers run in a
process of their own; each contender runs in a fresh interpreter, in turn (A B A B …), so that a
machine whose speed drifts cannot favour one of them. Medians are printed, and ratios of medians.
"""
