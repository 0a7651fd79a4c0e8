import common.fields
import common.ids
import common.operations
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("integrations", "0001_initial"), ("integrations", "0002_history_by_time")]

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
                    name="Integration",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("integration_name", models.CharField(max_length=100)),
                        (
                            "integration_type",
                            models.CharField(
                                choices=[
                                    ("webhook", "Webhook"),
                                    ("api", "API"),
                                    ("crm", "CRM"),
                                    ("data_feed", "Data feed"),
                                    ("custom", "Custom"),
                                ],
                                default="webhook",
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("inactive", "Inactive"),
                                    ("error", "Error"),
                                    ("maintenance", "Maintenance"),
                                ],
                                default="active",
                                max_length=20,
                            ),
                        ),
                        (
                            "health_status",
                            models.CharField(
                                choices=[
                                    ("unknown", "Unknown"),
                                    ("healthy", "Healthy"),
                                    ("degraded", "Degraded"),
                                    ("unhealthy", "Unhealthy"),
                                ],
                                default="unknown",
                                max_length=20,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        ("config", common.fields.EncryptedJSONField(blank=True, default=dict)),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="integrations",
                                to="applications.partnerapplication",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="integrations",
                                to="partners.partner",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [models.Index(fields=["partner", "-id"], name="integration_by_partner")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("integration_type__in", ["webhook", "api", "crm", "data_feed", "custom"])
                                ),
                                name="integration_type_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["active", "inactive", "error", "maintenance"])),
                                name="integration_status_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("health_status__in", ["unknown", "healthy", "degraded", "unhealthy"])
                                ),
                                name="integration_health_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("environment__in", ["live", "test"])),
                                name="integration_environment_valid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IntegrationEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("integration_name", models.CharField(max_length=100)),
                        (
                            "integration_type",
                            models.CharField(
                                choices=[
                                    ("webhook", "Webhook"),
                                    ("api", "API"),
                                    ("crm", "CRM"),
                                    ("data_feed", "Data feed"),
                                    ("custom", "Custom"),
                                ],
                                default="webhook",
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("inactive", "Inactive"),
                                    ("error", "Error"),
                                    ("maintenance", "Maintenance"),
                                ],
                                default="active",
                                max_length=20,
                            ),
                        ),
                        (
                            "health_status",
                            models.CharField(
                                choices=[
                                    ("unknown", "Unknown"),
                                    ("healthy", "Healthy"),
                                    ("degraded", "Degraded"),
                                    ("unhealthy", "Unhealthy"),
                                ],
                                default="unknown",
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
                                to="integrations.integration",
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
            model_name="integration",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "integrations_integrationevent" ("application_id", "created_at", "environment", "health_status", "id", "integration_name", "integration_type", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "updated_at") VALUES (NEW."application_id", NEW."created_at", NEW."environment", NEW."health_status", NEW."id", NEW."integration_name", NEW."integration_type", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."status", NEW."updated_at"); RETURN NULL;',
                    hash="c837a03edd2b8a6a7e6f0df601d7033b82bbb79c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_88023",
                    table="integrations_integration",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="integration",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."application_id" IS DISTINCT FROM (NEW."application_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."environment" IS DISTINCT FROM (NEW."environment") OR OLD."health_status" IS DISTINCT FROM (NEW."health_status") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."integration_name" IS DISTINCT FROM (NEW."integration_name") OR OLD."integration_type" IS DISTINCT FROM (NEW."integration_type") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))',
                    func='INSERT INTO "integrations_integrationevent" ("application_id", "created_at", "environment", "health_status", "id", "integration_name", "integration_type", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "updated_at") VALUES (NEW."application_id", NEW."created_at", NEW."environment", NEW."health_status", NEW."id", NEW."integration_name", NEW."integration_type", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."status", NEW."updated_at"); RETURN NULL;',
                    hash="b3118a0e957e8fe414b10c40ab97f5f02ac2cd49",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_abe1d",
                    table="integrations_integration",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="integration",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "integrations_integrationevent" ("application_id", "created_at", "environment", "health_status", "id", "integration_name", "integration_type", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "updated_at") VALUES (OLD."application_id", OLD."created_at", OLD."environment", OLD."health_status", OLD."id", OLD."integration_name", OLD."integration_type", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."status", OLD."updated_at"); RETURN NULL;',
                    hash="191c4af934d116f12329cef6f32ad5716a511e01",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4aaf4",
                    table="integrations_integration",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="integrationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f52a708ec2d7529d5a82e07d5b869329acd3db34",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_3675d",
                    table="integrations_integrationevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
