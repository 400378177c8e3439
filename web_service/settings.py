"""Settings that every service has; a service adds its own and says its prefix.

    class Settings(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix="ISSUER_", frozen=True)

Read once at start and passed on as values. What only tests need is refused outside test mode, and test mode is refused
in production. The mode (demo, production) is written into the data folder by `init`, never an environment variable.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from web_service.errors import WebError

Mode = Literal["demo", "production"]
_MODE_FILE = "mode"
S = TypeVar("S", bound="ServiceSettings")


def data_home() -> Path:
    """`$XDG_DATA_HOME/todiste`, where everything lives unless told otherwise."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "todiste"


def read_mode(data_dir: Path) -> Mode | None:
    """What `init` wrote, None before `init`."""
    try:
        text = (data_dir / _MODE_FILE).read_text("ascii").strip()
    except FileNotFoundError:
        return None
    if text == "demo":
        return "demo"
    if text == "production":
        return "production"
    raise WebError("settings_invalid", name=str(data_dir / _MODE_FILE))


def write_mode(data_dir: Path, mode: Mode) -> None:
    """Write the mode once; the same again changes nothing, another one is refused (`settings_invalid`)."""
    before = read_mode(data_dir)
    if before == mode:
        return
    if before is not None:
        raise WebError("settings_invalid", name=str(data_dir / _MODE_FILE))
    (data_dir / _MODE_FILE).write_text(mode + "\n", "ascii")


class ServiceSettings(BaseSettings):
    """Common settings; every one also as an environment variable with the service's prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)
    service: ClassVar[str] = "service"

    data_dir: Path = Field(default_factory=data_home)
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: str = ""
    database_url: str = ""
    demo_trust: Path = Field(
        default_factory=lambda: data_home() / "demo-trust",
        validation_alias=AliasChoices("demo_trust", "TODISTE_DEMO_TRUST"),
    )
    trust_dir: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    metrics_token: str = Field(default="", repr=False)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    drain_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    test_mode: bool = False
    clock_offset_file: Path | None = None
    egress_map: Path | None = None
    fail_at: str | None = None

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, value: str) -> str:
        """An origin alone: scheme, host, port. A path would have to appear in every well-known URL."""
        if not value:
            return value
        parts = urlsplit(value)
        plain = parts.path in ("", "/") and not parts.query and not parts.fragment and parts.username is None
        if parts.scheme not in ("https", "http") or not parts.hostname or not plain:
            raise ValueError("public_url")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key belong together")
        return self

    @property
    def origin(self) -> str:
        """The public URL; without the setting, the address that is listened on."""
        if self.public_url:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls_cert else 'http'}://{host}:{self.port}"

    @property
    def database(self) -> str:
        """The database URL; without the setting, a file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / (self.service + '.db')}"

    @property
    def trust(self) -> Path:
        """The folder of trust anchors."""
        return self.trust_dir or self.data_dir / "trust"

    def check_test_mode(self, mode: Mode | None) -> None:
        """Raise WebError: `test_mode_refused` in production, `test_mode_needed` for a setting that only tests have."""
        if self.test_mode:
            if mode == "production":
                raise WebError("test_mode_refused")
            return
        for name in ("clock_offset_file", "egress_map", "fail_at"):
            if getattr(self, name) is not None:
                raise WebError("test_mode_needed", name=f"{self.model_config.get('env_prefix', '')}{name.upper()}")

    def loopback(self) -> bool:
        """Whether the public URL is plain http on this machine, which demo mode alone may have."""
        parts = urlsplit(self.origin)
        return parts.scheme == "http" and is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """127.0.0.0/8, ::1 and the exact name `localhost`."""
    if host in ("localhost", "::1"):
        return True
    numbers = host.split(".")
    return len(numbers) == 4 and numbers[0] == "127" and all(part.isdecimal() and int(part) < 256 for part in numbers)


def read_settings(kind: type[S], given: Mapping[str, Any]) -> S:
    """Settings from the command line (`given`, None means not given) over the environment.

    Raises WebError("settings_invalid", name=…) with the name of the first wrong one, never its value.
    """
    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        place = error.errors(include_input=False, include_context=False, include_url=False)[0]["loc"]
        raise WebError("settings_invalid", name=".".join(str(part) for part in place) or "tls_cert") from None
