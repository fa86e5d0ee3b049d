"""A client that uses the library websockets."""

import asyncio
import sys

from commands import emit, run_commands
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

url, token = sys.argv[1:]
headers = {"Authorization": f"Bearer {token}"}


async def main():
    options = {"subprotocols": ["parley.v1"], "compression": "deflate", "proxy": None}
    try:
        socket = await connect(url, additional_headers=headers, **options)
    except InvalidStatus as refusal:
        return emit(refused=refusal.response.status_code)
    extensions = socket.response.headers.get("Sec-WebSocket-Extensions")
    emit(protocol=socket.subprotocol, extensions=extensions)
    await asyncio.gather(read(socket), run_commands(lambda command: run(socket, command)))


async def read(socket):
    try:
        while True:
            emit(frame=await socket.recv())
    except ConnectionClosed:
        emit(closed=socket.close_code)


async def run(socket, command):
    match command:
        case {"text": text}:
            await socket.send(text)
        case {"fragments": parts}:
            await socket.send(parts)
        case {"latin1": text}:
            await socket.send(text.encode("latin1"), text=True)
        case {"binary": text}:
            await socket.send(text.encode())
        case {"ping": _}:
            await (await socket.ping())
            emit(pong=True)
        case {"close": code}:
            await socket.close(code)


asyncio.run(main())
