"""The commands of foreign-sockets.test.ts: one JSON object per line, on stdin and stdout."""

import asyncio
import json
import sys


def emit(**event):
    print(json.dumps(event), flush=True)


async def run_commands(run):
    """Runs each command of stdin until it ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        await run(json.loads(line))
