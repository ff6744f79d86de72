"""A TCP proxy that counts what passes: the bytes that a client costs its cluster."""

from __future__ import annotations

import asyncio
import threading
from typing import Self

BUFFER_BYTES = 1 << 16


class CountingProxy:
    """Forwards connections to a port of loopback, in a thread of its own.

    ``target`` may be set once that port is known; ``sent`` and ``received`` are bytes, as the
    clients see them.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.target = 0
        self.sent = 0
        self.received = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._connected, "127.0.0.1", self.port), self._loop
        ).result()
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def reset(self) -> None:
        """Count from zero again."""
        self.sent = self.received = 0

    async def _connected(
        self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(
            self._forward(client_reader, writer, upstream=True),
            self._forward(reader, client_writer, upstream=False),
        )

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upstream: bool
    ) -> None:
        try:
            while data := await reader.read(BUFFER_BYTES):
                if upstream:
                    self.sent += len(data)
                else:
                    self.received += len(data)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
