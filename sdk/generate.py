"""Make both clients from docs/openapi.json: `python sdk/generate.py [python|typescript]`; `make sdk` builds them too.

What is generated is not committed (docs/decisions/0004): it lies in sdk/python/src/treaty_client/generated and
sdk/typescript/src/generated.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SNAPSHOT = HERE.parent / "docs" / "openapi.json"
VERSION_MODULE = {
    "python": '"""The version of the API this client was made for."""\n\nAPI_VERSION = "{version}"\n',
    "typescript": '// The version of the API this client was made for.\nexport const API_VERSION = "{version}";\n',
}
Document = dict[str, Any]


def prepared() -> tuple[Document, str]:
    """The document as the generators need it, and the version it describes.

    A client is made for one version and sends it with every request, with a bearer credential: neither is a parameter
    of each call.
    """
    document: Document = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    version = ""
    for path in document["paths"].values():
        for operation in path.values():
            for row in operation.get("parameters", []):
                if row["name"] == "Api-Version":
                    version = row["schema"]["enum"][0]
            kept = [row for row in operation.get("parameters", []) if row["name"] != "Api-Version"]
            operation["parameters"] = kept
            operation["security"] = [row for row in operation.get("security", []) if "session" not in row]
            operation.pop("x-codeSamples", None)
    del document["components"]["securitySchemes"]["session"]
    return document, version


def make_python(document: Path, version: str) -> None:
    """openapi-python-client, as a package inside the hand-written one.

    It warns of the PDF of an agreement: it knows bytes under other media types alone, so `sync_detailed` has them.
    """
    package = HERE / "python" / "src" / "treaty_client"
    shutil.rmtree(package / "generated", ignore_errors=True)
    subprocess.run(
        [Path(sys.executable).with_name("openapi-python-client"), "generate", "--path", document, "--meta", "none",
         "--config", HERE / "python" / "generator.yml", "--output-path", package / "generated", "--overwrite"],
        check=True,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    (package / "generated" / "version.py").write_text(VERSION_MODULE["python"].format(version=version))


def make_typescript(document: Path, version: str) -> None:
    """@hey-api/openapi-ts."""
    home = HERE / "typescript"
    program = home / "node_modules" / ".bin" / "openapi-ts"
    if not program.exists():
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=home, check=True)
    subprocess.run([program, "-i", document, "-o", "src/generated", "--silent"], cwd=home, check=True)
    (home / "src" / "generated" / "version.ts").write_text(VERSION_MODULE["typescript"].format(version=version))


def main(languages: list[str]) -> None:
    """Make the clients of these languages; all of them when none is named."""
    document, version = prepared()
    path = HERE / "openapi.prepared.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        for language in languages or ["python", "typescript"]:
            {"python": make_python, "typescript": make_typescript}[language](path, version)
    finally:
        path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
