"""Python for what YAML cannot say, one folder per service."""
