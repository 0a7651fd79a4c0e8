"""Importing partners: rows a second and memory of `manage.py import_partners`, which has to be flat.

One record is a partner with a contact, a signed agreement, an application with a key, and a day of usage. A tenth of
the rows is imported first, in a process of its own: ten times the rows may take no more than FLAT times its memory.

    python -m bench.imports [--rows 100000]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from bench.instance import Instance

FLAT = 1.25


def record(number: int) -> str:
    """One line of the file."""
    name = f"Partner {number}"
    usage = {"metricName": "api_calls", "unit": "calls", "usageDate": "2026-01-01T12:00:00Z", "metricValue": "250"}
    return json.dumps(
        {
            "externalId": f"crm-{number}",
            "partnerName": name,
            "partnerType": "technology",
            "status": "active",
            "tier": "premium",
            "country": "US",
            "contacts": [{"contactName": "Ann", "email": f"ann@p{number}.example", "isPrimary": True}],
            "agreements": [{"agreementType": "msa", "title": "Master services agreement", "signedDate": "2025-01-01"}],
            "applications": [
                {"appName": "Sync", "status": "approved", "permissions": ["read:leads"], "keys": [{"name": "Main"}]}
            ],
            "usage": [usage],
        }
    )


def run(instance: Instance, file: Path) -> tuple[float, float]:
    """Import a file; rows a second and MiB."""
    output, _ = instance.manage("import_partners", str(file)).communicate()
    text = output.decode()
    found = re.search(r"(\d+) a second; this process took (\d+) MiB", text)
    if found is None:
        sys.exit(text or "the import failed")
    return float(found[1]), float(found[2])


def main() -> None:
    """Import a tenth, then all; print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as directory, Instance() as instance:
        os.chdir(directory)
        results = []
        for name, numbers in (("tenth", range(rows // 10)), ("all", range(rows // 10, rows + rows // 10))):
            file = Path(directory) / f"{name}.jsonl"
            with file.open("w", encoding="utf-8") as stream:
                stream.writelines(f"{record(number)}\n" for number in numbers)
            speed, memory = run(instance, file)
            results.append(memory)
            print(f"{len(numbers):>7} partners: {speed:>6.0f} a second, {memory:.0f} MiB")
    growth = results[1] / results[0]
    print(f"ten times the rows took {growth:.2f} times the memory (at most {FLAT})")
    sys.exit(growth > FLAT)


if __name__ == "__main__":
    main()
