"""Runs the application on uvicorn: announces when it listens, and lets those who wait go when it stops."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from maitred.api.call import Front

GRACE_S = 10
KEEP_ALIVE_S = 65  # longer than the usual idle time of a load balancer, so that it is the one to close


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to its owner and ends long polls before it waits for requests to finish."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        front: Front = self.config.app.state.front  # type: ignore[union-attr]
        front.close()
        await super().shutdown(sockets)


async def serve(
    app: FastAPI,
    listener: socket.socket,
    *,
    stop: asyncio.Event,
    announce: Callable[[], None] | None = None,
    access_log: bool = False,
) -> None:
    """Serve on a bound socket until `stop` is set, then finish what is being answered (at most 10 s).

    `announce` is called once connections are accepted. Raises RuntimeError when the application does not start.
    """
    config = uvicorn.Config(
        app,
        access_log=access_log,
        log_config=None,
        server_header=False,
        lifespan="on",
        loop="none",
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    try:
        await _either(server.listening, running)
        if not server.started:
            raise RuntimeError("The application did not start; the log says why.")
        if announce:
            announce()
        await _either(stop, running)
    finally:
        server.should_exit = True
        await running


async def _either(event: asyncio.Event, running: asyncio.Task[None]) -> None:
    """Return when the event is set or the server has ended, whichever is first."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
