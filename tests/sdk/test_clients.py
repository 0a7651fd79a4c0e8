"""Both clients, built as they are handed out, against a running platform with a real delivery to verify."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.api.documents import openapi
from common.api.samples import BASE
from common.api.versions.registry import CURRENT
from config.environment import ROOT
from tests.receivers import Receiver
from tests.stack import Stack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]
SDK = ROOT / "sdk"
SCENARIOS = Path(__file__).parent
SEED = """
from authn.services.keys import generate_api_key
from common.principal import SYSTEM
from integrations.services.integrations import create_integration
from tests.conftest import make_application, make_partner
for language in ("python", "typescript"):
    application = make_application(make_partner(language))
    issued = generate_api_key(application=application, scopes=["manage:webhooks", "read:leads"], actor=SYSTEM)
    integration = create_integration(application=application, integration_name="Acme CRM", actor=SYSTEM)
    print("SEED", language, issued.full_key, integration.pk)
"""
# Nobody listens where the samples call: every other error is the sample's.
RUN_SAMPLES = """
import json, sys
import httpx
failed = {}
for name, text in json.load(sys.stdin).items():
    try:
        exec(text, {})
        failed[name] = "it was answered"
    except httpx.ConnectError:
        pass
    except Exception as error:
        failed[name] = repr(error)
print(json.dumps(failed))
"""
Command = list[str]


def run(command: Command, home: Path, text: str = "") -> Any:
    """What a program told."""
    done = subprocess.run(
        command, cwd=home, input=text, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(home), "TREATY_KEY": "tk_test"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def seeds(stack: Stack) -> dict[str, list[str]]:
    """Key and integration for each language."""
    result = stack.platform.manage("shell", "-v", "0", "-c", SEED)
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("SEED")]
    return {row[1]: row[2:] for row in rows}


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, Path]:
    """The wheel, built and unpacked."""
    home = tmp_path_factory.mktemp("python-client")
    subprocess.run([sys.executable, SDK / "generate.py", "python"], check=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", home / "dist", SDK / "python"],
        check=True,
        capture_output=True,
    )
    (wheel,) = (home / "dist").glob("*.whl")
    shutil.unpack_archive(wheel, home, "zip")
    shutil.copy(SCENARIOS / "scenario.py", home)
    return [sys.executable, "scenario.py"], home


@pytest.fixture(scope="module")
def typescript_client(tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, Path]:
    """The package, compiled, and the scenario compiled against it."""
    home = tmp_path_factory.mktemp("typescript-client")
    subprocess.run([sys.executable, SDK / "generate.py", "typescript"], check=True)
    package = SDK / "typescript"
    compiler = str(package / "node_modules" / ".bin" / "tsc")
    installed = home / "node_modules" / "treaty-client"
    subprocess.run([compiler, "-p", package, "--outDir", installed / "dist"], check=True)
    shutil.copy(package / "package.json", installed)
    (home / "node_modules" / "@types").symlink_to(package / "node_modules" / "@types")
    (home / "node_modules" / "undici-types").symlink_to(package / "node_modules" / "undici-types")
    shutil.copy(SCENARIOS / "scenario.mts", home)
    options = ["--strict", "--target", "ES2022", "--module", "NodeNext", "--types", "node", "--skipLibCheck"]
    compile_it = [compiler, *options, "scenario.mts"]
    compiled = subprocess.run(compile_it, cwd=home, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stdout
    return ["node", "scenario.mjs"], home


def samples(language: str) -> dict[str, str]:
    """The samples of the reference that use a client, by operation."""
    return {
        operation["operationId"]: row["source"]
        for item in openapi()["paths"].values()
        for operation in item.values()
        for row in operation["x-codeSamples"]
        if row["lang"] == language and "connect(" in row["source"]
    }


def test_every_python_sample_runs_up_to_the_call(python_client: tuple[Command, Path]) -> None:
    _, home = python_client
    given = {name: text.replace(BASE, "http://127.0.0.1:1") for name, text in samples("python").items()}
    assert len(given) > 80
    assert run([sys.executable, "-c", RUN_SAMPLES], home, json.dumps(given)) == {}


def test_every_typescript_sample_compiles(typescript_client: tuple[Command, Path]) -> None:
    _, home = typescript_client
    directory = home / "samples"
    directory.mkdir()
    for name, text in samples("typescript").items():
        (directory / f"{name}.mts").write_text(text, encoding="utf-8")
    compiler = str(SDK / "typescript" / "node_modules" / ".bin" / "tsc")
    options = ["--noEmit", "--strict", "--target", "ES2022", "--module", "NodeNext", "--types", "node"]
    command = [compiler, *options, "--skipLibCheck", *sorted(map(str, directory.iterdir()))]
    compiled = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stdout


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_client_works(
    language: str, stack: Stack, seeds: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    command, home = request.getfixturevalue(f"{language}_client")
    receiver = Receiver()
    try:
        base = receiver.url.removesuffix("/hook")
        told = run([*command, stack.platform.url, *seeds[language], base], home)
        (delivery,) = receiver.wait(1, timeout=30)
    finally:
        receiver.stop()
    secret = told.pop("secret")
    assert told == {
        "created": [f"{base}/0", f"{base}/1"],
        "repeated": ["true", True],
        "listed": [f"{base}/{number}" for number in range(3)],
        "changed": "Changed",
        "refused": [404, "not_found"],
        "field": [400, "cursor"],
        "version": CURRENT,
    }
    genuine = {"headers": delivery.headers, "body": delivery.body.decode(), "secret": secret}
    late = {**delivery.headers, "webhook-timestamp": str(int(delivery.headers["webhook-timestamp"]) - 301)}
    attempts = [
        genuine,
        {**genuine, "body": genuine["body"] + " "},
        {**genuine, "secret": "whsec_" + "A" * 43 + "="},
        {**genuine, "headers": {**delivery.headers, "webhook-signature": "v1,nonsense"}},
        {**genuine, "headers": late},
        {**genuine, "headers": {}},
    ]
    verdicts = [run([*command, "verify"], home, json.dumps(attempt)) for attempt in attempts]
    assert verdicts == [True, False, False, False, False, False]
