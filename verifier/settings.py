"""The verifier's settings, each also as `VERIFIER_*`; what every service has stands in web_service.settings."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from web_service.settings import ServiceSettings, data_home

# Named places where a test kills the process (`--test-mode`); `--help` lists them.
FAULT_POINTS = ("request.stored", "response.verified", "result.stored", "result.erased")


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="VERIFIER_", frozen=True, extra="forbid", env_ignore_empty=True)
    service: ClassVar[str] = "verifier"

    data_dir: Path = Field(default_factory=lambda: data_home() / "verifier")
    port: Annotated[int, Field(ge=0, le=65535)] = 8002
    types_dir: Path | None = None
    key_passphrase_file: Path | None = None
    # A presentation request lives ten minutes; "more time" makes a new one.
    request_seconds: Annotated[int, Field(ge=10, le=600)] = 600
    # What nobody attached to a case is gone after a day.
    result_seconds: Annotated[int, Field(ge=60, le=86400)] = 86400
    support: str = "tuki@todiste.example"
