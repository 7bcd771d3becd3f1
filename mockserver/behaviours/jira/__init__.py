"""Jira Cloud: what its fixtures leave to Python. A module is a noun; paths, statuses, words are in YAML."""
