"""A mock of Jira Cloud and of the tools that link to it, for tests and local work."""
