"""How to reach the cluster: read once from the environment or a file, then passed around."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, FilePath, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConfigError(ValueError):
    """The configuration is incomplete or contradicts itself; the message says where."""


class Settings(BaseSettings):
    """Connection and naming, from ``HEDGEWIRE_*`` variables or a file of the same names.

    The names of the security settings are those of librdkafka and the Java clients, with
    underscores. Secrets come from the environment or the file only, never from an argument,
    and show as ``**********`` wherever a settings object is printed.
    """

    model_config = SettingsConfigDict(env_prefix="HEDGEWIRE_", frozen=True, extra="ignore")

    bootstrap_servers: str = "localhost:9092"
    topic_prefix: str = ""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_ca_location: Path | None = None
    ssl_certificate_location: Path | None = None
    ssl_key_location: Path | None = None
    ssl_key_password: SecretStr | None = None
    profile: Literal["accurate", "fast"] = "accurate"
    threads: int = Field(default=2, ge=1)
    gazetteer: FilePath | None = None

    @model_validator(mode="after")
    def _credentials_are_complete(self) -> Self:
        if self.uses_sasl and (self.sasl_username is None or self.sasl_password is None):
            raise ValueError(
                f"security protocol {self.security_protocol} needs HEDGEWIRE_SASL_USERNAME "
                "and HEDGEWIRE_SASL_PASSWORD"
            )
        if self.ssl_key_location and not self.ssl_certificate_location:
            raise ValueError(
                "HEDGEWIRE_SSL_KEY_LOCATION needs HEDGEWIRE_SSL_CERTIFICATE_LOCATION beside it"
            )
        return self

    def topic(self, name: str) -> str:
        """Return a topic's full name on the cluster."""
        return self.topic_prefix + name

    def group(self, processor: str) -> str:
        """Return the name of a processor's consumer group."""
        return f"{self.topic_prefix}hedgewire.{processor}"

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.security_protocol.endswith("SSL")

    @property
    def uses_sasl(self) -> bool:
        """Whether the connection authenticates by name and password."""
        return self.security_protocol.startswith("SASL")

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return the TLS context that both Kafka clients use, ``None`` without TLS.

        Raises:
            ConfigError: A certificate or key file cannot be read.
        """
        if not self.uses_tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ssl_ca_location)
            if self.ssl_certificate_location:
                password = self.ssl_key_password
                context.load_cert_chain(
                    self.ssl_certificate_location,
                    self.ssl_key_location,
                    password.get_secret_value() if password else None,
                )
        except OSError as error:
            raise ConfigError(f"TLS files: {error}") from error
        return context


def load_settings(
    bootstrap_servers: str | None = None,
    topic_prefix: str | None = None,
    file: Path | None = None,
) -> Settings:
    """Read the settings; arguments win over the environment, the environment over the file.

    The file has one ``HEDGEWIRE_NAME=value`` a line, as Compose and systemd read them.

    Raises:
        ConfigError: The file is missing, or a value is wrong; secrets are not repeated.
    """
    if file is not None and not file.is_file():
        raise ConfigError(f"there is no configuration file {file}")
    given: dict[str, Any] = {"bootstrap_servers": bootstrap_servers, "topic_prefix": topic_prefix}
    try:
        return Settings(
            _env_file=file, **{key: value for key, value in given.items() if value is not None}
        )
    except ValidationError as error:
        reasons = "; ".join(
            ": ".join([*(f"HEDGEWIRE_{str(part).upper()}" for part in item["loc"]), item["msg"]])
            for item in error.errors(include_input=False, include_url=False)
        )
        raise ConfigError(reasons) from None
