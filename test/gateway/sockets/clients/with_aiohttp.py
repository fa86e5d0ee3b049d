"""A client that uses the library aiohttp, which cannot send fragments."""

import asyncio
import sys

from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
from commands import emit, run_commands

url, token = sys.argv[1:]
headers = {"Authorization": f"Bearer {token}"}


async def main():
    async with ClientSession(headers=headers) as session:
        # Without autoping, the program sees pongs and answers pings.
        options = {"protocols": ["parley.v1"], "compress": 15, "autoping": False}
        try:
            socket = await session.ws_connect(url, **options)
        except WSServerHandshakeError as refusal:
            return emit(refused=refusal.status)
        emit(protocol=socket.protocol, extensions="permessage-deflate" if socket.compress else None)
        await asyncio.gather(read(socket), run_commands(lambda command: run(socket, command)))


async def read(socket):
    async for message in socket:
        match message.type:
            case WSMsgType.TEXT:
                emit(frame=message.data)
            case WSMsgType.PING:
                await socket.pong(message.data)
            case WSMsgType.PONG:
                emit(pong=True)
    # While the program itself closes, this is None.
    if socket.close_code:
        emit(closed=socket.close_code)


async def run(socket, command):
    match command:
        case {"text": text}:
            await socket.send_str(text)
        case {"latin1": text}:
            await socket.send_frame(text.encode("latin1"), WSMsgType.TEXT)
        case {"binary": text}:
            await socket.send_bytes(text.encode())
        case {"ping": _}:
            await socket.ping()
        case {"close": code}:
            await socket.close(code=code)
            emit(closed=socket.close_code)


asyncio.run(main())
