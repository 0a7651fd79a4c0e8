"""Code samples in the OpenAPI document: every operation in curl, and with the Python and TypeScript clients."""

from __future__ import annotations

import json
import re
from pprint import pformat
from typing import Any

from common.api.compatibility import METHODS
from common.api.examples import BY_FORMAT, BY_NAME, sample

BASE = "https://partners.example.com"
KEY = "$TREATY_KEY"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
HEADERS = {"Authorization", "Api-Version", "Idempotency-Key"}


def add_samples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 (drf-spectacular's signature)
    """Postprocessing hook, after the examples: `x-codeSamples` on every operation."""
    schemas = result.get("components", {}).get("schemas", {})
    for path, item in result.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                item[method]["x-codeSamples"] = Sample(method.upper(), path, item[method], schemas).rows()
    return result


class Sample:
    """One operation with the values of its example."""

    def __init__(self, method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
        self.method, self.path, self.operation, self.schemas = method, path, operation, schemas
        content = operation.get("requestBody", {}).get("content", {})
        self.is_form = FORM in content
        self.body = brief(content.get(FORM) or content.get(JSON), schemas)
        self.is_stream = any("text/event-stream" in row.get("content", {}) for row in operation["responses"].values())
        self.is_oauth = "oauthClient" in json.dumps(operation.get("security", []))
        required = [row for row in operation.get("parameters", []) if row.get("required")]
        self.in_path = {row["name"]: row for row in required if row["in"] == "path"}
        self.query = {row["name"]: value_of(row, schemas) for row in required if row["in"] == "query"}
        self.headers = {
            row["name"]: value_of(row, schemas)
            for row in required
            if row["in"] == "header" and row["name"] not in HEADERS
        }

    def rows(self) -> list[dict[str, str]]:
        """The three samples."""
        python, typescript = (
            (self.python_form(), self.typescript_form()) if self.is_form else (self.python(), self.typescript())
        )
        return [
            {"lang": "curl", "label": "curl", "source": self.curl()},
            {"lang": "python", "label": "Python", "source": python},
            {"lang": "typescript", "label": "TypeScript", "source": typescript},
        ]

    @property
    def url(self) -> str:
        """The address with the values of the example."""
        path = re.sub(r"\{(\w+)\}", lambda found: value_of(self.in_path[found[1]], self.schemas), self.path)
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{BASE}{path}{'?' if query else ''}{query}"

    def curl(self) -> str:
        """For a shell."""
        lines = ["curl" + (f" -X {self.method}" if self.method != "GET" else "") + f' "{self.url}"']
        if self.is_oauth:
            lines.append('-u "$CLIENT_ID:$CLIENT_SECRET"')
        elif any("bearer" in row for row in self.operation.get("security", [])):
            lines.append(f'-H "Authorization: Bearer {KEY}"')
        lines += [f'-H "{name}: {value}"' for name, value in self.headers.items()]
        if self.is_form:
            lines += [f'--data-urlencode "{name}={value}"' for name, value in self.body.items()]
        elif self.body is not None:
            lines.append(f'-H "Content-Type: {JSON}"')
            lines.append("-d " + shell_quoted(json.dumps(self.body, indent=2, ensure_ascii=False)))
        return " \\\n  ".join(lines)

    # --- Python ---

    def python(self) -> str:
        """With treaty_client."""
        connect = f'client = connect("{BASE}", os.environ["TREATY_KEY"])'
        if self.is_stream:
            return "\n".join([
                "import os\n", "from treaty_client import connect\n", connect,
                f'with client.get_httpx_client().stream("GET", "{self.path}", timeout=None) as response:',
                "    for line in response.iter_lines():",
                "        print(line)",
            ])  # fmt: skip
        name = self.operation["operationId"]
        tag = self.operation["tags"][0].replace("-", "_")
        lines = [f"from treaty_client.generated.api.{tag} import {name}"]
        arguments = []
        for parameter, row in self.in_path.items():
            value = json.dumps(value_of(row, self.schemas))
            is_uuid = row["schema"].get("format") == "uuid"
            arguments.append(f"{snake(parameter)}={f'UUID({value})' if is_uuid else value}")
        arguments.append("client=client")
        arguments += [f"{snake(key)}={json.dumps(value)}" for key, value in {**self.query, **self.headers}.items()]
        body = ""
        if (model := self.body_model()) is not None:
            lines.append(f"from treaty_client.generated.models import {model}")
            written = pformat(self.body, sort_dicts=False, width=88)
            indented = written.replace("\n", "\n    ")
            body = f"body = {model}.from_dict(\n    {indented}\n)\n"
            if isinstance(self.body, list):
                body = f"rows = {written}\nbody = [{model}.from_dict(row) for row in rows]\n"
            arguments.append("body=body")
        has_uuid = any("UUID(" in argument for argument in arguments)
        imports = ["import os", *(["from uuid import UUID"] if has_uuid else []), ""]
        imports += ["from treaty_client import answered, connect", *lines]
        call = f"{name}.sync({', '.join(arguments)})"
        if len(call) > 90:
            call = f"{name}.sync(\n    " + ",\n    ".join(arguments) + ",\n)"
        last = f"print(answered({call}))" if "\n" not in call else f"answer = {call}\nprint(answered(answer))"
        return "\n".join([*imports, "", connect, f"{body}{last}"])

    def body_model(self) -> str | None:
        """The generated class of the body."""
        schema = self.operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
        reference = schema.get("$ref") or schema.get("items", {}).get("$ref")
        return reference.rpartition("/")[2] if reference and self.body is not None else None

    def python_form(self) -> str:
        """OAuth's endpoints take forms and the client's own credentials; any HTTP or OAuth library will do."""
        return "\n".join([
            "import requests",
            "",
            f'response = requests.post("{self.url}", auth=(client_id, client_secret), timeout=10, data={{',
            *[f"    {json.dumps(name)}: {json.dumps(value)}," for name, value in self.body.items()],
            "})",
            "response.raise_for_status()",
            "print(response.json())",
        ])  # fmt: skip

    # --- TypeScript ---

    def typescript(self) -> str:
        """With treaty-client."""
        name = camel(self.operation["operationId"])
        members = ["client"]
        if self.in_path:
            pairs = [f"{key}: {json.dumps(value_of(row, self.schemas))}" for key, row in self.in_path.items()]
            members.append(f"path: {{ {', '.join(pairs)} }}")
        for part, values in (("query", self.query), ("headers", self.headers)):
            if values:
                members.append(f"{part}: {json.dumps(values)}")
        if self.body is not None:
            written = json.dumps(self.body, indent=2, ensure_ascii=False)
            members.append(f"body: {written.replace(chr(10), chr(10) + '  ')}")
        call = f"{name}({{ {', '.join(members)} }})"
        connect = f'const client = connect("{BASE}", process.env.TREATY_KEY!);'
        if self.is_stream:
            return "\n".join([
                f'import {{ connect, {name} }} from "treaty-client";\n', connect,
                f"const {{ stream }} = await {call};",
                "for await (const event of stream) console.log(event);",
            ])  # fmt: skip
        if len(call) > 90 or "\n" in call:
            call = f"{name}({{\n  " + ",\n  ".join(members) + ",\n})"
        return "\n".join([
            f'import {{ answered, connect, {name} }} from "treaty-client";',
            "",
            connect,
            f"console.log(await answered({call}));",
        ])  # fmt: skip

    def typescript_form(self) -> str:
        """As in Python."""
        return "\n".join([
            f'const response = await fetch("{self.url}", {{',
            '  method: "POST",',
            "  headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },",
            f"  body: new URLSearchParams({json.dumps(self.body)}),",
            "});",
            "if (!response.ok) throw new Error(await response.text());",
            "console.log(await response.json());",
        ])  # fmt: skip


def example_of(content: dict[str, Any] | None, schemas: dict[str, Any]) -> Any:
    """The body of the example; None without a body."""
    if content is None:
        return None
    if "example" in content:
        return content["example"]
    if examples := content.get("examples"):
        return next(iter(examples.values()))["value"]
    return sample(content.get("schema", {}), schemas)


def brief(content: dict[str, Any] | None, schemas: dict[str, Any]) -> Any:
    """The example with what must be given, or, where nothing must, with its first two members."""
    example = example_of(content, schemas)
    schema = (content or {}).get("schema", {})
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if not isinstance(example, dict) or "properties" not in schema:
        return example
    kept = schema.get("required") or list(example)[:2]
    return {name: value for name, value in example.items() if name in kept}


def value_of(row: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A value of a parameter."""
    schema = row.get("schema", {})
    if row["name"] in BY_NAME:
        return str(BY_NAME[row["name"]])
    if row["in"] == "path" and schema.get("type") == "string" and row["name"] in {"id", "pk"}:
        return BY_FORMAT["uuid"]
    return str(sample(schema, schemas))


def snake(name: str) -> str:
    """As the Python client calls it."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())


def camel(name: str) -> str:
    """As the TypeScript client calls it."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def shell_quoted(text: str) -> str:
    """In single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"
