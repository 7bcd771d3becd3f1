"""The bare aiohttp server that everything is compared with: constant bytes from ``web.Application``.

``python bare.py GET_BYTES POST_BYTES [uvloop]`` prints where it listens, as JSON, and runs until it is ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from aiohttp import web


def application(sizes: dict[str, int]) -> web.Application:
    """Answers GET and POST with so many bytes each."""
    bodies = {method: b"[" + b" " * (size - 2) + b"]" for method, size in sizes.items()}

    async def get(request: web.Request) -> web.Response:
        return web.Response(body=bodies["GET"], content_type="application/json")

    async def post(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=bodies["POST"], content_type="application/json")

    app = web.Application()
    app.add_routes([web.get("/bare", get), web.post("/bare", post)])
    return app


async def serve(sizes: dict[str, int]) -> None:
    runner = web.AppRunner(application(sizes), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}", "pid": os.getpid()}), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    sizes = {"GET": int(sys.argv[1]), "POST": int(sys.argv[2])}
    if "uvloop" in sys.argv[3:]:
        import uvloop

        uvloop.run(serve(sizes))
    else:
        asyncio.run(serve(sizes))


if __name__ == "__main__":
    main()
