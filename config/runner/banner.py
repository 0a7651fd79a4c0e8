"""What the operator reads when everything runs."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from config.environment import ROOT
from config.runner.instance import Instance
from config.runner.output import Output

BOLD = 1


def python() -> str:
    """The interpreter as one types it in the project's directory."""
    path = Path(sys.executable)
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def banner(instance: Instance, output: Output) -> str:
    """Addresses, sign-ins of a demo, and how to reach this instance from another terminal."""
    rows = [
        ("Portal", f"{instance.url}/"),
        ("Admin", f"{instance.url}/admin/"),
        ("API reference", f"{instance.url}/api/docs"),
        ("Event streams", f"{instance.streams_url}/api/events/stream"),
        ("Data", str(instance.data_dir)),
    ]
    demo = instance.data_dir / "demo.json"
    if instance.demo and demo.exists():
        world = json.loads(demo.read_text(encoding="utf-8"))
        rows += [
            ("Partner sign-in", f"{world['partner']['email']} / {world['partner']['password']}"),
            ("Admin sign-in", f"{world['admin']['email']} / {world['admin']['password']}"),
            ("Keys and ids", str(demo)),
            ("Make it move", f"{python()} manage.py demo_traffic"),
        ]
    if instance.data_dir != ROOT / "var":
        rows.append(("Other terminals", f"export TREATY_DATA={instance.data_dir}"))
    width = max(len(label) for label, _ in rows)
    lines = [f"  {output.paint(f'{label:<{width}}', BOLD)}  {text}" for label, text in rows]
    seconds = time.monotonic() - instance.started_at
    title = output.paint(f"Treaty is ready after {seconds:.1f} s. Ctrl-C stops it.", BOLD)
    return "\n" + "\n".join([f"  {title}", "", *lines]) + "\n\n"
