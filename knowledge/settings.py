"""Every setting, read from the environment or a `.env` file; `.env.example` explains them for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from knowledge.domain import Consent, Join

Ids = Annotated[frozenset[int], NoDecode]


class Settings(BaseSettings):
    """Read once by each process's composition root, then passed on in pieces."""

    model_config = SettingsConfigDict(
        env_prefix="YIDAO_", env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    # Where things are.
    data_dir: Path = Path("data")
    database_url: str | None = None

    # Finding.
    embedding_model: str = "multilingual-e5-small"
    threads: int | None = Field(default=None, ge=1, le=256)
    reranker_model: str = ""
    reranker_ms: int = Field(default=400, ge=1, le=60_000)

    # Telling doctors what changed since they asked.
    notes_days: int = Field(default=180, ge=1, le=3650)
    notes_a_day: int = Field(default=3, ge=1, le=100)

    # Reading.
    read_timeout: float = Field(default=60.0, gt=0)
    read_memory_mb: int = Field(default=2048, ge=256)

    # Privacy.
    consent: Consent = Consent.ASK
    question_days: int = Field(default=365, ge=0, le=36_500)
    backup_days: int = Field(default=30, ge=0, le=36_500)
    messages_a_minute: int = Field(default=20, ge=0, le=10_000)
    messages_a_day: int = Field(default=300, ge=0, le=1_000_000)

    # Telegram.
    bot_token: SecretStr | None = None
    telegram_base_url: str = "https://api.telegram.org/bot"
    telegram_base_file_url: str = "https://api.telegram.org/file/bot"
    telegram_proxy: str | None = None
    telegram_rate: float = Field(default=29.0, ge=0, le=1000)
    announce_rate: float = Field(default=25.0, gt=0, le=1000)
    announce_at_least_once: bool = False
    join: Join = Join.OPEN
    coordinator_ids: Ids = frozenset()
    admin_ids: Ids = frozenset()

    log_level: str = "INFO"

    @field_validator("coordinator_ids", "admin_ids", mode="before")
    @classmethod
    def _ids(cls, value: object) -> object:
        """`1001, 1002` in an environment variable; commas or spaces, also full-width commas."""
        if isinstance(value, int):
            return frozenset({value})
        if isinstance(value, str):
            try:
                return frozenset(int(part) for part in value.replace("，", ",").replace(",", " ").split())
            except ValueError as error:
                raise ValueError("must be Telegram ids (whole numbers) separated by commas") from error
        return value

    @field_validator("bot_token", mode="after")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @field_validator("log_level", mode="after")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def library_url(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'yidao.sqlite3'}"

    @property
    def files_dir(self) -> Path:
        """The documents as they were loaded, by content hash."""
        return self.data_dir / "files"

    @property
    def uploads_dir(self) -> Path:
        """Files sent in chat that are not read yet."""
        return self.data_dir / "uploads"

    @property
    def terms_file(self) -> Path:
        """The coordinators' own terms; it need not exist."""
        return self.data_dir / "terms.csv"

    @property
    def cache_dir(self) -> Path:
        """What can be made again from the database: the keyword index, the converted model."""
        return self.data_dir / "cache"
