"""Holding the mock, and clients of it, against what is documented."""
