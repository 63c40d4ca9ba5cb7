"""The three Lua scripts (locks/lua/*.lua), each an atomic step on one server.

A script is called by its digest; a server that does not know it (new, restarted, SCRIPT FLUSH) is sent the text once.
The driver's own `register_script` loads the text on every primary of a cluster and so fails when any one of them is
down; EVAL on the key's own server needs only that one, and leaves no gap between loading and calling.
"""

import hashlib
from importlib import resources
from typing import Any, cast

from redis.exceptions import NoScriptError

from maitred.locks.redis_client import Client, translated


class LuaScript:
    """One script of this package, bound to a client."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = cast(Any, client)  # the driver types one method for its sync and async use
        self._text = (resources.files("maitred.locks") / "lua" / f"{name}.lua").read_text("utf-8")
        self._digest = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: tuple[str, ...], *arguments: str | int) -> int:
        """Run the script; raises RedisUnavailable."""
        with translated():
            try:
                return int(await self._client.evalsha(self._digest, len(keys), *keys, *arguments))
            except NoScriptError:
                return int(await self._client.eval(self._text, len(keys), *keys, *arguments))


class LockScripts:
    """Acquire, extend and release; what each promises stands in its Lua header."""

    def __init__(self, client: Client) -> None:
        self._acquire = LuaScript(client, "acquire")
        self._extend = LuaScript(client, "extend")
        self._release = LuaScript(client, "release")

    async def acquire(self, keys: tuple[str, ...], token: str, ttl_ms: int) -> bool:
        """Take all keys or none; False when another owner has one."""
        return await self._acquire(keys, token, ttl_ms) == 1

    async def extend(self, keys: tuple[str, ...], token: str, ttl_ms: int) -> bool:
        """Renew all keys or none; False when one is no longer this owner's."""
        return await self._extend(keys, token, ttl_ms) == 1

    async def release(self, keys: tuple[str, ...], token: str) -> int:
        """Delete what is still this owner's; returns how many that were."""
        return await self._release(keys, token)
