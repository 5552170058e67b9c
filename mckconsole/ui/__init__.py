"""The terminal application: shows what the store holds and the analysis says, computes nothing."""
