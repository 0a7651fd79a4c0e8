import common.operations
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_squashed_0011_replays_by_endpoint"),
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
            name="removed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When its owner removed it; it goes when its log has gone.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="webhookendpointevent",
            name="removed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When its owner removed it; it goes when its log has gone.",
                null=True,
            ),
        ),
        common.operations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "field_mapping", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "ownership_error", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "removed_at", "secret_rotated_at", "subscribed_events", "unproven", "updated_at", "verified_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."disabled_reason", NEW."endpoint_url", NEW."environment", NEW."field_mapping", NEW."id", NEW."integration_id", NEW."max_in_flight", NEW."max_per_second", NEW."ordered", NEW."ownership_error", NEW."partner_id", NEW."payload_filter", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."previous_secret_expires_at", NEW."removed_at", NEW."secret_rotated_at", NEW."subscribed_events", NEW."unproven", NEW."updated_at", NEW."verified_at"); RETURN NULL;',
                    hash="a7fe38cf38b925612a2cf8dd75eff9394378b44e",
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
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."disabled_reason" IS DISTINCT FROM (NEW."disabled_reason") OR OLD."endpoint_url" IS DISTINCT FROM (NEW."endpoint_url") OR OLD."environment" IS DISTINCT FROM (NEW."environment") OR OLD."field_mapping" IS DISTINCT FROM (NEW."field_mapping") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."integration_id" IS DISTINCT FROM (NEW."integration_id") OR OLD."max_in_flight" IS DISTINCT FROM (NEW."max_in_flight") OR OLD."max_per_second" IS DISTINCT FROM (NEW."max_per_second") OR OLD."ordered" IS DISTINCT FROM (NEW."ordered") OR OLD."ownership_error" IS DISTINCT FROM (NEW."ownership_error") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."payload_filter" IS DISTINCT FROM (NEW."payload_filter") OR OLD."previous_secret_expires_at" IS DISTINCT FROM (NEW."previous_secret_expires_at") OR OLD."removed_at" IS DISTINCT FROM (NEW."removed_at") OR OLD."secret_rotated_at" IS DISTINCT FROM (NEW."secret_rotated_at") OR OLD."subscribed_events" IS DISTINCT FROM (NEW."subscribed_events") OR OLD."unproven" IS DISTINCT FROM (NEW."unproven") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."verified_at" IS DISTINCT FROM (NEW."verified_at"))',
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "field_mapping", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "ownership_error", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "removed_at", "secret_rotated_at", "subscribed_events", "unproven", "updated_at", "verified_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."disabled_reason", NEW."endpoint_url", NEW."environment", NEW."field_mapping", NEW."id", NEW."integration_id", NEW."max_in_flight", NEW."max_per_second", NEW."ordered", NEW."ownership_error", NEW."partner_id", NEW."payload_filter", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."previous_secret_expires_at", NEW."removed_at", NEW."secret_rotated_at", NEW."subscribed_events", NEW."unproven", NEW."updated_at", NEW."verified_at"); RETURN NULL;',
                    hash="19720126a927ba72c3fba1272b606db365922d7a",
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
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "field_mapping", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "ownership_error", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "removed_at", "secret_rotated_at", "subscribed_events", "unproven", "updated_at", "verified_at") VALUES (OLD."active", OLD."created_at", OLD."description", OLD."disabled_reason", OLD."endpoint_url", OLD."environment", OLD."field_mapping", OLD."id", OLD."integration_id", OLD."max_in_flight", OLD."max_per_second", OLD."ordered", OLD."ownership_error", OLD."partner_id", OLD."payload_filter", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."previous_secret_expires_at", OLD."removed_at", OLD."secret_rotated_at", OLD."subscribed_events", OLD."unproven", OLD."updated_at", OLD."verified_at"); RETURN NULL;',
                    hash="fd599a8eb3abe1087716535a4f67adddb33194aa",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1aec2",
                    table="webhooks_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
    ]
