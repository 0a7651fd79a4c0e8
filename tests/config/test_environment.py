from __future__ import annotations

import io
import string
import subprocess
import sys
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.environment import (
    ROOT,
    ConfigurationError,
    Environment,
    Variable,
    parse_bool,
    parse_choice,
    parse_database,
    parse_email,
    parse_encryption_keys,
    parse_int,
    parse_list,
    parse_networks,
    parse_secret,
    parse_url,
)
from tests.running import clean_environment

AES_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="

GOOD: list[tuple[Callable[[str], Any], str, Any]] = [
    (parse_bool, "true", True),
    (parse_bool, "ON", True),
    (parse_bool, "0", False),
    (parse_bool, " no ", False),
    (parse_list, "a, b,,c ", ["a", "b", "c"]),
    (parse_int(1, 10), "10", 10),
    (parse_choice("json", "console"), "json", "json"),
    (parse_url("http", "https"), "https://treaty.test/", "https://treaty.test"),
    (parse_secret, "s" * 32, "s" * 32),
    (parse_encryption_keys, f"k2:{AES_KEY},k1:{AES_KEY}", {"k2": b"kkk" * 10 + b"kk", "k1": b"kkk" * 10 + b"kk"}),
    (parse_networks, "10.0.0.0/8, ::1", [ip_network("10.0.0.0/8"), ip_network("::1/128")]),
]

BAD: list[tuple[Callable[[str], Any], str]] = [
    (parse_bool, "maybe"),
    (parse_int(1, 10), "0"),
    (parse_int(1, 10), "11"),
    (parse_int(1, 10), "ten"),
    (parse_int(1, 10), "1.5"),
    (parse_choice("json", "console"), "xml"),
    (parse_url("http", "https"), "treaty.test"),
    (parse_url("http", "https"), "ftp://treaty.test"),
    (parse_url("http", "https"), "https://"),
    (parse_secret, "short"),
    (parse_encryption_keys, "k1:not base64"),
    (parse_encryption_keys, "k1:c2hvcnQ="),
    (parse_encryption_keys, AES_KEY),
    (parse_encryption_keys, ","),
    (parse_networks, "10.0.0.1/8"),
    (parse_networks, "somewhere"),
    (parse_database, "mysql://root@db/treaty"),
    (parse_database, "sqlite:///db.sqlite3"),
]


@pytest.mark.parametrize(("parse", "raw", "value"), GOOD)
def test_good_values(parse: Callable[[str], Any], raw: str, value: Any) -> None:
    assert parse(raw) == value


@pytest.mark.parametrize(("parse", "raw"), BAD)
def test_bad_values(parse: Callable[[str], Any], raw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SETTING", raw)
    with pytest.raises(ConfigurationError) as caught:
        Environment().read(Variable("SOME_SETTING", parse, "what it is for"))
    assert str(caught.value).startswith(f"SOME_SETTING {raw!r} is not valid: ")
    assert "\n" not in str(caught.value)


def test_a_database_on_a_unix_socket() -> None:
    config = parse_database("postgres://treaty:pw@%2Frun%2Fpostgres/treaty")
    assert {key: config[key] for key in ("HOST", "USER", "PASSWORD", "NAME")} == {
        "HOST": "/run/postgres",
        "USER": "treaty",
        "PASSWORD": "pw",
        "NAME": "treaty",
    }


def test_an_smtp_url() -> None:
    config = parse_email("smtp+tls://user:pw@mail.test:587")
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"], config["EMAIL_USE_TLS"]) == ("mail.test", 587, True)


def test_a_secret_may_come_from_a_file_and_never_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("f" * 40 + "\n", encoding="utf-8")
    monkeypatch.setenv("SOME_SECRET_FILE", str(path))
    variable = Variable("SOME_SECRET", parse_secret, "what it is for", secret=True)
    assert Environment().read(variable) == "f" * 40
    monkeypatch.setenv("SOME_SECRET", "tooshort")
    with pytest.raises(ConfigurationError) as caught:
        Environment().read(variable)
    assert str(caught.value) == "SOME_SECRET is not valid: expected at least 32 characters"


PRODUCTION = {
    "SECRET_KEY": string.ascii_letters + string.digits,
    "API_KEY_PEPPER": "q7" * 30,
    "FIELD_ENCRYPTION_KEYS": f"k1:{AES_KEY}",
    "DATABASE_URL": "postgres://treaty@db.internal/treaty",
    "REDIS_URL": "redis://valkey.internal:6379/0",
    "ALLOWED_HOSTS": "partners.example.com",
    "PUBLIC_URL": "https://partners.example.com",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A production process: its environment and nothing of this machine's."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), *arguments],
        env={**clean_environment(), "TREATY_DATA": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set: signs sessions and tokens; at least 32 random characters"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set: PostgreSQL 15 or newer, as a postgres:// URL"),
        ({"WEBHOOK_MAX_RETRIES": "many"}, "WEBHOOK_MAX_RETRIES 'many' is not valid: "),
        ({"PAYOUT_SCHEDULE": "daily"}, "PAYOUT_SCHEDULE 'daily' is not valid: expected one of weekly, monthly"),
        ({"BROKER_URL": "kafka://x"}, "BROKER_URL 'kafka://x' is not valid: expected a URL starting with redis://"),
        (
            {"SECRET_KEY_FILE": "/run/secrets/typo"},
            "SECRET_KEY_FILE '/run/secrets/typo' cannot be read: No such file or directory\n",
        ),
        ({"EMAIL_URL_FILE": "/"}, "EMAIL_URL_FILE '/' cannot be read: Is a directory\n"),
        (
            {"EMAIL_URL_FILE": sys.executable},
            f"EMAIL_URL_FILE '{sys.executable}' cannot be read: it is not UTF-8 text\n",
        ),
        (
            {"BROKER_URL": "amqp://a;amqp://b:x"},
            "BROKER_URL 'amqp://a;amqp://b:x' is not valid: Port could not be cast",
        ),
    ],
)
def test_production_stops_with_one_line_that_names_the_variable(change: dict[str, str], line: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if f"{name}_FILE" not in change}
    result = manage("check", **{**given, **change})
    assert result.returncode == 1
    assert result.stderr.startswith(line)
    assert result.stderr.count("\n") == 1


def test_an_environment_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "env").write_bytes(b"SECRET_KEY=\xff\n")
    result = manage("check", **{**PRODUCTION, "TREATY_DATA": str(tmp_path)})
    assert result.returncode == 1
    assert result.stderr == f"{tmp_path}/env cannot be read: it is not UTF-8 text\n"


def test_check_deploy_is_clean_with_production_settings() -> None:
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "System check identified no issues (0 silenced).\n"


def test_the_configuration_page_is_current() -> None:
    written = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    output = io.StringIO()
    call_command("document_settings", stdout=output)
    assert output.getvalue() == written, "run `manage.py document_settings > docs/configuration.md`"
