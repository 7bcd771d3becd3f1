"""Whether the package on disk is really ours."""

from __future__ import annotations

import os

# Files of the distribution mockserver-client; ours has none of that name.
FOREIGN = ("fluent.py", "websocket_client.py")


def clash(folder: str = os.path.dirname(__file__)) -> str:
    """One sentence if another distribution has put its files among ours in ``folder``; empty if not."""
    if not any(os.path.exists(os.path.join(folder, name)) for name in FOREIGN):
        return ""
    return (
        "The distributions jira-mockserver and mockserver-client both install a package named 'mockserver' "
        f"and overwrite each other's files in {folder}: install them into separate environments."
    )
