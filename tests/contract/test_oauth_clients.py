"""Independent OAuth libraries, unmodified, against a live server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.integrations.requests_client import OAuthError as AuthlibError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from django.test import Client
from oauthlib.oauth2 import BackendApplicationClient
from pytest_django import Settings
from requests_oauthlib import OAuth2Session as RequestsSession

from authn.services.oauth import IssuedClient, create_client
from common.principal import SYSTEM
from partners.models import User
from tests.conftest import make_application, make_partner

REDIRECT_URI = "https://app.acme.test/callback"
FLOWS = ("authorization_code", "client_credentials", "refresh_token")
SCRIPTS = Path(__file__).parent / "oauth"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(live_server: Any, settings: Settings) -> str:
    """A live server that is its own issuer."""
    settings.OAUTH_ISSUER = live_server.url
    return str(live_server.url)


@pytest.fixture
def issued(server: str) -> IssuedClient:
    """A client of Acme's application with every flow."""
    application = make_application(make_partner("Acme Insurance Tech"))
    return create_client(
        application=application, name="Contract", redirect_uris=[REDIRECT_URI], allowed_flows=FLOWS, actor=SYSTEM
    )


@pytest.fixture
def visit(server: str, charlie: User) -> Iterator[Callable[[str], str]]:
    """`visit(url)`: Charlie signs in, reads the consent page, allows; where the browser is sent."""
    signed_in = Client()
    signed_in.force_login(charlie)
    browser = requests.Session()
    browser.cookies.set("sessionid", signed_in.cookies["sessionid"].value)

    def decide(url: str) -> str:
        page = browser.get(url, timeout=10)
        assert page.status_code == 200, page.text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "decision": "allow"}
        answer = browser.post(url, form, headers={"Referer": url}, timeout=10, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    yield decide
    browser.close()


def metadata(server: str) -> dict[str, Any]:
    document: dict[str, Any] = requests.get(f"{server}/.well-known/oauth-authorization-server", timeout=10).json()
    return document


def test_authlib(server: str, issued: IssuedClient, visit: Callable[[str], str]) -> None:
    endpoints = metadata(server)
    with AuthlibSession(
        issued.client.client_id,
        issued.client_secret,
        scope="manage:keys read:leads",
        redirect_uri=REDIRECT_URI,
        code_challenge_method="S256",
        token_endpoint=endpoints["token_endpoint"],
    ) as session:
        verifier = "authlib-" + "v" * 40
        url, state = session.create_authorization_url(endpoints["authorization_endpoint"], code_verifier=verifier)
        callback = visit(url)
        token = session.fetch_token(authorization_response=callback, state=state, code_verifier=verifier)
        assert token["scope"] == "manage:keys read:leads"
        assert session.get(f"{server}/api/oauth/clients").status_code == 200
        renewed = session.refresh_token(endpoints["token_endpoint"])
        assert renewed["access_token"] != token["access_token"]
        assert session.get(f"{server}/api/oauth/clients").status_code == 200
        introspection = session.introspect_token(endpoints["introspection_endpoint"], token=renewed["access_token"])
        assert introspection.json()["active"] is True
        assert session.revoke_token(endpoints["revocation_endpoint"], token=renewed["access_token"]).status_code == 200
        assert session.get(f"{server}/api/oauth/clients").status_code == 401
        own = session.fetch_token(grant_type="client_credentials", scope="read:leads")
        assert own["scope"] == "read:leads"
        with pytest.raises(AuthlibError, match="invalid_grant"):
            session.refresh_token(endpoints["token_endpoint"], refresh_token=token["refresh_token"])


def test_authlib_accepts_the_metadata(db: None, settings: Settings) -> None:
    settings.OAUTH_ISSUER = "https://api.treaty.test"
    AuthorizationServerMetadata(Client().get("/.well-known/oauth-authorization-server").json()).validate()


def test_requests_oauthlib(
    server: str, issued: IssuedClient, visit: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    endpoints = metadata(server)
    client_id, secret = issued.client.client_id, issued.client_secret
    scope = ["manage:keys", "read:leads"]
    with RequestsSession(client_id, redirect_uri=REDIRECT_URI, scope=scope, pkce="S256") as session:
        url, _state = session.authorization_url(endpoints["authorization_endpoint"])
        callback = visit(url)
        token = session.fetch_token(endpoints["token_endpoint"], authorization_response=callback, client_secret=secret)
        assert token["scope"] == scope
        assert session.get(f"{server}/api/oauth/clients").status_code == 200
        renewed = session.refresh_token(endpoints["token_endpoint"], auth=(client_id, secret))
        assert renewed["refresh_token"] != token["refresh_token"]
    with RequestsSession(client=BackendApplicationClient(client_id, scope=["read:leads"])) as session:
        own = session.fetch_token(endpoints["token_endpoint"], client_id=client_id, client_secret=secret)
        assert own["scope"] == ["read:leads"]
        assert session.get(f"{server}/api/oauth/clients").status_code == 403


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The Node libraries, installed once into an ignored folder."""
    home = ROOT / "var" / "contract" / "oauth"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "flows.mjs"):
        shutil.copy(SCRIPTS / name, home / name)
    wanted = json.loads((SCRIPTS / "package.json").read_text())["dependencies"]
    installed = {
        name: json.loads(path.read_text())["version"]
        for name in wanted
        if (path := home / "node_modules" / name / "package.json").exists()
    }
    if installed != wanted:
        command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run([*command, f"--cache={home / 'cache'}"], cwd=home, check=True, timeout=100)
    return home


def run_node(home: Path, library: str, server: str, issued: IssuedClient, visit: Callable[[str], str]) -> list[Any]:
    """The steps the script told; a person answers each `visit` in between."""
    environment = {
        **os.environ,
        "ISSUER": server,
        "CLIENT_ID": issued.client.client_id,
        "CLIENT_SECRET": str(issued.client_secret),
        "REDIRECT_URI": REDIRECT_URI,
        "RESOURCE": f"{server}/api/oauth/clients",
    }
    steps = []
    with subprocess.Popen(
        ["node", "flows.mjs", library], cwd=home, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            step = json.loads(line)
            if "visit" in step:
                process.stdin.write(visit(step["visit"]) + "\n")
                process.stdin.flush()
            else:
                steps.append(step)
        errors = process.stderr.read()
    assert process.returncode == 0, errors
    return steps


needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="Node is not on this machine")


@needs_node
def test_openid_client(node_modules: Path, server: str, issued: IssuedClient, visit: Callable[[str], str]) -> None:
    assert run_node(node_modules, "openid-client", server, issued, visit) == [
        {"scope": "manage:keys read:leads", "expiresIn": 3600},
        {"resource": 200},
        {"active": True},
        {"active": False},
        {"scope": "read:leads"},
        {"error": "invalid_scope", "status": 400},
    ]


@needs_node
def test_oauth4webapi(node_modules: Path, server: str, issued: IssuedClient, visit: Callable[[str], str]) -> None:
    assert run_node(node_modules, "oauth4webapi", server, issued, visit) == [
        {"scope": "read:leads", "tokenType": "bearer"},
        {"error": "invalid_grant"},
        {"mixedUp": "refused"},
    ]
