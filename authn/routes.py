"""The template of a route, as it stands in the request log: `/api/keys/{id}`."""

from __future__ import annotations

import re
from functools import lru_cache

NAMED_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@lru_cache(maxsize=2048)
def template_of(route: str) -> str:
    """Django's route (path or regex) with `{name}` for what varies."""
    text = NAMED_GROUP.sub(r"{\1}", route)
    text = CONVERTER.sub(r"{\1}", text)
    text = text.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")
    return "/" + text.replace("{pk}", "{id}")
