"""Settings: where they come from, and that they keep their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streams.config import ConfigError, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_arguments_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hedgewire.env"
    file.write_text("HEDGEWIRE_BOOTSTRAP_SERVERS=file:1\nHEDGEWIRE_TOPIC_PREFIX=file.\n")
    assert load_settings(file=file).bootstrap_servers == "file:1"
    monkeypatch.setenv("HEDGEWIRE_BOOTSTRAP_SERVERS", "environment:1")
    assert load_settings(file=file).bootstrap_servers == "environment:1"
    settings = load_settings("argument:1", file=file)
    assert (settings.bootstrap_servers, settings.topic_prefix) == ("argument:1", "file.")
    assert settings.topic("articles") == "file.articles"
    assert settings.group("tagger") == "file.hedgewire.tagger"


def test_a_secret_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEDGEWIRE_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("HEDGEWIRE_SASL_USERNAME", "desk")
    monkeypatch.setenv("HEDGEWIRE_SASL_PASSWORD", "hunter2")
    assert "hunter2" not in repr(load_settings())
    monkeypatch.setenv("HEDGEWIRE_SASL_MECHANISM", "hunter2")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "HEDGEWIRE_SASL_MECHANISM" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"SECURITY_PROTOCOL": "SASL_SSL"}, "HEDGEWIRE_SASL_USERNAME"),
        ({"SSL_KEY_LOCATION": "key.pem"}, "HEDGEWIRE_SSL_CERTIFICATE_LOCATION"),
        ({"SECURITY_PROTOCOL": "tls"}, "HEDGEWIRE_SECURITY_PROTOCOL"),
        ({"THREADS": "0"}, "HEDGEWIRE_THREADS"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"HEDGEWIRE_{name}", value)
    with pytest.raises(ConfigError, match=says):
        load_settings()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.env"):
        load_settings(file=tmp_path / "none.env")
