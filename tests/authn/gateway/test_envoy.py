"""deploy/envoy.yaml says the same as deploy/nginx.conf, which a real nginx proves."""

from __future__ import annotations

import re
from typing import Any

import yaml

from config.environment import ROOT

NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
ENVOY: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "envoy.yaml").read_text(encoding="utf-8"))
MANAGER = ENVOY["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
FILTERS = {row["name"].rpartition(".")[2]: row["typed_config"] for row in MANAGER["http_filters"]}
CHECK = FILTERS["ext_authz"]


def test_both_take_the_same_headers_from_clients() -> None:
    mutations = FILTERS["header_mutation"]["mutations"]["request_mutations"]
    removed = {row["remove"] for row in mutations if "remove" in row}
    assert removed == {name.lower() for name in re.findall(r"proxy_set_header (X-Treaty-\S+)", NGINX)}
    set_anew = {row["append"]["header"]["key"] for row in mutations if "append" in row}
    assert set_anew == {name.lower() for name in re.findall(r"proxy_set_header (X-Original-\S+)", NGINX)}
    assert list(FILTERS).index("header_mutation") < list(FILTERS).index("ext_authz")
    (route,) = MANAGER["route_config"]["virtual_hosts"][0]["routes"]
    assert (route["match"], route["request_headers_to_remove"]) == ({"prefix": "/core/"}, ["authorization"])


def test_neither_opens_without_treaty() -> None:
    assert (CHECK["failure_mode_allow"], CHECK["status_on_error"]) == (False, {"code": "ServiceUnavailable"})
    assert "error_page 500 = @unavailable;" in NGINX


def test_both_show_callers_the_same() -> None:
    answer = CHECK["http_service"]["authorization_response"]
    on_success = [next(iter(row.values())) for row in answer["allowed_client_headers_on_success"]["patterns"]]
    shown = {name.lower() for name in re.findall(r"add_header (\S+)", NGINX.split("location / {")[0])}
    assert all(name.startswith(tuple(on_success)) for name in shown)
    assert all(any(name.startswith(prefix) for name in shown) for prefix in on_success)
    assert "strict=1" in CHECK["http_service"]["path_prefix"]
