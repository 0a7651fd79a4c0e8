import common.fields
import common.ids
import common.operations
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import django_countries.fields
import partners.files
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

# The audit trail's context table belongs to django-pghistory: its guards and its search index are plain SQL.
# A request's context row is completed while the request runs and closed afterwards.
PROTECT_CONTEXT = """
CREATE FUNCTION pghistory_context_is_closed() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'audit: the context of a change cannot be altered or deleted';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER context_never_deleted BEFORE DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION pghistory_context_is_closed();
CREATE TRIGGER context_closed_after_a_day BEFORE UPDATE ON pghistory_context
    FOR EACH ROW WHEN (OLD.created_at < now() - interval '1 day') EXECUTE FUNCTION pghistory_context_is_closed();
"""
OPEN_CONTEXT = """
DROP TRIGGER context_closed_after_a_day ON pghistory_context;
DROP TRIGGER context_never_deleted ON pghistory_context;
DROP FUNCTION pghistory_context_is_closed();
"""


class Migration(migrations.Migration):
    replaces = [
        ("partners", "0002_initial"),
        ("partners", "0003_audit"),
        ("partners", "0004_tier_request"),
        ("partners", "0005_contact_primary"),
        ("partners", "0006_history"),
        ("partners", "0007_history_by_time"),
    ]

    initial = True

    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("django_dramatiq", "0003_auto_20200204_0842"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("partners", "0001_user"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        common.operations.Together(
            operations=[
                migrations.CreateModel(
                    name="MailPreference",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("category", models.CharField(max_length=30)),
                        ("enabled", models.BooleanField(default=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mail_preferences",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["category"],
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "category"), name="mail_preference_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OutboundMail",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("kind", models.CharField(max_length=50)),
                        ("recipient", models.EmailField(max_length=254)),
                        ("context", common.fields.EncryptedJSONField(default=dict)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("pending", "Pending"),
                                    ("sending", "Sending"),
                                    ("sent", "Sent"),
                                    ("failed", "Failed"),
                                ],
                                default="pending",
                                max_length=20,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("due_at", models.DateTimeField()),
                        ("last_error", models.CharField(blank=True, max_length=500)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status__in", ["pending", "sending"])),
                                fields=["due_at"],
                                name="outbound_mail_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["pending", "sending", "sent", "failed"])),
                                name="outbound_mail_status_valid",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Partner",
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
                            "external_id",
                            models.CharField(
                                blank=True,
                                help_text="Its id in the system it was imported from.",
                                max_length=100,
                                null=True,
                                unique=True,
                            ),
                        ),
                        ("partner_name", models.CharField(max_length=200)),
                        (
                            "partner_type",
                            models.CharField(
                                choices=[
                                    ("technology", "Technology"),
                                    ("service", "Service"),
                                    ("data", "Data"),
                                    ("channel", "Channel"),
                                    ("strategic", "Strategic"),
                                    ("verification", "Verification"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("inactive", "Inactive"),
                                    ("suspended", "Suspended"),
                                    ("pending", "Pending"),
                                ],
                                default="pending",
                                max_length=20,
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("basic", "Basic"), ("premium", "Premium"), ("enterprise", "Enterprise")],
                                default="basic",
                                max_length=20,
                            ),
                        ),
                        ("website", models.URLField(blank=True)),
                        ("description", models.TextField(blank=True, max_length=2000)),
                        ("legal_name", models.CharField(blank=True, max_length=200)),
                        (
                            "registration_number",
                            models.CharField(blank=True, help_text="In the company register.", max_length=50),
                        ),
                        (
                            "tax_id",
                            models.CharField(
                                blank=True,
                                help_text="EIN in the United States, else VAT ID.",
                                max_length=30,
                                verbose_name="tax ID",
                            ),
                        ),
                        ("country", django_countries.fields.CountryField(blank=True, max_length=2)),
                        ("street", models.CharField(blank=True, max_length=200)),
                        ("postal_code", models.CharField(blank=True, max_length=20)),
                        ("city", models.CharField(blank=True, max_length=100)),
                        ("region", models.CharField(blank=True, max_length=100)),
                        ("support_email", models.EmailField(blank=True, max_length=254, verbose_name="support email")),
                        (
                            "phone",
                            models.CharField(
                                blank=True, help_text="In international form, +14155550123.", max_length=40
                            ),
                        ),
                        (
                            "logo",
                            models.FileField(blank=True, storage=partners.files.private_storage, upload_to="logos/"),
                        ),
                        ("suspension_reason", models.TextField(blank=True)),
                        ("suspended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "suspension_cause",
                            models.CharField(
                                blank=True,
                                help_text="Set when the platform itself suspended, e.g. agreement_expired.",
                                max_length=30,
                            ),
                        ),
                        (
                            "status_before_suspension",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("active", "Active"),
                                    ("inactive", "Inactive"),
                                    ("suspended", "Suspended"),
                                    ("pending", "Pending"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("activated_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "activation_waiver",
                            models.TextField(
                                blank=True, help_text="What was outstanding when staff activated the partner."
                            ),
                        ),
                        ("verified_at", models.DateTimeField(blank=True, null=True)),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "search_text",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Lower(
                                    django.db.models.functions.text.Concat(
                                        models.F("partner_name"),
                                        models.Value(" "),
                                        models.F("legal_name"),
                                        models.Value(" "),
                                        models.F("website"),
                                        models.Value(" "),
                                        models.F("support_email"),
                                        output_field=models.TextField(),
                                    )
                                ),
                                output_field=models.TextField(),
                            ),
                        ),
                        (
                            "tier_requested",
                            models.CharField(
                                blank=True,
                                choices=[("basic", "Basic"), ("premium", "Premium"), ("enterprise", "Enterprise")],
                                help_text="Waits for a second person to confirm it.",
                                max_length=20,
                            ),
                        ),
                        (
                            "tier_requested_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["status", "-id"], name="partner_by_status"),
                            models.Index(fields=["partner_type", "-id"], name="partner_by_type"),
                            models.Index(fields=["tier", "-id"], name="partner_by_tier"),
                            models.Index(fields=["-created_at"], name="partner_by_age"),
                            models.Index(fields=["partner_name", "id"], name="partner_by_name"),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                                name="partner_search",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "partner_type__in",
                                        ["technology", "service", "data", "channel", "strategic", "verification"],
                                    )
                                ),
                                name="partner_type_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["active", "inactive", "suspended", "pending"])),
                                name="partner_status_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("tier__in", ["basic", "premium", "enterprise"])),
                                name="partner_tier_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("deleted_at", None), ("status", "inactive"), _connector="OR"),
                                name="partner_deleted_is_inactive",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UserEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("email", models.EmailField(max_length=254)),
                        ("name", models.CharField(blank=True, max_length=150)),
                        ("is_staff", models.BooleanField(default=False)),
                        ("is_active", models.BooleanField(default=True)),
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
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="AgreementTemplate",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("agreement_type", models.SlugField()),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("title", models.CharField(max_length=200)),
                        ("body", models.TextField(help_text="Paragraphs; a line that begins with # is a heading.")),
                        ("required", models.BooleanField(default=False, help_text="Needed to go live.")),
                        (
                            "partner_types",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("technology", "Technology"),
                                        ("service", "Service"),
                                        ("data", "Data"),
                                        ("channel", "Channel"),
                                        ("strategic", "Strategic"),
                                        ("verification", "Verification"),
                                    ],
                                    max_length=20,
                                ),
                                blank=True,
                                default=list,
                                help_text="Whom it is required of; empty: everyone.",
                                size=None,
                            ),
                        ),
                        (
                            "validity_days",
                            models.PositiveIntegerField(
                                blank=True, help_text="From signature; empty: no end.", null=True
                            ),
                        ),
                        (
                            "requires_reacceptance",
                            models.BooleanField(
                                default=True,
                                help_text="Whether partners who signed an earlier version must sign this one.",
                            ),
                        ),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["agreement_type", "-version"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agreement_type", "version"), name="agreement_template_version_unique"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementTemplateEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("agreement_type", models.SlugField(db_index=False)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("title", models.CharField(max_length=200)),
                        ("body", models.TextField(help_text="Paragraphs; a line that begins with # is a heading.")),
                        ("required", models.BooleanField(default=False, help_text="Needed to go live.")),
                        (
                            "partner_types",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("technology", "Technology"),
                                        ("service", "Service"),
                                        ("data", "Data"),
                                        ("channel", "Channel"),
                                        ("strategic", "Strategic"),
                                        ("verification", "Verification"),
                                    ],
                                    max_length=20,
                                ),
                                blank=True,
                                default=list,
                                help_text="Whom it is required of; empty: everyone.",
                                size=None,
                            ),
                        ),
                        (
                            "validity_days",
                            models.PositiveIntegerField(
                                blank=True, help_text="From signature; empty: no end.", null=True
                            ),
                        ),
                        (
                            "requires_reacceptance",
                            models.BooleanField(
                                default=True,
                                help_text="Whether partners who signed an earlier version must sign this one.",
                            ),
                        ),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
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
                                to="partners.agreementtemplate",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("email", models.EmailField(max_length=254)),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("owner", "Owner"),
                                    ("developer", "Developer"),
                                    ("billing", "Billing"),
                                    ("viewer", "Viewer"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("open", "Open"), ("accepted", "Accepted"), ("revoked", "Revoked")],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                        ("expires_at", models.DateTimeField()),
                        ("times_sent", models.PositiveSmallIntegerField(default=1)),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="accepted_invitations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "invited_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="sent_invitations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to="partners.partner",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["open", "accepted", "revoked"])),
                                name="invitation_status_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("role__in", ["owner", "developer", "billing", "viewer"])),
                                name="invitation_role_valid",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "open")),
                                fields=("partner", "email"),
                                name="invitation_one_open",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerAgreement",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("agreement_type", models.SlugField()),
                        ("title", models.CharField(max_length=200)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("terms", models.TextField(blank=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("pending", "Pending"),
                                    ("active", "Active"),
                                    ("expired", "Expired"),
                                    ("superseded", "Superseded"),
                                    ("terminated", "Terminated"),
                                ],
                                default="pending",
                                max_length=20,
                            ),
                        ),
                        ("signed_date", models.DateField(blank=True, null=True)),
                        ("effective_date", models.DateField(blank=True, null=True)),
                        ("expiration_date", models.DateField(blank=True, null=True)),
                        (
                            "signed_at",
                            models.DateTimeField(blank=True, help_text="When the signature reached us.", null=True),
                        ),
                        ("signer_name", models.CharField(blank=True, max_length=150)),
                        ("signer_title", models.CharField(blank=True, max_length=100)),
                        ("signer_email", models.EmailField(blank=True, max_length=254)),
                        ("signed_ip", models.GenericIPAddressField(blank=True, null=True)),
                        (
                            "recorded_by",
                            models.CharField(
                                blank=True, help_text="Staff who recorded a signature on paper.", max_length=254
                            ),
                        ),
                        ("document_sha256", models.CharField(blank=True, max_length=64)),
                        (
                            "warned_days",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="The last warning before expiry.", null=True
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="agreements",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "signer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signed_agreements",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="agreements",
                                to="partners.agreementtemplate",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["partner", "-id"], name="agreement_by_partner"),
                            models.Index(
                                condition=models.Q(("status", "active")),
                                fields=["expiration_date"],
                                name="agreement_by_expiry",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["pending", "active", "expired", "superseded", "terminated"])
                                ),
                                name="agreement_status_valid",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "active")),
                                fields=("partner", "agreement_type"),
                                name="agreement_one_active",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("expiration_date", None),
                                    ("effective_date", None),
                                    ("expiration_date__gte", models.F("effective_date")),
                                    _connector="OR",
                                ),
                                name="agreement_ends_after_it_begins",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "active"), _negated=True),
                                    ("signed_date__isnull", False),
                                    _connector="OR",
                                ),
                                name="agreement_active_is_signed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerContact",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("contact_name", models.CharField(max_length=150)),
                        ("email", models.EmailField(max_length=254)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "role",
                            models.CharField(
                                blank=True, help_text="What to reach them for, e.g. technical, billing.", max_length=100
                            ),
                        ),
                        ("is_primary", models.BooleanField(default=False)),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contacts",
                                to="partners.partner",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_primary", True)),
                                fields=("partner",),
                                name="contact_one_primary",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "external_id",
                            models.CharField(
                                blank=True,
                                help_text="Its id in the system it was imported from.",
                                max_length=100,
                                null=True,
                            ),
                        ),
                        ("partner_name", models.CharField(max_length=200)),
                        (
                            "partner_type",
                            models.CharField(
                                choices=[
                                    ("technology", "Technology"),
                                    ("service", "Service"),
                                    ("data", "Data"),
                                    ("channel", "Channel"),
                                    ("strategic", "Strategic"),
                                    ("verification", "Verification"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("inactive", "Inactive"),
                                    ("suspended", "Suspended"),
                                    ("pending", "Pending"),
                                ],
                                default="pending",
                                max_length=20,
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("basic", "Basic"), ("premium", "Premium"), ("enterprise", "Enterprise")],
                                default="basic",
                                max_length=20,
                            ),
                        ),
                        ("website", models.URLField(blank=True)),
                        ("description", models.TextField(blank=True, max_length=2000)),
                        ("legal_name", models.CharField(blank=True, max_length=200)),
                        (
                            "registration_number",
                            models.CharField(blank=True, help_text="In the company register.", max_length=50),
                        ),
                        (
                            "tax_id",
                            models.CharField(
                                blank=True,
                                help_text="EIN in the United States, else VAT ID.",
                                max_length=30,
                                verbose_name="tax ID",
                            ),
                        ),
                        ("country", django_countries.fields.CountryField(blank=True, max_length=2)),
                        ("street", models.CharField(blank=True, max_length=200)),
                        ("postal_code", models.CharField(blank=True, max_length=20)),
                        ("city", models.CharField(blank=True, max_length=100)),
                        ("region", models.CharField(blank=True, max_length=100)),
                        ("support_email", models.EmailField(blank=True, max_length=254, verbose_name="support email")),
                        (
                            "phone",
                            models.CharField(
                                blank=True, help_text="In international form, +14155550123.", max_length=40
                            ),
                        ),
                        (
                            "logo",
                            models.FileField(blank=True, storage=partners.files.private_storage, upload_to="logos/"),
                        ),
                        ("suspension_reason", models.TextField(blank=True)),
                        ("suspended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "suspension_cause",
                            models.CharField(
                                blank=True,
                                help_text="Set when the platform itself suspended, e.g. agreement_expired.",
                                max_length=30,
                            ),
                        ),
                        (
                            "status_before_suspension",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("active", "Active"),
                                    ("inactive", "Inactive"),
                                    ("suspended", "Suspended"),
                                    ("pending", "Pending"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("activated_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "activation_waiver",
                            models.TextField(
                                blank=True, help_text="What was outstanding when staff activated the partner."
                            ),
                        ),
                        ("verified_at", models.DateTimeField(blank=True, null=True)),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
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
                                to="partners.partner",
                            ),
                        ),
                        (
                            "tier_requested",
                            models.CharField(
                                blank=True,
                                choices=[("basic", "Basic"), ("premium", "Premium"), ("enterprise", "Enterprise")],
                                help_text="Waits for a second person to confirm it.",
                                max_length=20,
                            ),
                        ),
                        (
                            "tier_requested_by",
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PartnerMember",
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
                            "role",
                            models.CharField(
                                choices=[
                                    ("owner", "Owner"),
                                    ("developer", "Developer"),
                                    ("billing", "Billing"),
                                    ("viewer", "Viewer"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="members",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "user"), name="member_once_per_partner"),
                            models.CheckConstraint(
                                condition=models.Q(("role__in", ["owner", "developer", "billing", "viewer"])),
                                name="member_role_valid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VerificationItem",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("key", models.SlugField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("submitted", "Submitted"),
                                    ("confirmed", "Confirmed once"),
                                    ("accepted", "Accepted"),
                                    ("rejected", "Rejected"),
                                    ("expired", "Expired"),
                                ],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        ("answer", common.fields.EncryptedJSONField(default=dict)),
                        ("note", models.TextField(blank=True, help_text="What the reviewer tells the partner.")),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                        ("expires_on", models.DateField(blank=True, null=True)),
                        (
                            "warned_days",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="The last warning before expiry.", null=True
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="verification_items",
                                to="partners.partner",
                            ),
                        ),
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
                            "second_reviewer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status__in", ["submitted", "confirmed"])),
                                fields=["submitted_at"],
                                name="verification_queue",
                            ),
                            models.Index(
                                condition=models.Q(("status", "accepted")),
                                fields=["expires_on"],
                                name="verification_by_expiry",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        ["open", "submitted", "confirmed", "accepted", "rejected", "expired"],
                                    )
                                ),
                                name="verification_item_status_valid",
                            ),
                            models.UniqueConstraint(fields=("partner", "key"), name="verification_item_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("second_reviewer", None),
                                    models.Q(("second_reviewer", models.F("reviewer")), _negated=True),
                                    _connector="OR",
                                ),
                                name="verification_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementDocument",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("content", models.BinaryField()),
                        ("sha256", models.CharField(max_length=64)),
                        (
                            "agreement",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="document",
                                to="partners.partneragreement",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="InvitationEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("email", models.EmailField(max_length=254)),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("owner", "Owner"),
                                    ("developer", "Developer"),
                                    ("billing", "Billing"),
                                    ("viewer", "Viewer"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("open", "Open"), ("accepted", "Accepted"), ("revoked", "Revoked")],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        ("expires_at", models.DateTimeField()),
                        ("times_sent", models.PositiveSmallIntegerField(default=1)),
                        (
                            "accepted_by",
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
                            "invited_by",
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
                                to="partners.invitation",
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PartnerAgreementEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("agreement_type", models.SlugField(db_index=False)),
                        ("title", models.CharField(max_length=200)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("terms", models.TextField(blank=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("pending", "Pending"),
                                    ("active", "Active"),
                                    ("expired", "Expired"),
                                    ("superseded", "Superseded"),
                                    ("terminated", "Terminated"),
                                ],
                                default="pending",
                                max_length=20,
                            ),
                        ),
                        ("signed_date", models.DateField(blank=True, null=True)),
                        ("effective_date", models.DateField(blank=True, null=True)),
                        ("expiration_date", models.DateField(blank=True, null=True)),
                        (
                            "signed_at",
                            models.DateTimeField(blank=True, help_text="When the signature reached us.", null=True),
                        ),
                        ("signer_name", models.CharField(blank=True, max_length=150)),
                        ("signer_title", models.CharField(blank=True, max_length=100)),
                        ("signer_email", models.EmailField(blank=True, max_length=254)),
                        ("signed_ip", models.GenericIPAddressField(blank=True, null=True)),
                        (
                            "recorded_by",
                            models.CharField(
                                blank=True, help_text="Staff who recorded a signature on paper.", max_length=254
                            ),
                        ),
                        ("document_sha256", models.CharField(blank=True, max_length=64)),
                        (
                            "warned_days",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="The last warning before expiry.", null=True
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
                                to="partners.partneragreement",
                            ),
                        ),
                        (
                            "signer",
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
                            "template",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="partners.agreementtemplate",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PartnerContactEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("contact_name", models.CharField(max_length=150)),
                        ("email", models.EmailField(max_length=254)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "role",
                            models.CharField(
                                blank=True, help_text="What to reach them for, e.g. technical, billing.", max_length=100
                            ),
                        ),
                        ("is_primary", models.BooleanField(default=False)),
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
                                to="partners.partnercontact",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PartnerMemberEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("owner", "Owner"),
                                    ("developer", "Developer"),
                                    ("billing", "Billing"),
                                    ("viewer", "Viewer"),
                                ],
                                max_length=20,
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
                                to="partners.partnermember",
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
                    name="VerificationDocument",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("file", models.FileField(storage=partners.files.private_storage, upload_to="verification/")),
                        ("filename", models.CharField(max_length=150)),
                        ("content_type", models.CharField(max_length=50)),
                        ("size", models.PositiveIntegerField()),
                        ("sha256", models.CharField(max_length=64)),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="documents",
                                to="partners.verificationitem",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("item", "sha256"), name="verification_document_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VerificationItemEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("key", models.SlugField(db_index=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("submitted", "Submitted"),
                                    ("confirmed", "Confirmed once"),
                                    ("accepted", "Accepted"),
                                    ("rejected", "Rejected"),
                                    ("expired", "Expired"),
                                ],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        ("note", models.TextField(blank=True, help_text="What the reviewer tells the partner.")),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                        ("expires_on", models.DateField(blank=True, null=True)),
                        (
                            "warned_days",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="The last warning before expiry.", null=True
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
                                to="partners.verificationitem",
                            ),
                        ),
                        (
                            "reviewer",
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
                            "second_reviewer",
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="VerificationDocumentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("file", models.FileField(storage=partners.files.private_storage, upload_to="verification/")),
                        ("filename", models.CharField(max_length=150)),
                        ("content_type", models.CharField(max_length=50)),
                        ("size", models.PositiveIntegerField()),
                        ("sha256", models.CharField(max_length=64)),
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
                                to="partners.verificationdocument",
                            ),
                        ),
                        (
                            "uploaded_by",
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
                            "item",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="partners.verificationitem",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="MailPreferenceEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("category", models.CharField(max_length=30)),
                        ("enabled", models.BooleanField(default=True)),
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
                                to="partners.mailpreference",
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
                    name="OutboundMailEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("kind", models.CharField(max_length=50)),
                        ("recipient", models.EmailField(max_length=254)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("pending", "Pending"),
                                    ("sending", "Sending"),
                                    ("sent", "Sent"),
                                    ("failed", "Failed"),
                                ],
                                default="pending",
                                max_length=20,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("due_at", models.DateTimeField()),
                        ("last_error", models.CharField(blank=True, max_length=500)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
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
                                to="partners.outboundmail",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="SignInAddress",
                    fields=[],
                    options={
                        "verbose_name": "e-mail address",
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("account.emailaddress",),
                ),
                migrations.CreateModel(
                    name="SignInAddressEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.IntegerField()),
                        ("email", models.EmailField(max_length=254, verbose_name="email address")),
                        ("verified", models.BooleanField(default=False, verbose_name="verified")),
                        ("primary", models.BooleanField(default=False, verbose_name="primary")),
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
                            "user",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="partners.signinaddress",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="SecondStep",
                    fields=[],
                    options={
                        "verbose_name": "second step",
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("mfa.authenticator",),
                ),
                migrations.CreateModel(
                    name="SecondStepEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("recovery_codes", "Recovery codes"),
                                    ("totp", "TOTP Authenticator"),
                                    ("webauthn", "WebAuthn"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                            "user",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="partners.secondstep",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.AddConstraint(
                    model_name="user",
                    constraint=models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="user_email_unique"
                    ),
                ),
            ],
        ),
        common.operations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_userevent" ("created_at", "email", "id", "is_active", "is_staff", "is_superuser", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at") VALUES (NEW."created_at", NEW."email", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."updated_at"); RETURN NULL;',
                    hash="fdac28529eabcbc52fb7465f5884ee87656b91e0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4fa34",
                    table="partners_user",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                    func='INSERT INTO "partners_userevent" ("created_at", "email", "id", "is_active", "is_staff", "is_superuser", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at") VALUES (NEW."created_at", NEW."email", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."updated_at"); RETURN NULL;',
                    hash="35e9210626f883bf911ea66bcfc076c9af79e289",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f552c",
                    table="partners_user",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_userevent" ("created_at", "email", "id", "is_active", "is_staff", "is_superuser", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at") VALUES (OLD."created_at", OLD."email", OLD."id", OLD."is_active", OLD."is_staff", OLD."is_superuser", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."updated_at"); RETURN NULL;',
                    hash="67a6179c9e257cbce08f1d63dd4d9555997cf6a0",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fb2b2",
                    table="partners_user",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="new_password_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."password" IS DISTINCT FROM (NEW."password"))',
                    func='INSERT INTO "partners_userevent" ("created_at", "email", "id", "is_active", "is_staff", "is_superuser", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at") VALUES (NEW."created_at", NEW."email", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."name", _pgh_attach_context(), NOW(), \'new_password\', NEW."id", NEW."updated_at"); RETURN NULL;',
                    hash="5619e39f2d36f30a550f0ba79ce6d1eb13b99f5a",
                    operation="UPDATE",
                    pgid="pgtrigger_new_password_update_aaf63",
                    table="partners_user",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="mailpreference",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_mailpreferenceevent" ("category", "created_at", "enabled", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "user_id") VALUES (NEW."category", NEW."created_at", NEW."enabled", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."updated_at", NEW."user_id"); RETURN NULL;',
                    hash="3c518affbf1bb0b1a91f8234ff55ddf4616401cb",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_287b3",
                    table="partners_mailpreference",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="mailpreference",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "partners_mailpreferenceevent" ("category", "created_at", "enabled", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "user_id") VALUES (NEW."category", NEW."created_at", NEW."enabled", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."updated_at", NEW."user_id"); RETURN NULL;',
                    hash="e53b3b1dfc529be393eac675ccd09d847ea33425",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_597cb",
                    table="partners_mailpreference",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="mailpreference",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_mailpreferenceevent" ("category", "created_at", "enabled", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "user_id") VALUES (OLD."category", OLD."created_at", OLD."enabled", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."updated_at", OLD."user_id"); RETURN NULL;',
                    hash="5a458d94d32597d5dff87a0777622949f2c5d0f3",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_98cdb",
                    table="partners_mailpreference",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="outboundmail",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_outboundmailevent" ("attempts", "created_at", "due_at", "id", "kind", "last_error", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient", "sent_at", "status", "updated_at") VALUES (NEW."attempts", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."last_error", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recipient", NEW."sent_at", NEW."status", NEW."updated_at"); RETURN NULL;',
                    hash="c9ae005aae9a431143592fd60455e174117887a6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e88d2",
                    table="partners_outboundmail",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="outboundmail",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."recipient" IS DISTINCT FROM (NEW."recipient") OR OLD."status" IS DISTINCT FROM (NEW."status"))',
                    func='INSERT INTO "partners_outboundmailevent" ("attempts", "created_at", "due_at", "id", "kind", "last_error", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient", "sent_at", "status", "updated_at") VALUES (NEW."attempts", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."last_error", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recipient", NEW."sent_at", NEW."status", NEW."updated_at"); RETURN NULL;',
                    hash="6b3d3ee1f3211f949dc424c5bdd0314debfe1d3b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_98ef5",
                    table="partners_outboundmail",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="outboundmail",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_outboundmailevent" ("attempts", "created_at", "due_at", "id", "kind", "last_error", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient", "sent_at", "status", "updated_at") VALUES (OLD."attempts", OLD."created_at", OLD."due_at", OLD."id", OLD."kind", OLD."last_error", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."recipient", OLD."sent_at", OLD."status", OLD."updated_at"); RETURN NULL;',
                    hash="c3a88c2651a6161e897aef87149e5bec4fba94a1",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e1469",
                    table="partners_outboundmail",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partner",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partnerevent" ("activated_at", "activation_waiver", "city", "country", "created_at", "deleted_at", "description", "external_id", "id", "legal_name", "logo", "partner_name", "partner_type", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "region", "registration_number", "status", "status_before_suspension", "street", "support_email", "suspended_at", "suspension_cause", "suspension_reason", "tax_id", "tier", "tier_requested", "tier_requested_by_id", "updated_at", "verified_at", "website") VALUES (NEW."activated_at", NEW."activation_waiver", NEW."city", NEW."country", NEW."created_at", NEW."deleted_at", NEW."description", NEW."external_id", NEW."id", NEW."legal_name", NEW."logo", NEW."partner_name", NEW."partner_type", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."postal_code", NEW."region", NEW."registration_number", NEW."status", NEW."status_before_suspension", NEW."street", NEW."support_email", NEW."suspended_at", NEW."suspension_cause", NEW."suspension_reason", NEW."tax_id", NEW."tier", NEW."tier_requested", NEW."tier_requested_by_id", NEW."updated_at", NEW."verified_at", NEW."website"); RETURN NULL;',
                    hash="bba9b16ce7a83e7afa35648f27acac4900969486",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_71860",
                    table="partners_partner",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partner",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."activated_at" IS DISTINCT FROM (NEW."activated_at") OR OLD."activation_waiver" IS DISTINCT FROM (NEW."activation_waiver") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."legal_name" IS DISTINCT FROM (NEW."legal_name") OR OLD."logo" IS DISTINCT FROM (NEW."logo") OR OLD."partner_name" IS DISTINCT FROM (NEW."partner_name") OR OLD."partner_type" IS DISTINCT FROM (NEW."partner_type") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."registration_number" IS DISTINCT FROM (NEW."registration_number") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."status_before_suspension" IS DISTINCT FROM (NEW."status_before_suspension") OR OLD."street" IS DISTINCT FROM (NEW."street") OR OLD."support_email" IS DISTINCT FROM (NEW."support_email") OR OLD."suspended_at" IS DISTINCT FROM (NEW."suspended_at") OR OLD."suspension_cause" IS DISTINCT FROM (NEW."suspension_cause") OR OLD."suspension_reason" IS DISTINCT FROM (NEW."suspension_reason") OR OLD."tax_id" IS DISTINCT FROM (NEW."tax_id") OR OLD."tier" IS DISTINCT FROM (NEW."tier") OR OLD."tier_requested" IS DISTINCT FROM (NEW."tier_requested") OR OLD."tier_requested_by_id" IS DISTINCT FROM (NEW."tier_requested_by_id") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."verified_at" IS DISTINCT FROM (NEW."verified_at") OR OLD."website" IS DISTINCT FROM (NEW."website"))',
                    func='INSERT INTO "partners_partnerevent" ("activated_at", "activation_waiver", "city", "country", "created_at", "deleted_at", "description", "external_id", "id", "legal_name", "logo", "partner_name", "partner_type", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "region", "registration_number", "status", "status_before_suspension", "street", "support_email", "suspended_at", "suspension_cause", "suspension_reason", "tax_id", "tier", "tier_requested", "tier_requested_by_id", "updated_at", "verified_at", "website") VALUES (NEW."activated_at", NEW."activation_waiver", NEW."city", NEW."country", NEW."created_at", NEW."deleted_at", NEW."description", NEW."external_id", NEW."id", NEW."legal_name", NEW."logo", NEW."partner_name", NEW."partner_type", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."postal_code", NEW."region", NEW."registration_number", NEW."status", NEW."status_before_suspension", NEW."street", NEW."support_email", NEW."suspended_at", NEW."suspension_cause", NEW."suspension_reason", NEW."tax_id", NEW."tier", NEW."tier_requested", NEW."tier_requested_by_id", NEW."updated_at", NEW."verified_at", NEW."website"); RETURN NULL;',
                    hash="02ee4fcbd23a14617712249140a2686402bf6f8f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_17ece",
                    table="partners_partner",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partner",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partnerevent" ("activated_at", "activation_waiver", "city", "country", "created_at", "deleted_at", "description", "external_id", "id", "legal_name", "logo", "partner_name", "partner_type", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "region", "registration_number", "status", "status_before_suspension", "street", "support_email", "suspended_at", "suspension_cause", "suspension_reason", "tax_id", "tier", "tier_requested", "tier_requested_by_id", "updated_at", "verified_at", "website") VALUES (OLD."activated_at", OLD."activation_waiver", OLD."city", OLD."country", OLD."created_at", OLD."deleted_at", OLD."description", OLD."external_id", OLD."id", OLD."legal_name", OLD."logo", OLD."partner_name", OLD."partner_type", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."postal_code", OLD."region", OLD."registration_number", OLD."status", OLD."status_before_suspension", OLD."street", OLD."support_email", OLD."suspended_at", OLD."suspension_cause", OLD."suspension_reason", OLD."tax_id", OLD."tier", OLD."tier_requested", OLD."tier_requested_by_id", OLD."updated_at", OLD."verified_at", OLD."website"); RETURN NULL;',
                    hash="4f52053b97a86f9b067eabd4faa88eb502ee4e51",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e7dd8",
                    table="partners_partner",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="userevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="29277babc6502be25d68d4e59998fdfb5d43ab5d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ebf36",
                    table="partners_userevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="agreementtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="published_text_is_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."published_at" IS NOT NULL AND (OLD."body" IS DISTINCT FROM (NEW."body") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."agreement_type" IS DISTINCT FROM (NEW."agreement_type")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="6fcb4b4450d6b63a28e68285bba598dcdae90544",
                    operation="UPDATE",
                    pgid="pgtrigger_published_text_is_final_c8e8f",
                    table="partners_agreementtemplate",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="agreementtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_agreementtemplateevent" ("agreement_type", "body", "created_at", "id", "partner_types", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "required", "requires_reacceptance", "title", "updated_at", "validity_days", "version") VALUES (NEW."agreement_type", NEW."body", NEW."created_at", NEW."id", NEW."partner_types", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."published_at", NEW."required", NEW."requires_reacceptance", NEW."title", NEW."updated_at", NEW."validity_days", NEW."version"); RETURN NULL;',
                    hash="b121370fb47d4decf054f278999d8af8a9788473",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_39657",
                    table="partners_agreementtemplate",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="agreementtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "partners_agreementtemplateevent" ("agreement_type", "body", "created_at", "id", "partner_types", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "required", "requires_reacceptance", "title", "updated_at", "validity_days", "version") VALUES (NEW."agreement_type", NEW."body", NEW."created_at", NEW."id", NEW."partner_types", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."published_at", NEW."required", NEW."requires_reacceptance", NEW."title", NEW."updated_at", NEW."validity_days", NEW."version"); RETURN NULL;',
                    hash="861cfd19d7c985cb5a96e17032cecc33025515da",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_79c54",
                    table="partners_agreementtemplate",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="agreementtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_agreementtemplateevent" ("agreement_type", "body", "created_at", "id", "partner_types", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "required", "requires_reacceptance", "title", "updated_at", "validity_days", "version") VALUES (OLD."agreement_type", OLD."body", OLD."created_at", OLD."id", OLD."partner_types", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."published_at", OLD."required", OLD."requires_reacceptance", OLD."title", OLD."updated_at", OLD."validity_days", OLD."version"); RETURN NULL;',
                    hash="0bb6e16bb95c643f7b63e4038d3523692743a332",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f44c6",
                    table="partners_agreementtemplate",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="agreementtemplateevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1056658d7d5e0a0c9a14c6c774f8baa275bb1028",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cf2c3",
                    table="partners_agreementtemplateevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_invitationevent" ("accepted_by_id", "created_at", "email", "expires_at", "id", "invited_by_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "status", "times_sent", "updated_at") VALUES (NEW."accepted_by_id", NEW."created_at", NEW."email", NEW."expires_at", NEW."id", NEW."invited_by_id", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."status", NEW."times_sent", NEW."updated_at"); RETURN NULL;',
                    hash="022dd456cc15c0d4c08d86e1657ea5dfbfff452f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_21287",
                    table="partners_invitation",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."accepted_by_id" IS DISTINCT FROM (NEW."accepted_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."invited_by_id" IS DISTINCT FROM (NEW."invited_by_id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."times_sent" IS DISTINCT FROM (NEW."times_sent") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))',
                    func='INSERT INTO "partners_invitationevent" ("accepted_by_id", "created_at", "email", "expires_at", "id", "invited_by_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "status", "times_sent", "updated_at") VALUES (NEW."accepted_by_id", NEW."created_at", NEW."email", NEW."expires_at", NEW."id", NEW."invited_by_id", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."status", NEW."times_sent", NEW."updated_at"); RETURN NULL;',
                    hash="8e8025030299aed1c7fb602e6fe71cbeb2b129a7",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_daf67",
                    table="partners_invitation",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_invitationevent" ("accepted_by_id", "created_at", "email", "expires_at", "id", "invited_by_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "status", "times_sent", "updated_at") VALUES (OLD."accepted_by_id", OLD."created_at", OLD."email", OLD."expires_at", OLD."id", OLD."invited_by_id", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."status", OLD."times_sent", OLD."updated_at"); RETURN NULL;',
                    hash="64309d645316318fdca6e14d1070bd6660065206",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_45e62",
                    table="partners_invitation",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partneragreement",
            trigger=pgtrigger.compiler.Trigger(
                name="signature_is_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."signed_date" IS NOT NULL AND (OLD."terms" IS DISTINCT FROM (NEW."terms") OR OLD."document_sha256" IS DISTINCT FROM (NEW."document_sha256") OR OLD."signed_date" IS DISTINCT FROM (NEW."signed_date") OR OLD."signed_at" IS DISTINCT FROM (NEW."signed_at") OR OLD."signer_name" IS DISTINCT FROM (NEW."signer_name") OR OLD."signed_ip" IS DISTINCT FROM (NEW."signed_ip")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e83559552b8bfb938a5c43e1a0a06f91eb451a92",
                    operation="UPDATE",
                    pgid="pgtrigger_signature_is_final_9ec5c",
                    table="partners_partneragreement",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partneragreement",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partneragreementevent" ("agreement_type", "created_at", "document_sha256", "effective_date", "expiration_date", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by", "signed_at", "signed_date", "signed_ip", "signer_email", "signer_id", "signer_name", "signer_title", "status", "template_id", "terms", "title", "updated_at", "version", "warned_days") VALUES (NEW."agreement_type", NEW."created_at", NEW."document_sha256", NEW."effective_date", NEW."expiration_date", NEW."id", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_by", NEW."signed_at", NEW."signed_date", NEW."signed_ip", NEW."signer_email", NEW."signer_id", NEW."signer_name", NEW."signer_title", NEW."status", NEW."template_id", NEW."terms", NEW."title", NEW."updated_at", NEW."version", NEW."warned_days"); RETURN NULL;',
                    hash="e2e01b4ee54a0bebb275aae8bd37768a95b7f4f6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4dae4",
                    table="partners_partneragreement",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partneragreement",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "partners_partneragreementevent" ("agreement_type", "created_at", "document_sha256", "effective_date", "expiration_date", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by", "signed_at", "signed_date", "signed_ip", "signer_email", "signer_id", "signer_name", "signer_title", "status", "template_id", "terms", "title", "updated_at", "version", "warned_days") VALUES (NEW."agreement_type", NEW."created_at", NEW."document_sha256", NEW."effective_date", NEW."expiration_date", NEW."id", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_by", NEW."signed_at", NEW."signed_date", NEW."signed_ip", NEW."signer_email", NEW."signer_id", NEW."signer_name", NEW."signer_title", NEW."status", NEW."template_id", NEW."terms", NEW."title", NEW."updated_at", NEW."version", NEW."warned_days"); RETURN NULL;',
                    hash="a38ace1a92eb73f06f176de78d6325ac553947d8",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5c4cd",
                    table="partners_partneragreement",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partneragreement",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partneragreementevent" ("agreement_type", "created_at", "document_sha256", "effective_date", "expiration_date", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by", "signed_at", "signed_date", "signed_ip", "signer_email", "signer_id", "signer_name", "signer_title", "status", "template_id", "terms", "title", "updated_at", "version", "warned_days") VALUES (OLD."agreement_type", OLD."created_at", OLD."document_sha256", OLD."effective_date", OLD."expiration_date", OLD."id", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."recorded_by", OLD."signed_at", OLD."signed_date", OLD."signed_ip", OLD."signer_email", OLD."signer_id", OLD."signer_name", OLD."signer_title", OLD."status", OLD."template_id", OLD."terms", OLD."title", OLD."updated_at", OLD."version", OLD."warned_days"); RETURN NULL;',
                    hash="488ba8d066a2eccd62d2bd47f053d0c024b12005",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_351fc",
                    table="partners_partneragreement",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnercontact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partnercontactevent" ("contact_name", "created_at", "email", "id", "is_primary", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role", "updated_at") VALUES (NEW."contact_name", NEW."created_at", NEW."email", NEW."id", NEW."is_primary", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."role", NEW."updated_at"); RETURN NULL;',
                    hash="2a6914bbc30484449b56e883e28eab97a5850883",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6fda6",
                    table="partners_partnercontact",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnercontact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "partners_partnercontactevent" ("contact_name", "created_at", "email", "id", "is_primary", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role", "updated_at") VALUES (NEW."contact_name", NEW."created_at", NEW."email", NEW."id", NEW."is_primary", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."role", NEW."updated_at"); RETURN NULL;',
                    hash="41012bac7127c2f0a4bfc2b3f5d1d2e0ccc0f6ec",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ab0d5",
                    table="partners_partnercontact",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnercontact",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partnercontactevent" ("contact_name", "created_at", "email", "id", "is_primary", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "role", "updated_at") VALUES (OLD."contact_name", OLD."created_at", OLD."email", OLD."id", OLD."is_primary", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."role", OLD."updated_at"); RETURN NULL;',
                    hash="774a50c4436ecf77e843ecb47fd7a29f408f3f44",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4f8d6",
                    table="partners_partnercontact",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnercontact",
            trigger=pgtrigger.compiler.Trigger(
                name="keeps_a_primary",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."is_primary")',
                    constraint="CONSTRAINT",
                    func="\nPERFORM 1 FROM partners_partner WHERE id = OLD.partner_id FOR UPDATE;\nIF FOUND\n    AND EXISTS (SELECT 1 FROM partners_partnercontact WHERE partner_id = OLD.partner_id)\n    AND NOT EXISTS (SELECT 1 FROM partners_partnercontact WHERE partner_id = OLD.partner_id AND is_primary)\nTHEN\n    RAISE EXCEPTION 'one contact of a partner is primary' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;\n",
                    hash="f61931bf6bddedab32ebc7520ad3d769cf801184",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_keeps_a_primary_6330b",
                    table="partners_partnercontact",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnerevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a13e8879ffafbd590ff94ddd2a82e6a6ef165dbd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_20581",
                    table="partners_partnerevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnermember",
            trigger=pgtrigger.compiler.Trigger(
                name="keeps_an_owner",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"role\" = 'owner')",
                    constraint="CONSTRAINT",
                    func="\nPERFORM 1 FROM partners_partner WHERE id = OLD.partner_id FOR UPDATE;\nIF FOUND AND NOT EXISTS (\n    SELECT 1 FROM partners_partnermember WHERE partner_id = OLD.partner_id AND role = 'owner'\n) THEN\n    RAISE EXCEPTION 'a partner keeps at least one owner' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;\n",
                    hash="9dc26dac94fac2ffc1114a61e7ddc5bc3a63c933",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_keeps_an_owner_a59d6",
                    table="partners_partnermember",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnermember",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partnermemberevent" ("created_at", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "updated_at", "user_id") VALUES (NEW."created_at", NEW."id", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."updated_at", NEW."user_id"); RETURN NULL;',
                    hash="3ffde8fb36b6116447ed81b5546db0aec6862c15",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b6f08",
                    table="partners_partnermember",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnermember",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "partners_partnermemberevent" ("created_at", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "updated_at", "user_id") VALUES (NEW."created_at", NEW."id", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."updated_at", NEW."user_id"); RETURN NULL;',
                    hash="5af4968e101a662d6fd8800dc0e5693d5a059164",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_40589",
                    table="partners_partnermember",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnermember",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_partnermemberevent" ("created_at", "id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "updated_at", "user_id") VALUES (OLD."created_at", OLD."id", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."updated_at", OLD."user_id"); RETURN NULL;',
                    hash="31759a106062689e5c8d1b0654254bc4a0fa0992",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b5a0f",
                    table="partners_partnermember",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_verificationitemevent" ("created_at", "expires_on", "id", "key", "note", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewed_at", "reviewer_id", "second_reviewer_id", "status", "submitted_at", "updated_at", "warned_days") VALUES (NEW."created_at", NEW."expires_on", NEW."id", NEW."key", NEW."note", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reviewed_at", NEW."reviewer_id", NEW."second_reviewer_id", NEW."status", NEW."submitted_at", NEW."updated_at", NEW."warned_days"); RETURN NULL;',
                    hash="c892484defcf095cc87723252ccecf6967fcd293",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1fed1",
                    table="partners_verificationitem",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."reviewed_at" IS DISTINCT FROM (NEW."reviewed_at") OR OLD."reviewer_id" IS DISTINCT FROM (NEW."reviewer_id") OR OLD."second_reviewer_id" IS DISTINCT FROM (NEW."second_reviewer_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."submitted_at" IS DISTINCT FROM (NEW."submitted_at") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."warned_days" IS DISTINCT FROM (NEW."warned_days"))',
                    func='INSERT INTO "partners_verificationitemevent" ("created_at", "expires_on", "id", "key", "note", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewed_at", "reviewer_id", "second_reviewer_id", "status", "submitted_at", "updated_at", "warned_days") VALUES (NEW."created_at", NEW."expires_on", NEW."id", NEW."key", NEW."note", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reviewed_at", NEW."reviewer_id", NEW."second_reviewer_id", NEW."status", NEW."submitted_at", NEW."updated_at", NEW."warned_days"); RETURN NULL;',
                    hash="a2d0ec394cc0f62e00a904463b3cd4172de6e572",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5815f",
                    table="partners_verificationitem",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationitem",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_verificationitemevent" ("created_at", "expires_on", "id", "key", "note", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewed_at", "reviewer_id", "second_reviewer_id", "status", "submitted_at", "updated_at", "warned_days") VALUES (OLD."created_at", OLD."expires_on", OLD."id", OLD."key", OLD."note", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reviewed_at", OLD."reviewer_id", OLD."second_reviewer_id", OLD."status", OLD."submitted_at", OLD."updated_at", OLD."warned_days"); RETURN NULL;',
                    hash="5d9018090e4c69db84c92cf8491ca44eb7f575ff",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6976c",
                    table="partners_verificationitem",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="agreementdocument",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a4fff4fca2240110e158feb836174a97243e0ae3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2a98b",
                    table="partners_agreementdocument",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="invitationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a6f850a04af03a78fdb580791c77fd2d32e2f49b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9be22",
                    table="partners_invitationevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partneragreementevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="578f97635e8e2aa7f9420414f0211bbc90eaf357",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_08cc0",
                    table="partners_partneragreementevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnercontactevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="76da4c5d2b8ba892312c67a4d2811ceeb9a7e534",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_85b47",
                    table="partners_partnercontactevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="partnermemberevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c65f0d2c61c16f3ed6f78ee642b62947d402f907",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_35eb5",
                    table="partners_partnermemberevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationdocument",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_verificationdocumentevent" ("content_type", "created_at", "file", "filename", "id", "item_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "size", "updated_at", "uploaded_by_id") VALUES (NEW."content_type", NEW."created_at", NEW."file", NEW."filename", NEW."id", NEW."item_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."sha256", NEW."size", NEW."updated_at", NEW."uploaded_by_id"); RETURN NULL;',
                    hash="e6c16c10b9a3f050abf6b3a4be677b8e364b6be8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c883f",
                    table="partners_verificationdocument",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationdocument",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "partners_verificationdocumentevent" ("content_type", "created_at", "file", "filename", "id", "item_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "size", "updated_at", "uploaded_by_id") VALUES (NEW."content_type", NEW."created_at", NEW."file", NEW."filename", NEW."id", NEW."item_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."sha256", NEW."size", NEW."updated_at", NEW."uploaded_by_id"); RETURN NULL;',
                    hash="5bf66286c09719995962a38b4772d9d9d65e3127",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ff7aa",
                    table="partners_verificationdocument",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationdocument",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_verificationdocumentevent" ("content_type", "created_at", "file", "filename", "id", "item_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "size", "updated_at", "uploaded_by_id") VALUES (OLD."content_type", OLD."created_at", OLD."file", OLD."filename", OLD."id", OLD."item_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sha256", OLD."size", OLD."updated_at", OLD."uploaded_by_id"); RETURN NULL;',
                    hash="c70b0cee4a3a97e3cb357483b25ee4d0539a126d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9b094",
                    table="partners_verificationdocument",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationitemevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="484c643edd966642cb27f7f7a014a91fd2d0a4e8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b8f14",
                    table="partners_verificationitemevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="verificationdocumentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d8080d7dc5fce384084b5d7f579f4a2923310aab",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_174c3",
                    table="partners_verificationdocumentevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="mailpreferenceevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8a007244b15969f0f039c73344702231479caa4e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_94f1e",
                    table="partners_mailpreferenceevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="outboundmailevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="792a5a9a67091fc69c8f659a9e679ac80a991aa9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_93135",
                    table="partners_outboundmailevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="signinaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_signinaddressevent" ("email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "user_id", "verified") VALUES (NEW."email", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."primary", NEW."user_id", NEW."verified"); RETURN NULL;',
                    hash="6605f3e618e10b21b18b0d059c9ad007fbafe9ab",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_52c8e",
                    table="account_emailaddress",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="signinaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "partners_signinaddressevent" ("email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "user_id", "verified") VALUES (NEW."email", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."primary", NEW."user_id", NEW."verified"); RETURN NULL;',
                    hash="ac83f37ff7dbb47bfbfd19067e637809b303578b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_42593",
                    table="account_emailaddress",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="signinaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_signinaddressevent" ("email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "user_id", "verified") VALUES (OLD."email", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."primary", OLD."user_id", OLD."verified"); RETURN NULL;',
                    hash="14dbdf0d4eaf4d4095922df9aaabef0a4f1fa492",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_18e7d",
                    table="account_emailaddress",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="signinaddressevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b526975971dfcd50fad0d830f7b8e7a600a4eeda",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_df2e4",
                    table="partners_signinaddressevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="secondstep",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_secondstepevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."type", NEW."user_id"); RETURN NULL;',
                    hash="9873f9e1d97fe3056d84a8ecd312ba752e17d666",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9691a",
                    table="mfa_authenticator",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="secondstep",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."data" IS DISTINCT FROM (NEW."data") OR OLD."type" IS DISTINCT FROM (NEW."type") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))',
                    func='INSERT INTO "partners_secondstepevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."type", NEW."user_id"); RETURN NULL;',
                    hash="b842e77f6d4e397353cbdc7f3391b580ff3ce8d5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0f35a",
                    table="mfa_authenticator",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="secondstep",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "partners_secondstepevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (OLD."created_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."type", OLD."user_id"); RETURN NULL;',
                    hash="30b60edea72461398c33884fc48643119e26e734",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b2a83",
                    table="mfa_authenticator",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="secondstepevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="51206ef275a77c96effa9f98f61db223f480ab13",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_92e85",
                    table="partners_secondstepevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(PROTECT_CONTEXT, OPEN_CONTEXT),
        migrations.RunSQL(
            "CREATE INDEX pghistory_context_metadata ON pghistory_context USING gin (metadata jsonb_path_ops)",
            "DROP INDEX pghistory_context_metadata",
        ),
    ]
