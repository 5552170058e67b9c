"""Tests of the comparison between clusters."""
