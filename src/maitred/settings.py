"""Every setting of maitred, read once from `MAITRED_*` variables.

A bad value stops the start with the variable's name and the rule it breaks; values of secrets are never
repeated. `reference()` renders the fields as the table of docs/operations.md.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from maitred.domain.errors import InvalidInput
from maitred.notify.smtp import read_url

PREFIX: Final = "MAITRED_"

DATABASE_SCHEMES: Final = frozenset({"postgresql", "postgres"})
CLUSTER_SCHEMES: Final = {"redis": "redis-cluster", "rediss": "rediss-cluster"}
REDIS_SCHEMES: Final = frozenset({*CLUSTER_SCHEMES, *CLUSTER_SCHEMES.values()})
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
TRUE_WORDS: Final = frozenset({"1", "true", "t", "yes", "y", "on"})  # those that pydantic reads as true

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1, le=1_000)]


def default_data_dir() -> Path:
    """Where the embedded engines keep their data when nobody says otherwise.

    Root's home is closed to the account the engines run as, so root gets the system's place for state.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/maitred")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "maitred"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "maitred"


class Settings(BaseSettings):
    """The whole configuration of one process; frozen, so nothing changes it behind anyone's back."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    # -- where things are ------------------------------------------------------------------------------
    database_url: str | None = Field(
        None,
        repr=False,
        description="Postgres 15 to 18, `postgresql://user:password@host:port/database`. "
        "Unset: `maitred up` runs the embedded one.",
    )
    database_direct_url: str | None = Field(
        None,
        repr=False,
        description="The same database without its pooler, for LISTEN and migrations. Unset: `database_url`.",
    )
    database_pooled: bool = Field(
        False,
        description="`database_url` leads to a transaction pooler (PgBouncer, Supavisor): "
        "no prepared statements are kept.",
    )
    database_timeout_s: float = Field(
        5.0,
        gt=0,
        description="The longest wait for a connection, lock or statement, and ours in the middle of a transaction.",
    )
    redis_url: str | None = Field(
        None,
        repr=False,
        description="Redis 7.0+ or Valkey: `redis://`, `rediss://`, or `redis-cluster://`, `rediss-cluster://` "
        "with one or more nodes, `host:port[,host:port]`. Unset: `maitred up` runs the embedded Valkey.",
    )
    redis_cluster: bool = Field(
        False,
        description="`redis_url` names nodes of a cluster; the same as writing `redis-cluster://`.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Data of the embedded engines. As root every parent must be open to the account `nobody`.",
    )
    postgres_bin: Path | None = Field(
        None,
        description="The `postgres` executable to run embedded (with `initdb` beside it). "
        "Unset: the wheel's, then the system's.",
    )
    valkey_bin: Path | None = Field(
        None,
        description="The `valkey-server` or `redis-server` executable to run embedded. "
        "Unset: the wheel's, then the system's.",
    )

    # -- who listens, and how many ---------------------------------------------------------------------
    host: str = Field("127.0.0.1", min_length=1, description="Address the API listens on.")
    port: int = Field(8080, ge=0, le=65_535, description="Port the API listens on; 0 picks a free one.")
    api_processes: int = Field(1, ge=1, le=64, description="API processes.")
    workers: int = Field(1, ge=1, le=64, description="Worker processes.")
    worker_metrics_port: int | None = Field(
        None,
        ge=1,
        le=65_535,
        description="Port on which a worker serves its metrics; `maitred up` counts on from it, one for each worker. "
        "Unset: not served.",
    )
    api_key: SecretStr | None = Field(
        None,
        description="The first admin key; also the key that `import` and `replay` send.",
    )
    public_url: str | None = Field(
        None,
        description="Where browsers reach maitred, as `https://book.example`; sign-in by OIDC returns there. "
        "Unset: what the request says; links in messages then lead to the API's own address.",
    )
    oidc_issuer: str | None = Field(
        None,
        description="OIDC provider whose people may sign in to the Ops screens and call the API with its ID tokens.",
    )
    oidc_client_id: str | None = Field(None, description="How maitred is known to that provider.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="The client's secret; unset for a public client (PKCE is used either way)."
    )
    oidc_name: str = Field("OIDC", min_length=1, max_length=40, description="The provider's name on the sign-in page.")
    supabase_url: str | None = Field(
        None,
        description="Supabase project, `https://PROJECT.supabase.co`, whose users may sign in and call the API with "
        "their tokens. The project must confirm addresses, because an address is all that is known of them.",
    )
    supabase_jwt_secret: SecretStr | None = Field(
        None, min_length=32, description="Its legacy JWT secret, for HS256 tokens. Unset: only keys that it publishes."
    )
    newcomer_role: Literal["viewer", "host", "manager"] | None = Field(
        None,
        description="Role in every restaurant for people whom the provider vouches for and nobody has invited. "
        "Unset: they stay out.",
    )
    log_format: Literal["json", "console"] = Field(
        "console", description="`json` for collectors, `console` for people."
    )

    # -- the pipeline ----------------------------------------------------------------------------------
    flag_pipeline: Literal["on", "off"] = Field(
        "on",
        description="`feat.booking_pipeline.v1`: `off` runs the same use case inside the request.",
    )
    lock_ttl_ms: int = Field(
        30_000,
        ge=300,
        le=600_000,
        description="Life of a lock in Redis; the heartbeat comes at a third of it.",
    )
    hold_ttl_s: int = Field(
        180, ge=5, le=3_600, description="Life of a hold; an expired one blocks nobody, swept or not."
    )
    days_at_once: Count = Field(
        3, description="Service days of one restaurant that one worker decides at the same time."
    )
    batch_size: int = Field(
        32, ge=1, le=32, description="Pending bookings of a day decided under one lock and in one commit."
    )
    max_rounds: Count = Field(5, description="Rounds of assignment before manual review.")
    max_pending_s: Seconds = Field(
        120, description="Time since a booking became pending before manual review, checked between rounds."
    )
    retry_base_s: Seconds = Field(1, description="First retry delay; doubles each round, with full jitter.")
    retry_cap_s: Seconds = Field(30, description="Longest retry delay.")
    breaker_failures: Count = Field(5, description="Infrastructure failures that open a dependency's breaker.")
    breaker_open_s: Seconds = Field(15, description="How long an open breaker refuses before it lets a trial by.")
    breaker_trials: Count = Field(2, description="Successful trials that close the breaker.")
    reaper_interval_s: float = Field(
        15,
        gt=0,
        le=60,
        description="How often bookings left in progress by a dead worker are looked for; "
        "at most 60, the promised recovery time.",
    )
    outcome_days: int = Field(
        90,
        ge=0,
        le=730,
        description="Past service days from whose recorded outcomes `historical_success` learns; 0: it learns nothing.",
    )
    night_interval_s: float = Field(
        15,
        gt=0,
        le=300,
        description="How often a worker looks at the nights under way: overstays, late tables, late guests; "
        "at most 300, half a step of an overstay.",
    )

    # -- the event bus ---------------------------------------------------------------------------------
    relay_poll_ms: int = Field(
        1_000,
        ge=10,
        le=60_000,
        description="How often the relay looks at the outbox without having been notified.",
    )
    relay_republish_s: Seconds = Field(
        10, description="Age at which an outbox row that a subscriber has not taken is sent again."
    )
    stream_shards: int = Field(
        1, ge=1, le=256, description="Streams per subject, by hash of the restaurant. Change only when drained."
    )
    stream_maxlen: int = Field(
        100_000,
        ge=1_000,
        description="Approximate bound of each stream; the outbox re-feeds what was trimmed too early.",
    )
    outbox_retention_hours: int = Field(72, ge=1, le=8_760, description="How long a delivered outbox row is kept.")

    event_retention_hours: int = Field(
        168,
        ge=96,
        le=8_760,
        description="How long events can be replayed or resumed from, and the log of webhooks is kept; longer than "
        "the tries of a delivery take.",
    )
    webhooks_private: bool = Field(
        False,
        description="Webhooks may go to addresses of our own network, and by plain HTTP to this machine: "
        "for development, or receivers behind the same firewall.",
    )

    # -- messages --------------------------------------------------------------------------------------
    mail_url: SecretStr | None = Field(
        None,
        description="Mail server, `smtp://user:password@host:port` (STARTTLS; `?tls=required`, `offered` or `off`) or "
        "`smtps://`. Unset: messages are kept and read on the page Messages of the Ops screens, and none leaves.",
    )
    mail_from: str = Field(
        "no-reply@localhost",
        pattern=r"^[^@\s<>]+@[^@\s<>]+$",
        description="Address that messages come from where a restaurant has none of its own. "
        "Needed with a mail server.",
    )
    undo_wait_s: float = Field(
        8,
        ge=0,
        le=600,
        description="How long a message waits that staff may still take back, and how long tables that were given back "
        "are kept from those who wait for room.",
    )
    message_retention_days: int = Field(
        90, ge=7, le=3_650, description="How long messages are kept after they ended and their booking is over."
    )

    # -- promises to callers ---------------------------------------------------------------------------
    idempotency_hours: int = Field(
        24, ge=24, le=8_760, description="How long an Idempotency-Key keeps its answer; never under a day."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_spelling_of_cluster(cls, values: Any) -> Any:
        """Make the scheme and the flag agree, so that readers may look at either."""
        url = values.get("redis_url") if isinstance(values, dict) else None
        if not isinstance(url, str):
            return values
        scheme, separator, rest = url.partition("://")
        if scheme in CLUSTER_SCHEMES.values():
            return {**values, "redis_cluster": True}
        if scheme in CLUSTER_SCHEMES and str(values.get("redis_cluster")).lower() in TRUE_WORDS:
            return {**values, "redis_url": f"{CLUSTER_SCHEMES[scheme]}{separator}{rest}"}
        return values

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        for name in ("database_url", "database_direct_url"):
            _check_url(name, getattr(self, name), DATABASE_SCHEMES)
        _check_url("redis_url", self.redis_url, REDIS_SCHEMES)
        for name in ("public_url", "oidc_issuer", "supabase_url"):
            _check_url(name, getattr(self, name), frozenset({"https", "http"}))
            _check_secure(name, getattr(self, name))
        if self.mail_url:
            _check_mail(self.mail_url.get_secret_value())
        return self

    @model_validator(mode="after")
    def _check_pairs(self) -> Self:
        if self.database_direct_url and not self.database_url:
            raise ValueError(f"{PREFIX}DATABASE_DIRECT_URL: needs {PREFIX}DATABASE_URL as well")
        if self.redis_cluster and not self.redis_url:
            raise ValueError(f"{PREFIX}REDIS_CLUSTER: needs {PREFIX}REDIS_URL as well")
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError(f"{PREFIX}OIDC_ISSUER: needs {PREFIX}OIDC_CLIENT_ID as well, and the other way round")
        if self.supabase_jwt_secret and not self.supabase_url:
            raise ValueError(f"{PREFIX}SUPABASE_JWT_SECRET: needs {PREFIX}SUPABASE_URL as well")
        if self.mail_url and "mail_from" not in self.model_fields_set:
            raise ValueError(f"{PREFIX}MAIL_URL: needs {PREFIX}MAIL_FROM as well")
        if self.retry_cap_s < self.retry_base_s:
            raise ValueError(f"{PREFIX}RETRY_CAP_S: must not be below {PREFIX}RETRY_BASE_S")
        return self

    @property
    def reached_at(self) -> str:
        """The address at which guests reach us, without a slash at its end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def listen_url(self) -> str | None:
        """The address that LISTEN and migrations use: past the pooler when there is one."""
        return self.database_direct_url or self.database_url


