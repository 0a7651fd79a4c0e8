import authn.models.oauth
import authn.oauth.secrets
import common.fields
import common.ids
import common.operations
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import oauth2_provider.models
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models

# The resources of the insurance platform, at the paths its services usually have.
RESOURCES = ("leads", "agents", "policies", "claims")
ROOTS = ("", "/api", "/core")


def add_routes(apps, schema_editor):
    route = apps.get_model("authn", "GatewayRoute")
    route.objects.bulk_create(
        route(path_prefix=f"{root}/{resource}", read_scope=f"read:{resource}", write_scope=f"write:{resource}")
        for root in ROOTS
        for resource in RESOURCES
    )
    route.objects.bulk_create(route(path_prefix=f"{root}/analytics", read_scope="read:analytics") for root in ROOTS)


class Migration(migrations.Migration):
    replaces = [
        ("authn", "0001_initial"),
        ("authn", "0002_default_gateway_routes"),
        ("authn", "0003_request_log_search"),
        ("authn", "0004_monthly_calls"),
        ("authn", "0005_suspicious_activity"),
        ("authn", "0006_call_headers_and_reminders"),
        ("authn", "0007_id_token_name"),
        ("authn", "0008_history_by_time"),
        ("authn", "0009_client_revoked_reason"),
    ]

    initial = True

    dependencies = [
        ("applications", "0001_squashed_0006_history_by_time"),
        ("partners", "0002_squashed_0007_history_by_time"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        common.operations.Together(
            operations=[
                migrations.CreateModel(
                    name="IdempotencyRecord",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("caller", models.CharField(max_length=100)),
                        ("route", models.CharField(max_length=200)),
                        ("key", models.CharField(max_length=255)),
                        ("body_hash", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("headers", models.JSONField(default=dict)),
                        ("body", common.fields.EncryptedTextField(blank=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["created_at"], name="idempotency_by_age")],
                        "constraints": [
                            models.UniqueConstraint(fields=("caller", "route", "key"), name="idempotency_key_unique")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OAuthClient",
                    fields=[
                        (
                            "redirect_uris",
                            models.TextField(
                                blank=True, help_text="Allowed URIs list, space separated", verbose_name="redirect URIs"
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                        ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "client_id",
                            models.CharField(
                                default=authn.oauth.secrets.generate_client_id,
                                editable=False,
                                max_length=64,
                                unique=True,
                            ),
                        ),
                        (
                            "client_type",
                            models.CharField(
                                choices=[("confidential", "Confidential"), ("public", "Public")],
                                default="confidential",
                                max_length=20,
                            ),
                        ),
                        (
                            "client_secret",
                            models.CharField(
                                blank=True, editable=False, help_text="Hex HMAC-SHA-256 of the secret.", max_length=64
                            ),
                        ),
                        ("secret_last_four", models.CharField(blank=True, editable=False, max_length=4)),
                        ("previous_secret", models.CharField(blank=True, editable=False, max_length=64)),
                        ("previous_secret_ends_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "allowed_flows",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("authorization_code", "Authorization code"),
                                        ("client_credentials", "Client credentials"),
                                        ("refresh_token", "Refresh token"),
                                    ],
                                    max_length=30,
                                ),
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "token_lifetime",
                            models.PositiveIntegerField(default=3600, help_text="Access token lifetime in seconds."),
                        ),
                        (
                            "access_token_format",
                            models.CharField(
                                choices=[("opaque", "Opaque"), ("jwt", "JWT (RFC 9068)")],
                                default="opaque",
                                max_length=10,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="oauth_clients",
                                to="applications.partnerapplication",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="oauth_clients",
                                to="partners.partner",
                            ),
                        ),
                        ("revoked_reason", models.CharField(blank=True, editable=False, max_length=200)),
                    ],
                    options={
                        "ordering": ["-id"],
                        "abstract": False,
                        "indexes": [models.Index(fields=["partner", "-id"], name="oauth_client_by_partner")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("environment__in", ["live", "test"])),
                                name="oauth_client_environment_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("client_type__in", ["confidential", "public"])),
                                name="oauth_client_type_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("access_token_format__in", ["opaque", "jwt"])),
                                name="oauth_client_token_format_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("client_secret", ""), ("client_type", "public")),
                                    models.Q(
                                        ("client_type", "confidential"), models.Q(("client_secret", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="oauth_client_secret_unless_public",
                            ),
                        ],
                        "verbose_name": "OAuth client",
                    },
                ),
                migrations.CreateModel(
                    name="OAuthDeviceGrant",
                    fields=[
                        ("device_code", models.CharField(max_length=100, verbose_name="device code")),
                        ("user_code", models.CharField(max_length=100, verbose_name="user code")),
                        ("scope", models.TextField(blank=True, verbose_name="scope")),
                        ("interval", models.IntegerField(default=5, verbose_name="interval")),
                        ("expires", models.DateTimeField(verbose_name="expires")),
                        (
                            "status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("authorized", "Authorized"),
                                    ("authorization-pending", "Authorization pending"),
                                    ("expired", "Expired"),
                                    ("denied", "Denied"),
                                ],
                                default="authorization-pending",
                                max_length=64,
                                verbose_name="status",
                            ),
                        ),
                        ("client_id", models.CharField(db_index=True, max_length=100, verbose_name="client ID")),
                        ("last_checked", models.DateTimeField(auto_now=True, verbose_name="last checked")),
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="%(app_label)s_%(class)s",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("device_code",), name="authn_oauthdevicegrant_unique_device_code"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OAuthSigningKey",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("kid", models.CharField(max_length=64, unique=True)),
                        ("private_key", common.fields.EncryptedTextField()),
                        ("public_jwk", models.JSONField()),
                        ("retired_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ServiceAccount",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("name", models.CharField(max_length=100, unique=True)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50), blank=True, default=list, size=None
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="SpooledCall",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("record", models.TextField(help_text="The call as authn.metering encodes it.")),
                        ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                    ],
                    options={
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="ApiCall",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("partner_id", models.UUIDField(null=True)),
                        ("application_id", models.UUIDField(null=True)),
                        ("credential_id", models.UUIDField(null=True)),
                        ("request_id", models.CharField(max_length=64)),
                        ("method", models.CharField(max_length=10)),
                        ("route", models.CharField(max_length=200)),
                        ("status", models.PositiveSmallIntegerField()),
                        ("duration_ms", models.FloatField()),
                        ("request_bytes", models.PositiveBigIntegerField(default=0)),
                        ("response_bytes", models.PositiveBigIntegerField(default=0)),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        (
                            "address",
                            models.CharField(blank=True, default="", help_text="Where it came from.", max_length=45),
                        ),
                        (
                            "headers",
                            models.TextField(blank=True, default="{}", help_text="Of the request, without secrets."),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["partner_id", "-id"], name="api_call_by_partner"),
                            models.Index(fields=["credential_id", "-id"], name="api_call_by_credential"),
                            models.Index(fields=["request_id"], name="api_call_by_request"),
                            models.Index(
                                condition=models.Q(("status__gte", 400)),
                                fields=["partner_id", "-id"],
                                name="api_call_refused",
                            ),
                        ],
                        "verbose_name": "API call",
                    },
                ),
                common.operations.PartitionByDay(
                    model_name="ApiCall",
                ),
                migrations.CreateModel(
                    name="GatewayRoute",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "path_prefix",
                            models.CharField(
                                help_text="Whole segments, e.g. /leads: /leads and /leads/7 match.", max_length=200
                            ),
                        ),
                        (
                            "read_scope",
                            models.CharField(blank=True, help_text="For GET and HEAD. Empty: refused.", max_length=50),
                        ),
                        (
                            "write_scope",
                            models.CharField(
                                blank=True, help_text="For every other method. Empty: refused.", max_length=50
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ["path_prefix"],
                        "constraints": [
                            models.UniqueConstraint(fields=("path_prefix",), name="gateway_route_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("path_prefix__regex", "^(/[A-Za-z0-9._~-]+)+$")),
                                name="gateway_route_is_a_path",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GatewayRouteEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "path_prefix",
                            models.CharField(
                                help_text="Whole segments, e.g. /leads: /leads and /leads/7 match.", max_length=200
                            ),
                        ),
                        (
                            "read_scope",
                            models.CharField(blank=True, help_text="For GET and HEAD. Empty: refused.", max_length=50),
                        ),
                        (
                            "write_scope",
                            models.CharField(
                                blank=True, help_text="For every other method. Empty: refused.", max_length=50
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="authn.gatewayroute",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="OAuthClientEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "redirect_uris",
                            models.TextField(
                                blank=True, help_text="Allowed URIs list, space separated", verbose_name="redirect URIs"
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                        ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        (
                            "client_id",
                            models.CharField(
                                default=authn.oauth.secrets.generate_client_id, editable=False, max_length=64
                            ),
                        ),
                        (
                            "client_type",
                            models.CharField(
                                choices=[("confidential", "Confidential"), ("public", "Public")],
                                default="confidential",
                                max_length=20,
                            ),
                        ),
                        (
                            "client_secret",
                            models.CharField(
                                blank=True, editable=False, help_text="Hex HMAC-SHA-256 of the secret.", max_length=64
                            ),
                        ),
                        ("secret_last_four", models.CharField(blank=True, editable=False, max_length=4)),
                        ("previous_secret", models.CharField(blank=True, editable=False, max_length=64)),
                        ("previous_secret_ends_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "allowed_flows",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("authorization_code", "Authorization code"),
                                        ("client_credentials", "Client credentials"),
                                        ("refresh_token", "Refresh token"),
                                    ],
                                    max_length=30,
                                ),
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "token_lifetime",
                            models.PositiveIntegerField(default=3600, help_text="Access token lifetime in seconds."),
                        ),
                        (
                            "access_token_format",
                            models.CharField(
                                choices=[("opaque", "Opaque"), ("jwt", "JWT (RFC 9068)")],
                                default="opaque",
                                max_length=10,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                        (
                            "application",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="applications.partnerapplication",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                            ),
                        ),
                        ("revoked_reason", models.CharField(blank=True, editable=False, max_length=200)),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="OAuthConsent",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50), default=list, size=None
                            ),
                        ),
                        ("granted_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "client",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="consents",
                                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="oauth_consents",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="oauth_consents",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [models.Index(fields=["partner", "-id"], name="oauth_consent_by_partner")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "client", "partner"), name="oauth_consent_once_per_organization"
                            )
                        ],
                        "verbose_name": "OAuth consent",
                    },
                ),
                migrations.CreateModel(
                    name="OAuthGrant",
                    fields=[
                        ("expires", models.DateTimeField(verbose_name="expires")),
                        ("redirect_uri", models.TextField(verbose_name="redirect URI")),
                        ("scope", models.TextField(blank=True, verbose_name="scope")),
                        ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                        (
                            "code_challenge",
                            models.CharField(blank=True, default="", max_length=128, verbose_name="code challenge"),
                        ),
                        (
                            "code_challenge_method",
                            models.CharField(
                                blank=True,
                                choices=[("plain", "plain"), ("S256", "S256")],
                                default="",
                                max_length=10,
                                verbose_name="code challenge method",
                            ),
                        ),
                        ("nonce", models.CharField(blank=True, default="", max_length=255, verbose_name="nonce")),
                        ("claims", models.TextField(blank=True, verbose_name="claims")),
                        (
                            "resource",
                            oauth2_provider.models.ResourceJSONField(blank=True, default=list, verbose_name="resource"),
                        ),
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", authn.models.oauth.DigestField(max_length=64, unique=True)),
                        ("token_family", models.UUIDField(default=common.ids.uuid7, editable=False)),
                        ("used_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                                verbose_name="application",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="oauth_grants",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="%(app_label)s_%(class)s",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [models.Index(fields=["expires"], name="oauth_grant_by_expiry")],
                        "verbose_name": "OAuth authorization code",
                    },
                ),
                migrations.CreateModel(
                    name="OAuthIdToken",
                    fields=[
                        (
                            "jti",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="JWT Token ID"
                            ),
                        ),
                        ("expires", models.DateTimeField(verbose_name="expires")),
                        ("scope", models.TextField(blank=True, verbose_name="scope")),
                        ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "application",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                                verbose_name="application",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="%(app_label)s_%(class)s",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "verbose_name": "OAuth ID token",
                    },
                ),
                migrations.CreateModel(
                    name="ServiceAccountEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("name", models.CharField(max_length=100)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50), blank=True, default=list, size=None
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="authn.serviceaccount",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ApiKey",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("name", models.CharField(blank=True, max_length=100)),
                        (
                            "key_value",
                            models.CharField(
                                editable=False, help_text="Hex HMAC-SHA-256 of the key.", max_length=64, unique=True
                            ),
                        ),
                        ("key_prefix", models.CharField(db_index=True, editable=False, max_length=8)),
                        ("last_four", models.CharField(editable=False, max_length=4)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50), default=list, size=None
                            ),
                        ),
                        ("rate_limit", models.PositiveIntegerField(help_text="Requests per hour.")),
                        (
                            "bucket_id",
                            models.UUIDField(
                                default=common.ids.uuid7,
                                editable=False,
                                help_text="Names the token bucket; a key and its successor share one.",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("rotated", "Rotated"),
                                    ("revoked", "Revoked"),
                                    ("expired", "Expired"),
                                ],
                                default="active",
                                max_length=20,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        (
                            "allowed_networks",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=43),
                                blank=True,
                                default=list,
                                help_text="CIDR ranges; empty: any.",
                                size=None,
                            ),
                        ),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                        ("overlap_ends_at", models.DateTimeField(blank=True, null=True)),
                        ("revoked_reason", models.CharField(blank=True, max_length=200)),
                        ("last_used_at", models.DateTimeField(blank=True, null=True)),
                        ("request_count", models.PositiveBigIntegerField(default=0)),
                        (
                            "application",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="api_keys",
                                to="applications.partnerapplication",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="api_keys",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "successor",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="predecessor",
                                to="authn.apikey",
                            ),
                        ),
                        (
                            "service_account",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="api_keys",
                                to="authn.serviceaccount",
                            ),
                        ),
                        (
                            "reminded_at",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="When its owners were last told to rotate or replace it.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [models.Index(fields=["partner", "-id"], name="api_key_by_partner")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["active", "rotated", "revoked", "expired"])),
                                name="api_key_status_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("environment__in", ["live", "test"])),
                                name="api_key_environment_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("application__isnull", False),
                                        ("partner__isnull", False),
                                        ("service_account__isnull", True),
                                    ),
                                    models.Q(
                                        ("application__isnull", True),
                                        ("partner__isnull", True),
                                        ("service_account__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="api_key_has_one_owner",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("rate_limit__gt", 0)), name="api_key_rate_limit_positive"
                            ),
                        ],
                        "verbose_name": "API key",
                    },
                ),
                migrations.CreateModel(
                    name="OAuthConsentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50), default=list, size=None
                            ),
                        ),
                        ("granted_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "client",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="authn.oauthconsent",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ApiKeyEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("name", models.CharField(blank=True, max_length=100)),
                        (
                            "key_value",
                            models.CharField(editable=False, help_text="Hex HMAC-SHA-256 of the key.", max_length=64),
                        ),
                        ("key_prefix", models.CharField(editable=False, max_length=8)),
                        ("last_four", models.CharField(editable=False, max_length=4)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50), default=list, size=None
                            ),
                        ),
                        ("rate_limit", models.PositiveIntegerField(help_text="Requests per hour.")),
                        (
                            "bucket_id",
                            models.UUIDField(
                                default=common.ids.uuid7,
                                editable=False,
                                help_text="Names the token bucket; a key and its successor share one.",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("rotated", "Rotated"),
                                    ("revoked", "Revoked"),
                                    ("expired", "Expired"),
                                ],
                                default="active",
                                max_length=20,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        (
                            "allowed_networks",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=43),
                                blank=True,
                                default=list,
                                help_text="CIDR ranges; empty: any.",
                                size=None,
                            ),
                        ),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                        ("overlap_ends_at", models.DateTimeField(blank=True, null=True)),
                        ("revoked_reason", models.CharField(blank=True, max_length=200)),
                        ("last_used_at", models.DateTimeField(blank=True, null=True)),
                        ("request_count", models.PositiveBigIntegerField(default=0)),
                        (
                            "application",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="applications.partnerapplication",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="authn.apikey",
                            ),
                        ),
                        (
                            "successor",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="authn.apikey",
                            ),
                        ),
                        (
                            "service_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="authn.serviceaccount",
                            ),
                        ),
                        (
                            "reminded_at",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="When its owners were last told to rotate or replace it.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="MonthlyCalls",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("partner_id", models.UUIDField()),
                        ("month", models.DateField(help_text="Its first day.")),
                        ("calls", models.PositiveBigIntegerField(default=0)),
                        (
                            "warned_at",
                            models.DateTimeField(blank=True, help_text="When four fifths were used.", null=True),
                        ),
                        (
                            "reached_at",
                            models.DateTimeField(blank=True, help_text="When all of it was used.", null=True),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "monthly calls",
                        "ordering": ["-month"],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner_id", "month"), name="monthly_calls_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SuspiciousActivity",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("failed_from_network", "Many bad credentials from one network"),
                                    ("failed_for_prefix", "Many bad credentials with one prefix"),
                                    ("many_networks", "A key used from many networks"),
                                    ("sudden_volume", "Sudden volume"),
                                ],
                                max_length=30,
                            ),
                        ),
                        ("subject", models.CharField(help_text="The network, the prefix, or the key.", max_length=100)),
                        ("evidence", models.JSONField(default=dict)),
                        (
                            "status",
                            models.CharField(
                                choices=[("open", "Open"), ("resolved", "Resolved"), ("dismissed", "Dismissed")],
                                default="open",
                                max_length=10,
                            ),
                        ),
                        ("last_seen_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        ("note", models.TextField(blank=True, max_length=2000)),
                        (
                            "api_key",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suspicions",
                                to="authn.apikey",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suspicions",
                                to="partners.partner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "suspicious activity",
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        ["failed_from_network", "failed_for_prefix", "many_networks", "sudden_volume"],
                                    )
                                ),
                                name="suspicion_kind_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["open", "resolved", "dismissed"])),
                                name="suspicion_status_valid",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "open")),
                                fields=("kind", "subject"),
                                name="suspicion_open_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SuspiciousActivityEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("failed_from_network", "Many bad credentials from one network"),
                                    ("failed_for_prefix", "Many bad credentials with one prefix"),
                                    ("many_networks", "A key used from many networks"),
                                    ("sudden_volume", "Sudden volume"),
                                ],
                                max_length=30,
                            ),
                        ),
                        ("subject", models.CharField(help_text="The network, the prefix, or the key.", max_length=100)),
                        ("evidence", models.JSONField(default=dict)),
                        (
                            "status",
                            models.CharField(
                                choices=[("open", "Open"), ("resolved", "Resolved"), ("dismissed", "Dismissed")],
                                default="open",
                                max_length=10,
                            ),
                        ),
                        ("last_seen_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        ("note", models.TextField(blank=True, max_length=2000)),
                        (
                            "api_key",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="authn.apikey",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="authn.suspiciousactivity",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="OAuthRefreshToken",
                    fields=[
                        ("token", models.TextField(verbose_name="token")),
                        (
                            "token_checksum",
                            oauth2_provider.models.TokenChecksumField(max_length=64, verbose_name="token checksum"),
                        ),
                        (
                            "token_family",
                            models.UUIDField(blank=True, editable=False, null=True, verbose_name="token family"),
                        ),
                        (
                            "resource",
                            oauth2_provider.models.ResourceJSONField(blank=True, default=list, verbose_name="resource"),
                        ),
                        ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                        ("revoked", models.DateTimeField(null=True, verbose_name="revoked")),
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("scope", models.TextField(blank=True)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                                verbose_name="application",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="oauth_refresh_tokens",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="%(app_label)s_%(class)s",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "access_token",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="refresh_token",
                                to=settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL,
                                verbose_name="access token",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["token_family"], name="authn_oauth_token_f_373102_idx"),
                            models.Index(fields=["created"], name="oauth_refresh_token_by_age"),
                            models.Index(fields=["user", "application"], name="oauth_refresh_by_consent"),
                        ],
                        "unique_together": {("token_checksum", "revoked")},
                        "verbose_name": "OAuth refresh token",
                    },
                ),
                migrations.CreateModel(
                    name="OAuthToken",
                    fields=[
                        ("token", models.TextField(verbose_name="token")),
                        (
                            "token_checksum",
                            oauth2_provider.models.TokenChecksumField(
                                db_index=True, max_length=64, unique=True, verbose_name="token checksum"
                            ),
                        ),
                        ("expires", models.DateTimeField(verbose_name="expires")),
                        ("scope", models.TextField(blank=True, verbose_name="scope")),
                        (
                            "resource",
                            oauth2_provider.models.ResourceJSONField(blank=True, default=list, verbose_name="resource"),
                        ),
                        ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("token_family", models.UUIDField(blank=True, db_index=True, editable=False, null=True)),
                        (
                            "application",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                                verbose_name="application",
                            ),
                        ),
                        (
                            "id_token",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="access_token",
                                to=settings.OAUTH2_PROVIDER_ID_TOKEN_MODEL,
                                verbose_name="ID token",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="oauth_tokens",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "source_refresh_token",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="refreshed_access_token",
                                to=settings.OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL,
                                verbose_name="source refresh token",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="%(app_label)s_%(class)s",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["expires"], name="oauth_token_by_expiry"),
                            models.Index(fields=["user", "application"], name="oauth_token_by_consent"),
                        ],
                        "verbose_name": "OAuth access token",
                    },
                ),
            ],
        ),
        common.operations.AddTrigger(
            model_name="oauthclient",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_oauthclientevent" ("access_token_format", "active", "allowed_flows", "application_id", "client_id", "client_secret", "client_type", "created", "environment", "id", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret", "previous_secret_ends_at", "redirect_uris", "revoked_reason", "secret_last_four", "token_lifetime", "updated") VALUES (NEW."access_token_format", NEW."active", NEW."allowed_flows", NEW."application_id", NEW."client_id", NEW."client_secret", NEW."client_type", NEW."created", NEW."environment", NEW."id", NEW."name", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."previous_secret", NEW."previous_secret_ends_at", NEW."redirect_uris", NEW."revoked_reason", NEW."secret_last_four", NEW."token_lifetime", NEW."updated"); RETURN NULL;',
                    hash="089d456ffff6877d5cbba8e4878ed00254e97abb",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_13c21",
                    table="authn_oauthclient",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="oauthclient",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "authn_oauthclientevent" ("access_token_format", "active", "allowed_flows", "application_id", "client_id", "client_secret", "client_type", "created", "environment", "id", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret", "previous_secret_ends_at", "redirect_uris", "revoked_reason", "secret_last_four", "token_lifetime", "updated") VALUES (NEW."access_token_format", NEW."active", NEW."allowed_flows", NEW."application_id", NEW."client_id", NEW."client_secret", NEW."client_type", NEW."created", NEW."environment", NEW."id", NEW."name", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."previous_secret", NEW."previous_secret_ends_at", NEW."redirect_uris", NEW."revoked_reason", NEW."secret_last_four", NEW."token_lifetime", NEW."updated"); RETURN NULL;',
                    hash="fcf7c927e6a2196f995feb9c34e3598cc377b033",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9c765",
                    table="authn_oauthclient",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="oauthclient",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_oauthclientevent" ("access_token_format", "active", "allowed_flows", "application_id", "client_id", "client_secret", "client_type", "created", "environment", "id", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret", "previous_secret_ends_at", "redirect_uris", "revoked_reason", "secret_last_four", "token_lifetime", "updated") VALUES (OLD."access_token_format", OLD."active", OLD."allowed_flows", OLD."application_id", OLD."client_id", OLD."client_secret", OLD."client_type", OLD."created", OLD."environment", OLD."id", OLD."name", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."previous_secret", OLD."previous_secret_ends_at", OLD."redirect_uris", OLD."revoked_reason", OLD."secret_last_four", OLD."token_lifetime", OLD."updated"); RETURN NULL;',
                    hash="df0637fe719084986a655a075d7228ff1b42e35d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_172ff",
                    table="authn_oauthclient",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="serviceaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_serviceaccountevent" ("active", "created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "updated_at") VALUES (NEW."active", NEW."created_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."scopes", NEW."updated_at"); RETURN NULL;',
                    hash="ce66d7faa8b097fe8a6dae5e8a76b95cb9a15cc2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ce31b",
                    table="authn_serviceaccount",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="serviceaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "authn_serviceaccountevent" ("active", "created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "updated_at") VALUES (NEW."active", NEW."created_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."scopes", NEW."updated_at"); RETURN NULL;',
                    hash="765b5c6949735ce646dd539546cf565221f49390",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_551b2",
                    table="authn_serviceaccount",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="serviceaccount",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_serviceaccountevent" ("active", "created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "updated_at") VALUES (OLD."active", OLD."created_at", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."scopes", OLD."updated_at"); RETURN NULL;',
                    hash="981ecb38b3cf58d56c450d6f744fb3e93ed128c8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_32037",
                    table="authn_serviceaccount",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="gatewayroute",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_gatewayrouteevent" ("active", "created_at", "id", "path_prefix", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_scope", "updated_at", "write_scope") VALUES (NEW."active", NEW."created_at", NEW."id", NEW."path_prefix", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_scope", NEW."updated_at", NEW."write_scope"); RETURN NULL;',
                    hash="98575844edb80eded694fc830a2c95b058e0326e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8cb62",
                    table="authn_gatewayroute",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="gatewayroute",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "authn_gatewayrouteevent" ("active", "created_at", "id", "path_prefix", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_scope", "updated_at", "write_scope") VALUES (NEW."active", NEW."created_at", NEW."id", NEW."path_prefix", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_scope", NEW."updated_at", NEW."write_scope"); RETURN NULL;',
                    hash="bbf82f4aa534731ee183a384825603e8a30d664d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b0a62",
                    table="authn_gatewayroute",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="gatewayroute",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_gatewayrouteevent" ("active", "created_at", "id", "path_prefix", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_scope", "updated_at", "write_scope") VALUES (OLD."active", OLD."created_at", OLD."id", OLD."path_prefix", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_scope", OLD."updated_at", OLD."write_scope"); RETURN NULL;',
                    hash="aac42260ac89506ec4aa6553c627724691cec1b2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e513c",
                    table="authn_gatewayroute",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="gatewayrouteevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1c9d8df2646ec8084a37cb9cf762b97ff0d47e9f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_df3c8",
                    table="authn_gatewayrouteevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="oauthclientevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d3161efb71c85cad8d692d678c274440485927bd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_724d0",
                    table="authn_oauthclientevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="oauthconsent",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_oauthconsentevent" ("client_id", "created_at", "granted_at", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "updated_at", "user_id") VALUES (NEW."client_id", NEW."created_at", NEW."granted_at", NEW."id", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."scopes", NEW."updated_at", NEW."user_id"); RETURN NULL;',
                    hash="c6e693599905f5c87b8ca6a85a4907fabd9630b7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6786c",
                    table="authn_oauthconsent",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="oauthconsent",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "authn_oauthconsentevent" ("client_id", "created_at", "granted_at", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "updated_at", "user_id") VALUES (NEW."client_id", NEW."created_at", NEW."granted_at", NEW."id", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."scopes", NEW."updated_at", NEW."user_id"); RETURN NULL;',
                    hash="76da2d13908e0ed2d059b718f858014b924917c2",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_52d75",
                    table="authn_oauthconsent",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="oauthconsent",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_oauthconsentevent" ("client_id", "created_at", "granted_at", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "updated_at", "user_id") VALUES (OLD."client_id", OLD."created_at", OLD."granted_at", OLD."id", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."scopes", OLD."updated_at", OLD."user_id"); RETURN NULL;',
                    hash="50e9933bcf83a512c4f40a449f09993851495261",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_721df",
                    table="authn_oauthconsent",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="serviceaccountevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="43c190d57a6620896d595d039b2e781a441efd99",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7cedb",
                    table="authn_serviceaccountevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_apikeyevent" ("allowed_networks", "application_id", "bucket_id", "created_at", "environment", "expires_at", "id", "key_prefix", "key_value", "last_four", "last_used_at", "name", "overlap_ends_at", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_limit", "reminded_at", "request_count", "revoked_reason", "scopes", "service_account_id", "status", "successor_id", "updated_at") VALUES (NEW."allowed_networks", NEW."application_id", NEW."bucket_id", NEW."created_at", NEW."environment", NEW."expires_at", NEW."id", NEW."key_prefix", NEW."key_value", NEW."last_four", NEW."last_used_at", NEW."name", NEW."overlap_ends_at", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rate_limit", NEW."reminded_at", NEW."request_count", NEW."revoked_reason", NEW."scopes", NEW."service_account_id", NEW."status", NEW."successor_id", NEW."updated_at"); RETURN NULL;',
                    hash="bea1fb6678cc21ed5fc2d572f8e2f9b0519c2a23",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_875e2",
                    table="authn_apikey",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."allowed_networks" IS DISTINCT FROM (NEW."allowed_networks") OR OLD."application_id" IS DISTINCT FROM (NEW."application_id") OR OLD."bucket_id" IS DISTINCT FROM (NEW."bucket_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."environment" IS DISTINCT FROM (NEW."environment") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_prefix" IS DISTINCT FROM (NEW."key_prefix") OR OLD."key_value" IS DISTINCT FROM (NEW."key_value") OR OLD."last_four" IS DISTINCT FROM (NEW."last_four") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."overlap_ends_at" IS DISTINCT FROM (NEW."overlap_ends_at") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."rate_limit" IS DISTINCT FROM (NEW."rate_limit") OR OLD."revoked_reason" IS DISTINCT FROM (NEW."revoked_reason") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes") OR OLD."service_account_id" IS DISTINCT FROM (NEW."service_account_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."successor_id" IS DISTINCT FROM (NEW."successor_id"))',
                    func='INSERT INTO "authn_apikeyevent" ("allowed_networks", "application_id", "bucket_id", "created_at", "environment", "expires_at", "id", "key_prefix", "key_value", "last_four", "last_used_at", "name", "overlap_ends_at", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_limit", "reminded_at", "request_count", "revoked_reason", "scopes", "service_account_id", "status", "successor_id", "updated_at") VALUES (NEW."allowed_networks", NEW."application_id", NEW."bucket_id", NEW."created_at", NEW."environment", NEW."expires_at", NEW."id", NEW."key_prefix", NEW."key_value", NEW."last_four", NEW."last_used_at", NEW."name", NEW."overlap_ends_at", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rate_limit", NEW."reminded_at", NEW."request_count", NEW."revoked_reason", NEW."scopes", NEW."service_account_id", NEW."status", NEW."successor_id", NEW."updated_at"); RETURN NULL;',
                    hash="63c7c6f97919049c7c89d482dc2f259637d774ea",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7d877",
                    table="authn_apikey",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="oauthconsentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1d6188a9dea11a2a138e5cef6add1427489fb0fb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8ee21",
                    table="authn_oauthconsentevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="apikeyevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ed2a76871c8228eb83956a8b227ffc0f8f8de7ed",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_89877",
                    table="authn_apikeyevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="suspiciousactivity",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "authn_suspiciousactivityevent" ("api_key_id", "created_at", "decided_at", "decided_by_id", "evidence", "id", "kind", "last_seen_at", "note", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "subject", "updated_at") VALUES (NEW."api_key_id", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."evidence", NEW."id", NEW."kind", NEW."last_seen_at", NEW."note", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."status", NEW."subject", NEW."updated_at"); RETURN NULL;',
                    hash="03259efc6ce16dceba525f5fdcc00417bb73988d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8b818",
                    table="authn_suspiciousactivity",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="suspiciousactivity",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."api_key_id" IS DISTINCT FROM (NEW."api_key_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."subject" IS DISTINCT FROM (NEW."subject"))',
                    func='INSERT INTO "authn_suspiciousactivityevent" ("api_key_id", "created_at", "decided_at", "decided_by_id", "evidence", "id", "kind", "last_seen_at", "note", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "subject", "updated_at") VALUES (NEW."api_key_id", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."evidence", NEW."id", NEW."kind", NEW."last_seen_at", NEW."note", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."status", NEW."subject", NEW."updated_at"); RETURN NULL;',
                    hash="f1f96fad98464b989c94df4c794844a03dae0be9",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_97be3",
                    table="authn_suspiciousactivity",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="suspiciousactivityevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1c1e9186e97ac148f37cb998cd050a5fb2d4ff8a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f07e4",
                    table="authn_suspiciousactivityevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(add_routes, migrations.RunPython.noop),
    ]
