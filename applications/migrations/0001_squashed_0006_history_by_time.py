import applications.models.content
import common.ids
import common.operations
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("applications", "0001_initial"),
        ("applications", "0002_route_use"),
        ("applications", "0003_api_version"),
        ("applications", "0004_search"),
        ("applications", "0005_check_runs_kept"),
        ("applications", "0006_history_by_time"),
    ]

    initial = True

    dependencies = [
        ("partners", "0002_squashed_0007_history_by_time"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        common.operations.Together(
            operations=[
                migrations.CreateModel(
                    name="CannedReason",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("title", models.CharField(max_length=100, unique=True)),
                        ("body", models.TextField()),
                    ],
                    options={
                        "ordering": ["title"],
                    },
                ),
                migrations.CreateModel(
                    name="CannedReasonEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("title", models.CharField(max_length=100)),
                        ("body", models.TextField()),
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
                                to="applications.cannedreason",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationRouteUse",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("application_id", models.UUIDField()),
                        ("method", models.CharField(max_length=10)),
                        ("route", models.CharField(max_length=200)),
                        ("last_used_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-last_used_at"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("application_id", "method", "route"), name="route_use_once_per_route"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerApplication",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("app_name", models.CharField(max_length=100)),
                        ("description", models.TextField(blank=True)),
                        (
                            "permissions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Scopes asked for.",
                                size=None,
                            ),
                        ),
                        (
                            "permission_purposes",
                            models.JSONField(blank=True, default=dict, help_text="Scope to what it is needed for."),
                        ),
                        ("data_access", models.JSONField(blank=True, default=dict)),
                        ("security_info", models.JSONField(blank=True, default=dict)),
                        ("homepage_url", models.URLField(blank=True, max_length=500)),
                        ("privacy_policy_url", models.URLField(blank=True, max_length=500)),
                        ("support_url", models.URLField(blank=True, max_length=500)),
                        (
                            "redirect_uris",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "icon",
                            models.FileField(
                                blank=True, max_length=200, upload_to=applications.models.content.image_path
                            ),
                        ),
                        (
                            "screenshots",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                help_text="Stored file names.",
                                size=None,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("submitted", "Submitted"),
                                    ("in_review", "In review"),
                                    ("changes_requested", "Changes requested"),
                                    ("approved", "Approved"),
                                    ("rejected", "Rejected"),
                                    ("published", "Published"),
                                    ("suspended", "Suspended"),
                                    ("deprecated", "Deprecated"),
                                ],
                                default="draft",
                                max_length=20,
                            ),
                        ),
                        (
                            "approved_permissions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Scopes granted by review.",
                                size=None,
                            ),
                        ),
                        ("status_reason", models.TextField(blank=True)),
                        ("sunset_date", models.DateField(blank=True, null=True)),
                        ("deprecated_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "sunset_warned_days",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="The latest warning sent: days before the sunset date.", null=True
                            ),
                        ),
                        (
                            "stopped_at",
                            models.DateTimeField(blank=True, help_text="When the sunset took effect.", null=True),
                        ),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "live_version",
                            models.ForeignKey(
                                blank=True,
                                help_text="The approved submission the public sees.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="applications.applicationversion",
                            ),
                        ),
                        (
                            "api_version",
                            models.CharField(
                                blank=True,
                                help_text="The version of the API it gets unless a request names another.",
                                max_length=10,
                            ),
                        ),
                        (
                            "search_text",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Lower(
                                    django.db.models.functions.text.Concat(
                                        models.F("app_name"),
                                        models.Value(" "),
                                        models.F("description"),
                                        output_field=models.TextField(),
                                    )
                                ),
                                output_field=models.TextField(),
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["partner", "-id"], name="application_by_partner"),
                            models.Index(fields=["status", "-id"], name="application_by_status"),
                            models.Index(
                                condition=models.Q(("status", "deprecated"), ("stopped_at", None)),
                                fields=["sunset_date"],
                                name="application_by_sunset",
                            ),
                            models.Index(fields=["-created_at", "-id"], name="application_by_age"),
                            models.Index(fields=["-updated_at", "-id"], name="application_by_change"),
                            models.Index(fields=["app_name", "id"], name="application_by_name"),
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["permissions"], name="application_by_scope"
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                                name="application_search",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "draft",
                                            "submitted",
                                            "in_review",
                                            "changes_requested",
                                            "approved",
                                            "rejected",
                                            "published",
                                            "suspended",
                                            "deprecated",
                                        ],
                                    )
                                ),
                                name="application_status_valid",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("deleted_at", None)),
                                fields=("partner", "app_name"),
                                name="application_name_unique",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationCheckRun",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("content_hash", models.CharField(editable=False, max_length=64)),
                        ("findings", models.JSONField(default=list)),
                        ("requested_label", models.CharField(blank=True, max_length=254)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="check_runs",
                                to="applications.partnerapplication",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [models.Index(fields=["application", "-id"], name="check_run_by_application")],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationVersion",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("app_name", models.CharField(max_length=100)),
                        ("description", models.TextField(blank=True)),
                        (
                            "permissions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Scopes asked for.",
                                size=None,
                            ),
                        ),
                        (
                            "permission_purposes",
                            models.JSONField(blank=True, default=dict, help_text="Scope to what it is needed for."),
                        ),
                        ("data_access", models.JSONField(blank=True, default=dict)),
                        ("security_info", models.JSONField(blank=True, default=dict)),
                        ("homepage_url", models.URLField(blank=True, max_length=500)),
                        ("privacy_policy_url", models.URLField(blank=True, max_length=500)),
                        ("support_url", models.URLField(blank=True, max_length=500)),
                        (
                            "redirect_uris",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "icon",
                            models.FileField(
                                blank=True, max_length=200, upload_to=applications.models.content.image_path
                            ),
                        ),
                        (
                            "screenshots",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                help_text="Stored file names.",
                                size=None,
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("submitted", "Submitted"),
                                    ("in_review", "In review"),
                                    ("changes_requested", "Changes requested"),
                                    ("approved", "Approved"),
                                    ("rejected", "Rejected"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                default="submitted",
                                max_length=20,
                            ),
                        ),
                        ("note", models.TextField(blank=True, help_text="What the partner tells the reviewer.")),
                        ("submitted_label", models.CharField(blank=True, max_length=254)),
                        (
                            "risk",
                            models.CharField(
                                choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")], max_length=10
                            ),
                        ),
                        (
                            "checks",
                            models.JSONField(
                                blank=True, default=list, help_text="Findings of the security validation at submission."
                            ),
                        ),
                        ("due_at", models.DateTimeField(help_text="When the review should be decided.")),
                        ("claimed_at", models.DateTimeField(blank=True, null=True)),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "claimed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="claimed_versions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="applications.partnerapplication",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "submission",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status__in", ["submitted", "in_review"])),
                                fields=["due_at", "id"],
                                name="application_version_queue",
                            ),
                            models.Index(fields=["-decided_at"], name="application_version_decided"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "submitted",
                                            "in_review",
                                            "changes_requested",
                                            "approved",
                                            "rejected",
                                            "withdrawn",
                                        ],
                                    )
                                ),
                                name="application_version_status_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("risk__in", ["low", "medium", "high"])),
                                name="application_version_risk_valid",
                            ),
                            models.UniqueConstraint(
                                fields=("application", "number"), name="application_version_number_unique"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["submitted", "in_review"])),
                                fields=("application",),
                                name="application_version_one_pending",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerApplicationEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("app_name", models.CharField(max_length=100)),
                        ("description", models.TextField(blank=True)),
                        (
                            "permissions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Scopes asked for.",
                                size=None,
                            ),
                        ),
                        (
                            "permission_purposes",
                            models.JSONField(blank=True, default=dict, help_text="Scope to what it is needed for."),
                        ),
                        ("data_access", models.JSONField(blank=True, default=dict)),
                        ("security_info", models.JSONField(blank=True, default=dict)),
                        ("homepage_url", models.URLField(blank=True, max_length=500)),
                        ("privacy_policy_url", models.URLField(blank=True, max_length=500)),
                        ("support_url", models.URLField(blank=True, max_length=500)),
                        (
                            "redirect_uris",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "icon",
                            models.FileField(
                                blank=True, max_length=200, upload_to=applications.models.content.image_path
                            ),
                        ),
                        (
                            "screenshots",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                help_text="Stored file names.",
                                size=None,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("submitted", "Submitted"),
                                    ("in_review", "In review"),
                                    ("changes_requested", "Changes requested"),
                                    ("approved", "Approved"),
                                    ("rejected", "Rejected"),
                                    ("published", "Published"),
                                    ("suspended", "Suspended"),
                                    ("deprecated", "Deprecated"),
                                ],
                                default="draft",
                                max_length=20,
                            ),
                        ),
                        (
                            "approved_permissions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Scopes granted by review.",
                                size=None,
                            ),
                        ),
                        ("status_reason", models.TextField(blank=True)),
                        ("sunset_date", models.DateField(blank=True, null=True)),
                        ("deprecated_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "sunset_warned_days",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="The latest warning sent: days before the sunset date.", null=True
                            ),
                        ),
                        (
                            "stopped_at",
                            models.DateTimeField(blank=True, help_text="When the sunset took effect.", null=True),
                        ),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "live_version",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                help_text="The approved submission the public sees.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="applications.applicationversion",
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
                                to="applications.partnerapplication",
                            ),
                        ),
                        (
                            "api_version",
                            models.CharField(
                                blank=True,
                                help_text="The version of the API it gets unless a request names another.",
                                max_length=10,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ReviewComment",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("author_label", models.CharField(max_length=254)),
                        ("from_staff", models.BooleanField()),
                        ("internal", models.BooleanField(default=False, help_text="Shown to reviewers alone.")),
                        ("body", models.TextField()),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="comments",
                                to="applications.partnerapplication",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replies",
                                to="applications.reviewcomment",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="comments",
                                to="applications.applicationversion",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "indexes": [models.Index(fields=["application", "id"], name="review_comment_by_application")],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationStatusChange",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("from_status", models.CharField(max_length=20)),
                        ("to_status", models.CharField(max_length=20)),
                        ("actor_kind", models.CharField(max_length=20)),
                        ("actor_id", models.UUIDField(blank=True, null=True)),
                        ("actor_label", models.CharField(blank=True, max_length=254)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "version",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="status_changes",
                                to="applications.applicationversion",
                            ),
                        ),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="status_changes",
                                to="applications.partnerapplication",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "indexes": [models.Index(fields=["application", "id"], name="status_change_by_application")],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationReview",
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
                            "reviewer_key",
                            models.CharField(editable=False, help_text="Who counts as one reviewer.", max_length=64),
                        ),
                        ("reviewer_label", models.CharField(max_length=254)),
                        (
                            "decision",
                            models.CharField(
                                choices=[
                                    ("approve", "Approve"),
                                    ("reject", "Reject"),
                                    ("request_changes", "Request changes"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("comments", models.TextField(blank=True)),
                        (
                            "reviewer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="applications.applicationversion",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("decision__in", ["approve", "reject", "request_changes"])),
                                name="application_review_decision_valid",
                            ),
                            models.UniqueConstraint(
                                fields=("version", "reviewer_key", "decision"),
                                name="application_review_once_per_reviewer",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApplicationVersionEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("app_name", models.CharField(max_length=100)),
                        ("description", models.TextField(blank=True)),
                        (
                            "permissions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Scopes asked for.",
                                size=None,
                            ),
                        ),
                        (
                            "permission_purposes",
                            models.JSONField(blank=True, default=dict, help_text="Scope to what it is needed for."),
                        ),
                        ("data_access", models.JSONField(blank=True, default=dict)),
                        ("security_info", models.JSONField(blank=True, default=dict)),
                        ("homepage_url", models.URLField(blank=True, max_length=500)),
                        ("privacy_policy_url", models.URLField(blank=True, max_length=500)),
                        ("support_url", models.URLField(blank=True, max_length=500)),
                        (
                            "redirect_uris",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "icon",
                            models.FileField(
                                blank=True, max_length=200, upload_to=applications.models.content.image_path
                            ),
                        ),
                        (
                            "screenshots",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                help_text="Stored file names.",
                                size=None,
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("submitted", "Submitted"),
                                    ("in_review", "In review"),
                                    ("changes_requested", "Changes requested"),
                                    ("approved", "Approved"),
                                    ("rejected", "Rejected"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                default="submitted",
                                max_length=20,
                            ),
                        ),
                        ("note", models.TextField(blank=True, help_text="What the partner tells the reviewer.")),
                        ("submitted_label", models.CharField(blank=True, max_length=254)),
                        (
                            "risk",
                            models.CharField(
                                choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")], max_length=10
                            ),
                        ),
                        (
                            "checks",
                            models.JSONField(
                                blank=True, default=list, help_text="Findings of the security validation at submission."
                            ),
                        ),
                        ("due_at", models.DateTimeField(help_text="When the review should be decided.")),
                        ("claimed_at", models.DateTimeField(blank=True, null=True)),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "claimed_by",
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
                                to="applications.applicationversion",
                            ),
                        ),
                        (
                            "submitted_by",
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
                            "application",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="applications.partnerapplication",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
            ],
        ),
        common.operations.AddTrigger(
            model_name="cannedreason",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "applications_cannedreasonevent" ("body", "created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "updated_at") VALUES (NEW."body", NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."title", NEW."updated_at"); RETURN NULL;',
                    hash="50455c4c6589647509814e5f7adcdfd538d77a1e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0214a",
                    table="applications_cannedreason",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="cannedreason",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "applications_cannedreasonevent" ("body", "created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "updated_at") VALUES (NEW."body", NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."title", NEW."updated_at"); RETURN NULL;',
                    hash="53a61a18e24ec91d6b1c67807413301e13db0670",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bd73a",
                    table="applications_cannedreason",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="cannedreason",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "applications_cannedreasonevent" ("body", "created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "updated_at") VALUES (OLD."body", OLD."created_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."title", OLD."updated_at"); RETURN NULL;',
                    hash="9e0f89a701b3ac2bb6d228d637ae616c76b0876c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_932d6",
                    table="applications_cannedreason",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="cannedreasonevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e3a59edc9d6d0044c32807e6af36c602d2fa4848",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6cd9e",
                    table="applications_cannedreasonevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnerapplication",
            trigger=pgtrigger.compiler.Trigger(
                name="legal_status",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{approved:deprecated,approved:published,approved:suspended,changes_requested:submitted,deprecated:suspended,draft:submitted,in_review:approved,in_review:changes_requested,in_review:draft,in_review:rejected,in_review:submitted,published:deprecated,published:suspended,rejected:submitted,submitted:approved,submitted:changes_requested,submitted:draft,submitted:in_review,submitted:rejected,suspended:approved,suspended:deprecated,suspended:published}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="5844708a23f74e6fae4ae8a9c5d74e92966abf64",
                    operation="UPDATE",
                    pgid="pgtrigger_legal_status_639a0",
                    table="applications_partnerapplication",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnerapplication",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "applications_partnerapplicationevent" ("api_version", "app_name", "approved_permissions", "created_at", "data_access", "deleted_at", "deprecated_at", "description", "homepage_url", "icon", "id", "live_version_id", "partner_id", "permission_purposes", "permissions", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "privacy_policy_url", "redirect_uris", "screenshots", "security_info", "status", "status_reason", "stopped_at", "sunset_date", "sunset_warned_days", "support_url", "updated_at") VALUES (NEW."api_version", NEW."app_name", NEW."approved_permissions", NEW."created_at", NEW."data_access", NEW."deleted_at", NEW."deprecated_at", NEW."description", NEW."homepage_url", NEW."icon", NEW."id", NEW."live_version_id", NEW."partner_id", NEW."permission_purposes", NEW."permissions", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."privacy_policy_url", NEW."redirect_uris", NEW."screenshots", NEW."security_info", NEW."status", NEW."status_reason", NEW."stopped_at", NEW."sunset_date", NEW."sunset_warned_days", NEW."support_url", NEW."updated_at"); RETURN NULL;',
                    hash="89a1ff2e1009d06939290faeb7820d7bff21c9dd",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f34d8",
                    table="applications_partnerapplication",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnerapplication",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "applications_partnerapplicationevent" ("api_version", "app_name", "approved_permissions", "created_at", "data_access", "deleted_at", "deprecated_at", "description", "homepage_url", "icon", "id", "live_version_id", "partner_id", "permission_purposes", "permissions", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "privacy_policy_url", "redirect_uris", "screenshots", "security_info", "status", "status_reason", "stopped_at", "sunset_date", "sunset_warned_days", "support_url", "updated_at") VALUES (OLD."api_version", OLD."app_name", OLD."approved_permissions", OLD."created_at", OLD."data_access", OLD."deleted_at", OLD."deprecated_at", OLD."description", OLD."homepage_url", OLD."icon", OLD."id", OLD."live_version_id", OLD."partner_id", OLD."permission_purposes", OLD."permissions", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."privacy_policy_url", OLD."redirect_uris", OLD."screenshots", OLD."security_info", OLD."status", OLD."status_reason", OLD."stopped_at", OLD."sunset_date", OLD."sunset_warned_days", OLD."support_url", OLD."updated_at"); RETURN NULL;',
                    hash="c185e03dbd260568bce24684b82d67fbf2d545ac",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_10d7e",
                    table="applications_partnerapplication",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnerapplication",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."api_version" IS DISTINCT FROM (NEW."api_version") OR OLD."app_name" IS DISTINCT FROM (NEW."app_name") OR OLD."approved_permissions" IS DISTINCT FROM (NEW."approved_permissions") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."data_access" IS DISTINCT FROM (NEW."data_access") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."deprecated_at" IS DISTINCT FROM (NEW."deprecated_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."homepage_url" IS DISTINCT FROM (NEW."homepage_url") OR OLD."icon" IS DISTINCT FROM (NEW."icon") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."live_version_id" IS DISTINCT FROM (NEW."live_version_id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."permission_purposes" IS DISTINCT FROM (NEW."permission_purposes") OR OLD."permissions" IS DISTINCT FROM (NEW."permissions") OR OLD."privacy_policy_url" IS DISTINCT FROM (NEW."privacy_policy_url") OR OLD."redirect_uris" IS DISTINCT FROM (NEW."redirect_uris") OR OLD."screenshots" IS DISTINCT FROM (NEW."screenshots") OR OLD."security_info" IS DISTINCT FROM (NEW."security_info") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."status_reason" IS DISTINCT FROM (NEW."status_reason") OR OLD."stopped_at" IS DISTINCT FROM (NEW."stopped_at") OR OLD."sunset_date" IS DISTINCT FROM (NEW."sunset_date") OR OLD."sunset_warned_days" IS DISTINCT FROM (NEW."sunset_warned_days") OR OLD."support_url" IS DISTINCT FROM (NEW."support_url") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))',
                    func='INSERT INTO "applications_partnerapplicationevent" ("api_version", "app_name", "approved_permissions", "created_at", "data_access", "deleted_at", "deprecated_at", "description", "homepage_url", "icon", "id", "live_version_id", "partner_id", "permission_purposes", "permissions", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "privacy_policy_url", "redirect_uris", "screenshots", "security_info", "status", "status_reason", "stopped_at", "sunset_date", "sunset_warned_days", "support_url", "updated_at") VALUES (NEW."api_version", NEW."app_name", NEW."approved_permissions", NEW."created_at", NEW."data_access", NEW."deleted_at", NEW."deprecated_at", NEW."description", NEW."homepage_url", NEW."icon", NEW."id", NEW."live_version_id", NEW."partner_id", NEW."permission_purposes", NEW."permissions", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."privacy_policy_url", NEW."redirect_uris", NEW."screenshots", NEW."security_info", NEW."status", NEW."status_reason", NEW."stopped_at", NEW."sunset_date", NEW."sunset_warned_days", NEW."support_url", NEW."updated_at"); RETURN NULL;',
                    hash="ee26d4b1b3a9685e927fd5267ffc612e8d8e659f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3d2d3",
                    table="applications_partnerapplication",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationcheckrun",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1fddaf3ce896bc3f26f01907d21a586eddd362d3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_22229",
                    table="applications_applicationcheckrun",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationversion",
            trigger=pgtrigger.compiler.Trigger(
                name="legal_status",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{in_review:approved,in_review:changes_requested,in_review:rejected,in_review:submitted,in_review:withdrawn,submitted:approved,submitted:changes_requested,submitted:in_review,submitted:rejected,submitted:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="1b2a4ac75cb2baad4ec0714912f049f1db506d25",
                    operation="UPDATE",
                    pgid="pgtrigger_legal_status_ba40a",
                    table="applications_applicationversion",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationversion",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."app_name" IS DISTINCT FROM (NEW."app_name") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."permissions" IS DISTINCT FROM (NEW."permissions") OR OLD."permission_purposes" IS DISTINCT FROM (NEW."permission_purposes") OR OLD."data_access" IS DISTINCT FROM (NEW."data_access") OR OLD."security_info" IS DISTINCT FROM (NEW."security_info") OR OLD."homepage_url" IS DISTINCT FROM (NEW."homepage_url") OR OLD."privacy_policy_url" IS DISTINCT FROM (NEW."privacy_policy_url") OR OLD."support_url" IS DISTINCT FROM (NEW."support_url") OR OLD."redirect_uris" IS DISTINCT FROM (NEW."redirect_uris") OR OLD."icon" IS DISTINCT FROM (NEW."icon") OR OLD."screenshots" IS DISTINCT FROM (NEW."screenshots") OR OLD."application_id" IS DISTINCT FROM (NEW."application_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."risk" IS DISTINCT FROM (NEW."risk") OR OLD."checks" IS DISTINCT FROM (NEW."checks"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="cfa9a47e9b4afd61ca17b14c45ee5b300d492178",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_bba9b",
                    table="applications_applicationversion",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationversion",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="84cc580e28ebc38ecf5decae17ba709c819888ee",
                    operation="DELETE",
                    pgid="pgtrigger_kept_9ef6a",
                    table="applications_applicationversion",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationversion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "applications_applicationversionevent" ("app_name", "application_id", "checks", "claimed_at", "claimed_by_id", "created_at", "data_access", "decided_at", "description", "due_at", "homepage_url", "icon", "id", "note", "number", "permission_purposes", "permissions", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "privacy_policy_url", "redirect_uris", "risk", "screenshots", "security_info", "status", "submitted_by_id", "submitted_label", "support_url", "updated_at") VALUES (NEW."app_name", NEW."application_id", NEW."checks", NEW."claimed_at", NEW."claimed_by_id", NEW."created_at", NEW."data_access", NEW."decided_at", NEW."description", NEW."due_at", NEW."homepage_url", NEW."icon", NEW."id", NEW."note", NEW."number", NEW."permission_purposes", NEW."permissions", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."privacy_policy_url", NEW."redirect_uris", NEW."risk", NEW."screenshots", NEW."security_info", NEW."status", NEW."submitted_by_id", NEW."submitted_label", NEW."support_url", NEW."updated_at"); RETURN NULL;',
                    hash="7473057725775f09dfc26fded76eaf3bab89a4b8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0475e",
                    table="applications_applicationversion",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationversion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "applications_applicationversionevent" ("app_name", "application_id", "checks", "claimed_at", "claimed_by_id", "created_at", "data_access", "decided_at", "description", "due_at", "homepage_url", "icon", "id", "note", "number", "permission_purposes", "permissions", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "privacy_policy_url", "redirect_uris", "risk", "screenshots", "security_info", "status", "submitted_by_id", "submitted_label", "support_url", "updated_at") VALUES (NEW."app_name", NEW."application_id", NEW."checks", NEW."claimed_at", NEW."claimed_by_id", NEW."created_at", NEW."data_access", NEW."decided_at", NEW."description", NEW."due_at", NEW."homepage_url", NEW."icon", NEW."id", NEW."note", NEW."number", NEW."permission_purposes", NEW."permissions", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."privacy_policy_url", NEW."redirect_uris", NEW."risk", NEW."screenshots", NEW."security_info", NEW."status", NEW."submitted_by_id", NEW."submitted_label", NEW."support_url", NEW."updated_at"); RETURN NULL;',
                    hash="d8d92f78555c64586e7ac3bb3e9b04740e4dc03d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_30231",
                    table="applications_applicationversion",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationversion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "applications_applicationversionevent" ("app_name", "application_id", "checks", "claimed_at", "claimed_by_id", "created_at", "data_access", "decided_at", "description", "due_at", "homepage_url", "icon", "id", "note", "number", "permission_purposes", "permissions", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "privacy_policy_url", "redirect_uris", "risk", "screenshots", "security_info", "status", "submitted_by_id", "submitted_label", "support_url", "updated_at") VALUES (OLD."app_name", OLD."application_id", OLD."checks", OLD."claimed_at", OLD."claimed_by_id", OLD."created_at", OLD."data_access", OLD."decided_at", OLD."description", OLD."due_at", OLD."homepage_url", OLD."icon", OLD."id", OLD."note", OLD."number", OLD."permission_purposes", OLD."permissions", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."privacy_policy_url", OLD."redirect_uris", OLD."risk", OLD."screenshots", OLD."security_info", OLD."status", OLD."submitted_by_id", OLD."submitted_label", OLD."support_url", OLD."updated_at"); RETURN NULL;',
                    hash="853f6a0f4e58eee62f66ca9629cc86c4c4718c4b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7e8c2",
                    table="applications_applicationversion",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnerapplicationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2830039c94cb81edaee650ebed358c5eb623786f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d2569",
                    table="applications_partnerapplicationevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="reviewcomment",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5fa892c014952d0344e7085cfefcf28c1c286d8e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_29505",
                    table="applications_reviewcomment",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationstatuschange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="609256c1861e59e4781cf529bce2cd46ae1e2dbd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_11541",
                    table="applications_applicationstatuschange",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationreview",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="186a47c91e41639e28af1ea8affebe2f058ddc68",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a0f9f",
                    table="applications_applicationreview",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="applicationversionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="55ade321ec2c265de3854e86bc57df3bef9d1b21",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cf91d",
                    table="applications_applicationversionevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
