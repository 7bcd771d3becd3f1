"""pytest fixtures and options, nothing else; imports nothing heavy until a fixture is used."""
