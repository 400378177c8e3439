"""The issuer's settings: those of every service, and a few of its own. All also as ISSUER_* in the environment."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from web_service.settings import ServiceSettings, data_home


class IssuerSettings(ServiceSettings):
    """Read once at start and handed on as a value."""

    model_config = SettingsConfigDict(env_prefix="ISSUER_", frozen=True, extra="forbid", env_ignore_empty=True)
    service: ClassVar[str] = "issuer"

    data_dir: Path = Field(default_factory=lambda: data_home() / "issuer")
    port: Annotated[int, Field(ge=0, le=65535)] = 8001
    types_dir: Path | None = None
    passphrase_file: Path | None = None
    offer_days: Annotated[int, Field(ge=1, le=60)] = 14
    retention_days: Annotated[int, Field(ge=0, le=3650)] = 30
    code_seconds: Annotated[int, Field(ge=10, le=600)] = 600
    token_seconds: Annotated[int, Field(ge=10, le=300)] = 300
    nonce_seconds: Annotated[int, Field(ge=10, le=300)] = 300
    # None: 60 seconds, in a demo installation 2, so that a change is seen while people watch.
    status_ttl: Annotated[int, Field(ge=1, le=3600)] | None = None

    @property
    def keys_dir(self) -> Path:
        """One folder an organisation, and the passphrase."""
        return self.data_dir / "keys"

    @property
    def passphrase(self) -> Path:
        """The file with the passphrase of the private keys."""
        return self.passphrase_file or self.keys_dir / "passphrase"