def load_settings(**overrides: Any) -> Settings:
    """Read the environment; `overrides` (a command's options) win over it when they are not None.

    Raises InvalidInput (code `invalid_setting`) that names every variable at fault and its rule.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as refused:
        faults = [_fault(error) for error in refused.errors(include_input=False, include_url=False)]
        raise InvalidInput(
            "; ".join(faults), code="invalid_setting", field=faults[0].partition(":")[0], faults=faults
        ) from None


def unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Variables that look like ours and are read by nobody: most likely a typo, worth a warning at start.

    Not an error, because container platforms inject `MAITRED_SERVICE_HOST` and the like on their own.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return tuple(sorted(name for name in environ if name.upper().startswith(PREFIX) and name.upper() not in known))


def hide_password(url: str) -> str:
    """Return the address fit for a log: without the password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@", 1)).geturl()


def reference() -> str:
    """Return every setting as a Markdown table: variable, default, meaning."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_shown_default(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _shown_default(name: str) -> str:
    if name == "data_dir":
        return "`~/.local/share/maitred`; root: `/var/lib/maitred`"
    default = Settings.model_fields[name].default
    return "" if default is None else f"`{default}`"


def _check_url(name: str, url: str | None, schemes: frozenset[str]) -> None:
    if url is None:
        return
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        known = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise ValueError(f"{PREFIX}{name.upper()}: must start with {known}")
    if parts.scheme in REDIS_SCHEMES and not parts.hostname:
        raise ValueError(f"{PREFIX}{name.upper()}: must name a host")


def _check_mail(url: str) -> None:
    try:
        read_url(url)
    except InvalidInput as fault:
        raise ValueError(f"{PREFIX}MAIL_URL: {fault.message}") from None


def _check_secure(name: str, url: str | None) -> None:
    """Over plain HTTP anybody on the way could become anybody; only this machine is near enough."""
    parts = urlsplit(url or "")
    if name != "public_url" and parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        raise ValueError(f"{PREFIX}{name.upper()}: must start with https:// unless it is on this machine")


def _fault(error: Mapping[str, Any]) -> str:
    """Say one fault as `VARIABLE: rule`, without the value."""
    rule = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return rule  # a rule over several settings names its variable itself
    variable = PREFIX + str(error["loc"][0]).upper()
    if error["type"] == "extra_forbidden":
        return f"{variable}: no such setting"
    return f"{variable}: {rule[:1].lower()}{rule[1:]}"
