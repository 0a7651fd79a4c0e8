import pgtrigger.compiler
import common.operations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
        ("webhooks", "0001_initial"),
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
            model_name="webhookdelivery",
            name="order_key",
            field=models.BigIntegerField(
                blank=True, help_text="Hash of the event's entity at endpoints that keep the order.", null=True
            ),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="ordered",
            field=models.BooleanField(
                default=False,
                help_text="Send the events of one entity in their order, each after the former is settled.",
            ),
        ),
        migrations.AddField(
            model_name="webhookendpointevent",
            name="ordered",
            field=models.BooleanField(
                default=False,
                help_text="Send the events of one entity in their order, each after the former is settled.",
            ),
        ),
        migrations.AlterField(
            model_name="webhookdelivery",
            name="due_at",
            field=models.DateTimeField(
                blank=True,
                help_text="From when on a sender may claim it; empty while it is held, or waits for its predecessor.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", True), ("order_key__isnull", False), ("status", "pending")),
                fields=["endpoint", "order_key", "event"],
                name="delivery_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("order_key__isnull", False), ("status", "pending")),
                fields=["endpoint", "order_key"],
                name="delivery_under_way",
            ),
        ),
        common.operations.AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "subscribed_events", "updated_at", "verified_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."disabled_reason", NEW."endpoint_url", NEW."environment", NEW."id", NEW."integration_id", NEW."max_in_flight", NEW."max_per_second", NEW."ordered", NEW."partner_id", NEW."payload_filter", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."previous_secret_expires_at", NEW."subscribed_events", NEW."updated_at", NEW."verified_at"); RETURN NULL;',
                    hash="b60d5ca4e1ef8522cfb3af06ec1324b239fd369f",
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
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."disabled_reason" IS DISTINCT FROM (NEW."disabled_reason") OR OLD."endpoint_url" IS DISTINCT FROM (NEW."endpoint_url") OR OLD."environment" IS DISTINCT FROM (NEW."environment") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."integration_id" IS DISTINCT FROM (NEW."integration_id") OR OLD."max_in_flight" IS DISTINCT FROM (NEW."max_in_flight") OR OLD."max_per_second" IS DISTINCT FROM (NEW."max_per_second") OR OLD."ordered" IS DISTINCT FROM (NEW."ordered") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."payload_filter" IS DISTINCT FROM (NEW."payload_filter") OR OLD."previous_secret_expires_at" IS DISTINCT FROM (NEW."previous_secret_expires_at") OR OLD."subscribed_events" IS DISTINCT FROM (NEW."subscribed_events") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."verified_at" IS DISTINCT FROM (NEW."verified_at"))',
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "subscribed_events", "updated_at", "verified_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."disabled_reason", NEW."endpoint_url", NEW."environment", NEW."id", NEW."integration_id", NEW."max_in_flight", NEW."max_per_second", NEW."ordered", NEW."partner_id", NEW."payload_filter", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."previous_secret_expires_at", NEW."subscribed_events", NEW."updated_at", NEW."verified_at"); RETURN NULL;',
                    hash="56165c3d8de8eb2c270f42032ea3eef69691b847",
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
                    func='INSERT INTO "webhooks_webhookendpointevent" ("active", "created_at", "description", "disabled_reason", "endpoint_url", "environment", "id", "integration_id", "max_in_flight", "max_per_second", "ordered", "partner_id", "payload_filter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_secret_expires_at", "subscribed_events", "updated_at", "verified_at") VALUES (OLD."active", OLD."created_at", OLD."description", OLD."disabled_reason", OLD."endpoint_url", OLD."environment", OLD."id", OLD."integration_id", OLD."max_in_flight", OLD."max_per_second", OLD."ordered", OLD."partner_id", OLD."payload_filter", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."previous_secret_expires_at", OLD."subscribed_events", OLD."updated_at", OLD."verified_at"); RETURN NULL;',
                    hash="560dce58a5753e0501acc7ce57f10bbc0ea962d1",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1aec2",
                    table="webhooks_webhookendpoint",
                    when="AFTER",
                ),
            ),
        ),
    ]
