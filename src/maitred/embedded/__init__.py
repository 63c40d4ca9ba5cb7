"""The bundled Postgres and Valkey under a supervisor of our own: `maitred up` without installing anything."""

from maitred.embedded.discovery import Binary, find_postgres, find_valkey
from maitred.embedded.engine import Engine
from maitred.embedded.errors import DataDirInUse, DataDirUnusable, EmbeddedError, EngineFailed, EngineNotFound
from maitred.embedded.postgres import EmbeddedPostgres
from maitred.embedded.supervisor import Child, RestartPolicy, Supervisor
from maitred.embedded.valkey import EmbeddedValkey

__all__ = [
    "Binary",
    "Child",
    "DataDirInUse",
    "DataDirUnusable",
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedValkey",
    "Engine",
    "EngineFailed",
    "EngineNotFound",
    "RestartPolicy",
    "Supervisor",
    "find_postgres",
    "find_valkey",
]
