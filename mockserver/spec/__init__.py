"""Fixtures and schemas, read into frozen values; holds no state."""
