"""Settings: one class, read from the environment (prefix TALENTFLUX_) and from a `.env` file."""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    """Where the program runs."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How log lines look."""

    JSON = "json"
    CONSOLE = "console"


class SmtpTls(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Settings(BaseSettings):
    """All settings of TalentFlux. `.env.example` lists them; a test holds the two against each other."""

    model_config = SettingsConfigDict(
        env_prefix="TALENTFLUX_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Environment = Field(default=Environment.DEVELOPMENT, description="development, test or production.")
    data_folder: Path = Field(
        default=Path("data"), description="Where the embedded database, files and imported taxonomies lie."
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL 15 or later with pgvector, as a role that owns nothing; empty: the embedded one.",
    )
    database_owner_url: SecretStr | None = Field(
        default=None, description="The same database as the owner of the tables, used by migrations only."
    )
    database_pool_size: int = Field(default=10, ge=1, le=200, description="Connections per process.")
    host: str = Field(
        default="127.0.0.1",
        description="Address the API listens on; beyond loopback in production with allowed hosts only.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port the API listens on; 0 takes a free one.")
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="Where people reach this server; links in e-mails begin with it."
    )
    allowed_hosts: str = Field(
        default="", description="Host names served beside this machine's own, separated by commas."
    )
    trusted_proxies: str = Field(
        default="",
        description="Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas.",
    )
    cors_origins: str = Field(
        default="", description="Origins whose pages may use the API, such as https://app.example.com, by commas."
    )
    concurrent_requests: int = Field(
        default=200, ge=1, description="Requests a process answers at a time; further ones get 503."
    )
    header_timeout_seconds: float = Field(
        default=10.0, gt=0, description="A client that has not sent its request line and headers by then is let go."
    )
    body_timeout_seconds: float = Field(
        default=15.0, gt=0, description="Waiting for a body, beside a second for each KiB that came; beyond that 408."
    )
    shutdown_seconds: float = Field(
        default=8.0, gt=0, le=60, description="A stopping process lets requests and jobs finish for so long."
    )
    redis_url: SecretStr | None = Field(
        default=None, description="Redis or Valkey for rate limits and cache of several processes; empty: in process."
    )
    redis_timeout_seconds: float = Field(
        default=0.1, gt=0, le=5, description="A Redis that takes longer counts as down for a moment."
    )
    rate_limit_address: int = Field(
        default=6000, ge=0, description="Requests a minute from one network address; 0: no limit."
    )
    rate_limit_login: int = Field(
        default=60, ge=0, description="Of these, POST requests under /api/v1/auth; 0: no limit."
    )
    rate_limit_apply: int = Field(
        default=20, ge=0, description="Of these, applications through public forms; 0: no limit."
    )
    rate_limit_account: int = Field(default=3000, ge=0, description="Requests a minute of one account; 0: no limit.")
    rate_limit_key: int = Field(default=6000, ge=0, description="Requests a minute of one API key; 0: no limit.")
    metrics_token: SecretStr | None = Field(
        default=None, description="Bearer token for /metrics from beyond this machine; empty: refused from there."
    )
    otlp_endpoint: str | None = Field(
        default=None, description="OTLP over HTTP for traces, such as http://127.0.0.1:4318; needs the extra `otel`."
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level that is logged."
    )
    log_format: LogFormat = Field(default=LogFormat.CONSOLE, description="console for people, json for collectors.")
    master_key: SecretStr | None = Field(
        default=None, description="Base64 of 32 random bytes that protect personal data; `talentflux keys generate`."
    )
    master_key_file: Path | None = Field(
        default=None, description="A file with the master key; without both, development makes one in the data folder."
    )
    master_key_previous: SecretStr | None = Field(
        default=None, description="The master key before, while `talentflux keys rotate --master` runs."
    )
    key_management: str = Field(
        default="", description="package.module:factory of a key management of your own; empty: the master key above."
    )
    smtp_host: str = Field(
        default="", description="Mail server; empty: development writes e-mail to `outbox` in the data folder."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port: 587 for starttls, 465 for tls.")
    smtp_user: str = Field(default="", description="Log in to it as; empty: no log-in.")
    smtp_password: SecretStr | None = Field(default=None, description="For the log-in.")
    smtp_tls: SmtpTls = Field(default=SmtpTls.STARTTLS, description="starttls, tls or none.")
    smtp_ca_file: Path | None = Field(
        default=None, description="Certificate of the authority that signed the mail server's; empty: the system's."
    )
    smtp_timeout_seconds: float = Field(
        default=60.0, gt=0, le=600, description="Longest wait for one answer of the mail server."
    )
    email_from: str = Field(
        default="talentflux@localhost", description="Sender of e-mails, such as Example Jobs <jobs@example.com>."
    )
    email_reply_to: str = Field(default="", description="Where answers to e-mails go; empty: to the sender.")
    outbound_allowed: str = Field(
        default="",
        description="Inner hosts, host:port or networks that addresses given by users may lead to, by commas.",
    )
    webhook_delivery_days: int = Field(
        default=30, ge=4, le=3650, description="How long the log of webhooks' deliveries is kept."
    )
    dns_server: str = Field(
        default="", description="host:port that is asked whether a domain is an organization's; empty: the system's."
    )
    file_store: str = Field(default="", description="s3://bucket/prefix, or empty for the data folder.")
    embedder: str = Field(default="static", description="static, openai:MODEL or minilm.")
    openai_api_key: SecretStr | None = Field(default=None, description="For openai:MODEL.")
    openai_base_url: str | None = Field(default=None, description="Any OpenAI-compatible endpoint.")
    parser_processes: int = Field(
        default=0, ge=0, le=256, description="Children that read files; 0 means one per core."
    )
    parser_timeout_seconds: float = Field(default=10.0, gt=0, description="A file that takes longer is given up.")
    parser_memory_mib: int = Field(default=512, ge=128, description="A file that needs more is given up.")
    apply_difficulty: int = Field(
        default=16,
        ge=0,
        le=24,
        description="Leading zero bits of the puzzle of public forms; each more doubles the work; 0: no work.",
    )
    upload_limit_mib: int = Field(default=20, ge=1, le=1024, description="Largest single resume.")
    archive_limit_mib: int = Field(default=1024, ge=1, description="Largest zip archive of resumes.")
    import_limit_mib: int = Field(default=64, ge=1, le=512, description="Largest table of an import.")
    worker_stalled_seconds: float = Field(
        default=10.0, ge=1, le=600, description="A worker silent for so long counts as dead and its jobs run again."
    )
    worker_metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port of a worker's /metrics: on this machine alone, unless a token is set; 0: none.",
    )
    worker_concurrency: int = Field(default=2, ge=1, le=64, description="Jobs that one worker runs at a time.")

    @property
    def taxonomy_file(self) -> Path:
        """Where an imported taxonomy is kept."""
        return self.data_folder / "taxonomy.json"

    @property
    def taxonomy_overlay(self) -> Path | None:
        """The imported taxonomy, if there is one."""
        return self.taxonomy_file if self.taxonomy_file.is_file() else None


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
