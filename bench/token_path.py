"""What an access token costs: a token-authenticated, limited, metered GET against django-oauth-toolkit's own in DRF.

Both answer the same JSON under the same server (granian, one worker, threads as `manage.py up` has them) in one run, in
turns. Ours also takes from a rate limit bucket, checks the organization and meters the call; the toolkit's does
neither.

    python -m bench.token_path [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import sys

from bench.load import get_request
from bench.report import verdict
from bench.request_path import STORED_KEYS, Case, Way, options_of, prepared_services, run_cases, seed

TARGET = 3.5
# A client uses one token until it expires: a hundred busy clients at a time.
ACTIVE_TOKENS = 100

SEED_OURS = """
import sys
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from authn.models import OAuthToken
from authn.oauth.secrets import ACCESS_TOKEN_PREFIX, generate, token_digest
from authn.services.oauth import create_client
from common.principal import SYSTEM
from tests.conftest import make_application, make_partner
tokens, rows = [], []
expires = timezone.now() + timedelta(hours=1)
for number in range(100):
    application = make_application(make_partner(f"Partner {number}", tier="enterprise"))
    flows = ["client_credentials"]
    client = create_client(application=application, name="Bench", allowed_flows=flows, actor=SYSTEM).client
    for _ in range(int(sys.argv[1]) // 100):
        token = generate(ACCESS_TOKEN_PREFIX)
        tokens.append(token)
        rows.append(OAuthToken(application=client, partner=application.partner, scope="read:leads", expires=expires,
                               token="", token_checksum=token_digest(token)))
        rows[-1]._raw_token = token
OAuthToken.objects.bulk_create(rows)
print("\\n".join(tokens))
"""

SEED_PEER = """
import hashlib, secrets, sys
from datetime import timedelta
import bench.request_apps.oauth_peer
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application
call_command("migrate", verbosity=0)
tokens, rows = [], []
expires = timezone.now() + timedelta(hours=1)
for number in range(100):
    user = User.objects.create(username=str(number))
    application = Application.objects.create(
        name="Bench", client_secret="x", hash_client_secret=False, user=user, client_type="confidential",
        authorization_grant_type="client-credentials",
    )
    for _ in range(int(sys.argv[1]) // 100):
        token = secrets.token_urlsafe(32)
        tokens.append(token)
        rows.append(AccessToken(application=application, user=user, scope="read:leads", expires=expires, token=""))
        rows[-1]._raw_token = token
AccessToken.objects.bulk_create(rows)
print("\\n".join(tokens))
"""


def measure(options: argparse.Namespace) -> bool:
    """Run both and print them; whether the target holds."""
    with prepared_services() as environment:
        ways: list[Way] = []
        for name, target, script in (
            ("Treaty: token, limit, meter, in DRF", "bench.request_apps.ours:application", SEED_OURS),
            ("DRF + django-oauth-toolkit", "bench.request_apps.oauth_peer:application", SEED_PEER),
        ):
            stored = seed(script, environment)
            tokens = stored[:: len(stored) // ACTIVE_TOKENS]
            requests = [get_request("/api/ping", {"Authorization": f"Bearer {token}"}) for token in tokens]
            ways.append((name, target, requests))
        return report(*run_cases(ways, environment, options))


def report(ours: Case, peer: Case) -> bool:
    """Print the table and the verdict."""
    print(f"{ACTIVE_TOKENS:,} tokens in use of {STORED_KEYS:,} stored")
    print(f"{'':<46}{'req/s':>9}{'x peer':>8}{'CPU us':>9}{'x peer CPU':>11}{'p50 / p99 ms':>16}")
    for case in (ours, peer):
        print(case.line(peer))
    held = [
        verdict("times django-oauth-toolkit, by CPU", peer.cpu / ours.cpu, TARGET),
        verdict("times django-oauth-toolkit, by req/s", ours.per_second / peer.per_second, TARGET),
    ]
    return all(held)


if __name__ == "__main__":
    sys.exit(0 if measure(options_of(__doc__)) else 1)
