"""The Idempotency-Key of a request, with the hash that tells a repeat from another request."""

import hashlib
from typing import Final

import orjson
from pydantic import BaseModel

from maitred.api.call import Call
from maitred.api.headers import idempotency_key
from maitred.usecases.accept import IdempotencyKey

REPLAYED: Final = {"Idempotency-Replayed": "true"}


def key_of(call: Call, body: BaseModel) -> IdempotencyKey | None:
    """Return the key and the hash of method, path and body; None without a key.

    The body is hashed as understood, so order of fields, white space and spelled-out defaults make no difference.
    Caller and restaurant need no place in the hash: a key belongs to both (the ledger's primary key).
    """
    key = idempotency_key(call.request)
    if key is None:
        return None
    parts = [call.request.method, call.request.scope["path"], body.model_dump(mode="json")]
    return IdempotencyKey(key, hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest())
