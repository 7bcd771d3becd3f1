"""Kordiam: what its fixtures cannot say in words."""
