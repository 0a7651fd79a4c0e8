"""Every secret that was replaced and still signs, instead of the last one alone."""

import common.fields
import common.operations
import pgtrigger.compiler
from django.db import migrations, models


def keep_previous(apps, schema_editor):
    """Secrets whose overlap has not ended go on signing."""
    endpoints = apps.get_model("webhooks", "WebhookEndpoint")
    for endpoint in endpoints.objects.exclude(previous_secret="").filter(previous_secret_expires_at__isnull=False):
        endpoint.previous_secrets = [[endpoint.previous_secret, endpoint.previous_secret_expires_at.isoformat()]]
        endpoint.save(update_fields=["previous_secrets"])


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0006_delivery_event_name"),
    ]

    operations = [
        common.operations.RemoveTrigger(
            model_name="webhookendpoint",
            name="insert_insert",
        ),
        common.operations.RemoveTrigger(
            model_name="webhookendpoint",
            name="update_update",
        ),
        common.operations.RemoveTrigger(
            model_name="webhookendpoint",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="previous_secrets",
            field=common.fields.EncryptedJSONField(blank=True, default=list, editable=False),
        ),
        migrations.RunPython(keep_previous, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="webhookendpoint",
            name="previous_secret",
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="secret_rotated_at",
            field=models.DateTimeField(blank=True, help_text="When the secret was last replaced.", null=True),
        ),
        migrations.AddField(
            model_name="webhookendpointevent",
            name="secret_rotated_at",
            field=models.DateTimeField(blank=True, help_text="When the secret was last replaced.", null=True),
        ),
        migrations.AlterField(
            model_name="webhookendpoint",
            name="previous_secret_expires_at",
            field=models.DateTimeField(
                blank=True, help_text="When the last of the earlier secrets stops signing.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="webhookendpointevent",
            name="previous_secret_expires_at",
            field=models.DateTimeField(
                blank=True, help_text="When the last of the earlier secrets stops signing.", null=True
            ),
        ),
        common.operations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "field_mapping", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "ownership_error", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "secret_rotated_at", "subscribed_events", "unproven", "updated_at", "verified_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."disabled_reason", NEW."endpoint_url", NEW."environment", NEW."field_mapping", NEW."id", NEW."integration_id", NEW."max_in_flight", NEW."max_per_second", NEW."ordered", NEW."ownership_error", NEW."partner_id", NEW."payload_filter", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."previous_secret_expires_at", NEW."secret_rotated_at", NEW."subscribed_events", NEW."unproven", NEW."updated_at", NEW."verified_at"); RETURN NULL;',
                    hash="2beff1278013f4b2188df6582e58d6c265fee3e2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9dcc2",
                    table="webhooks_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."disabled_reason" IS DISTINCT FROM (NEW."disabled_reason") OR OLD."endpoint_url" IS DISTINCT FROM (NEW."endpoint_url") OR OLD."environment" IS DISTINCT FROM (NEW."environment") OR OLD."field_mapping" IS DISTINCT FROM (NEW."field_mapping") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."integration_id" IS DISTINCT FROM (NEW."integration_id") OR OLD."max_in_flight" IS DISTINCT FROM (NEW."max_in_flight") OR OLD."max_per_second" IS DISTINCT FROM (NEW."max_per_second") OR OLD."ordered" IS DISTINCT FROM (NEW."ordered") OR OLD."ownership_error" IS DISTINCT FROM (NEW."ownership_error") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."payload_filter" IS DISTINCT FROM (NEW."payload_filter") OR OLD."previous_secret_expires_at" IS DISTINCT FROM (NEW."previous_secret_expires_at") OR OLD."secret_rotated_at" IS DISTINCT FROM (NEW."secret_rotated_at") OR OLD."subscribed_events" IS DISTINCT FROM (NEW."subscribed_events") OR OLD."unproven" IS DISTINCT FROM (NEW."unproven") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."verified_at" IS DISTINCT FROM (NEW."verified_at"))',
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "field_mapping", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "ownership_error", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "secret_rotated_at", "subscribed_events", "unproven", "updated_at", "verified_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."disabled_reason", NEW."endpoint_url", NEW."environment", NEW."field_mapping", NEW."id", NEW."integration_id", NEW."max_in_flight", NEW."max_per_second", NEW."ordered", NEW."ownership_error", NEW."partner_id", NEW."payload_filter", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."previous_secret_expires_at", NEW."secret_rotated_at", NEW."subscribed_events", NEW."unproven", NEW."updated_at", NEW."verified_at"); RETURN NULL;',
                    hash="576ce9d5d7520c1db2907dd337ee5d4adea101ef",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0a54d",
                    table="webhooks_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "field_mapping", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "ownership_error", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "secret_rotated_at", "subscribed_events", "unproven", "updated_at", "verified_at") VALUES (OLD."active", OLD."created_at", OLD."description", OLD."disabled_reason", OLD."endpoint_url", OLD."environment", OLD."field_mapping", OLD."id", OLD."integration_id", OLD."max_in_flight", OLD."max_per_second", OLD."ordered", OLD."ownership_error", OLD."partner_id", OLD."payload_filter", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."previous_secret_expires_at", OLD."secret_rotated_at", OLD."subscribed_events", OLD."unproven", OLD."updated_at", OLD."verified_at"); RETURN NULL;',
                    hash="bae9ed21dbe393d6ed6c9a288ea92bccea307c97",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1aec2",
                    table="webhooks_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
    ]
