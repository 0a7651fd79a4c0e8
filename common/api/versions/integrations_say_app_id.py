"""2026-11-24: an integration names its application `appId`, like every other resource."""

from __future__ import annotations

import re

from common.api.versions.change import Change

CHANGE = Change(
    title="Integrations name their application `appId`",
    description=(
        "Keys, OAuth clients and usage have always said `appId`; integrations said `applicationId`, in bodies, in "
        "answers, in the filter of the list and in the fields that problems name. They now say `appId` too."
    ),
    paths=re.compile(r"/api/integrations(/[^/]+(/(activate|deactivate))?)?"),
    names={"applicationId": "appId"},
)
