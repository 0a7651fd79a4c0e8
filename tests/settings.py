"""Settings of the test suite: the production settings with throw-away secrets, no HTTPS, and fast password hashing."""

from pathlib import Path

import environ

environ.Env.read_env(Path(__file__).with_name("env"), overwrite=False)

from config.settings import *  # noqa: E402, F403 (a settings module is a namespace)
from config.settings import INSTALLED_APPS as BASE_APPS  # noqa: E402 (the environment must be complete first)
from config.settings import STORAGES as BASE_STORAGES  # noqa: E402 (the environment must be complete first)

# New passwords fast; that of the demonstration as it is everywhere.
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
STORAGES = {**BASE_STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Tests change rows in transactions that never commit, which no revocation can announce. Those of the gate turn it on.
CREDENTIAL_SNAPSHOT_SECONDS = 0.0
# The live server serves static files only when their app goes by its own name.
INSTALLED_APPS = ["django.contrib.staticfiles" if "staticfiles" in app.lower() else app for app in BASE_APPS]
