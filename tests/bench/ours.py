"""Our server in a process of its own, with its switches.

``python ours.py [uvloop] [ordinary] [faults=N]`` prints where it listens, as JSON, and runs until it is
ended.
"""

from __future__ import annotations

import json
import os
import sys
import threading

from mockserver.cli.launch import Wanted, world
from mockserver.server import MockServer
from mockserver.world import Worlds


def main() -> None:
    switches = dict(one.partition("=")[::2] for one in sys.argv[1:])
    default = world(Wanted())
    elsewhere = {"operation": "getIssue", "status": 503, "times": None}
    for number in range(int(switches.get("faults", 0))):
        default.fault({**elsewhere, "match": {"path": {"issueIdOrKey": f"ABC-{number}"}}})
    server = MockServer(Worlds(default), direct="ordinary" not in switches, uvloop="uvloop" in switches)
    with server:
        print(json.dumps({"url": server.url, "pid": os.getpid()}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
