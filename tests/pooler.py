"""A transaction pooler in front of the real Postgres, reduced to what clients notice of one.

Like PgBouncer in transaction mode: a server connection is lent from the first message of a transaction to its
ReadyForQuery, session state stays with the server, unknown startup parameters are refused, and the process id of the
greeting is made up. The first client of a server connection logs in through it; later ones get the same greeting.
"""

import asyncio
import struct
from dataclasses import dataclass
from typing import Final

IDLE: Final = b"I"
ENDS: Final = (b"S", b"Q")  # Sync and Query: the server answers until it is ready
ACCEPTED: Final = frozenset({"user", "database", "client_encoding", "application_name", "datestyle", "timezone"})
FAKE_PID: Final = 2_000_000_000
SSL_REQUEST: Final = 80877103
CANCEL_REQUEST: Final = 80877102


@dataclass(eq=False, slots=True)
class Server:
    """One connection to Postgres, lent to one client at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class TransactionPooler:
    """Stands before a Postgres on loopback with a fixed number of server connections, taken in turn.

    A `strict` one refuses startup parameters it does not know, as PgBouncer does; another passes them on.
    """

    def __init__(self, port: int, servers: int = 2, *, strict: bool = True) -> None:
        self._target = port
        self._strict = strict
        self._wanted = servers
        self._servers: list[Server] = []
        self._greeting: list[tuple[bytes, bytes]] = []
        self._free: asyncio.Queue[Server] = asyncio.Queue()
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    @property
    def port(self) -> int:
        """The port clients connect to."""
        assert self._listener is not None
        return int(self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Drop every connection."""
        assert self._listener is not None
        self._listener.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            server.writer.close()
        await self._listener.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._greet(reader, writer):
                await self._lend(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    # -- logging in ------------------------------------------------------------------------------------

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Log a client in; False when it wanted something else or was refused."""
        startup = await _startup(reader)
        while struct.unpack("!I", startup[:4])[0] == SSL_REQUEST:
            writer.write(b"N")
            startup = await _startup(reader)
        if struct.unpack("!I", startup[:4])[0] == CANCEL_REQUEST:
            return False
        names = {name.decode().lower() for name in startup[4:].rstrip(b"\0").split(b"\0")[::2]}
        if self._strict and (unknown := names - ACCEPTED):
            writer.write(_refusal(f"unsupported startup parameter: {min(unknown)}"))
            await writer.drain()
            return False
        async with self._opening:
            if len(self._servers) < self._wanted:
                await self._open(startup, reader, writer)
                return True
        greeting = [(b"R", struct.pack("!I", 0)), *self._greeting, (b"Z", IDLE)]
        writer.write(b"".join(_message(kind, body) for kind, body in greeting))
        await writer.drain()
        return True

    async def _open(self, startup: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let a client log in at the server itself, and keep what the server said."""
        server = Server(*await asyncio.open_connection("127.0.0.1", self._target))
        server.writer.write(struct.pack("!I", len(startup) + 4) + startup)
        greeting: list[tuple[bytes, bytes]] = []
        while True:
            kind, body = await _read(server.reader)
            if kind == b"K":
                body = struct.pack("!I", FAKE_PID) + body[4:]
            if kind in (b"S", b"K"):
                greeting.append((kind, body))
            writer.write(_message(kind, body))
            if kind == b"R" and struct.unpack("!I", body[:4])[0] in (10, 11):  # the client has to answer
                server.writer.write(_message(*await _read(reader)))
            if kind == b"E":
                raise ConnectionError("the server refused the login")
            if kind == b"Z":
                break
        self._greeting = greeting
        self._servers.append(server)
        self._free.put_nowait(server)

    # -- lending ---------------------------------------------------------------------------------------

    async def _lend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Give the client a server for each of its transactions."""
        while True:
            first = await _read(reader)
            if first[0] == b"X":
                return
            server = await self._free.get()
            # Not given back when the client leaves in the middle: nobody else may find its transaction open.
            await self._transaction(first, server, reader, writer)
            self._free.put_nowait(server)

    async def _transaction(
        self, first: tuple[bytes, bytes], server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answering = asyncio.create_task(_answer(server.reader, writer))
        message = first
        try:
            while True:
                server.writer.write(_message(*message))
                if message[0] in ENDS and await answering == IDLE:
                    return
                if answering.done():
                    answering = asyncio.create_task(_answer(server.reader, writer))
                message = await _read(reader)
        except BaseException:
            server.writer.close()
            self._servers.remove(server)
            raise
        finally:
            answering.cancel()


async def _answer(source: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Pass an answer on until the server is ready again; returns its transaction status."""
    while True:
        kind, body = await _read(source)
        writer.write(_message(kind, body))
        if kind == b"Z":
            await writer.drain()
            return body


async def _startup(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack("!I", await reader.readexactly(4))
    return await reader.readexactly(length - 4)


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    kind, length = struct.unpack("!cI", await reader.readexactly(5))
    return kind, await reader.readexactly(length - 4)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _refusal(text: str) -> bytes:
    fields = {"S": "FATAL", "V": "FATAL", "C": "08P01", "M": text}
    return _message(b"E", b"".join(name.encode() + value.encode() + b"\0" for name, value in fields.items()) + b"\0")
