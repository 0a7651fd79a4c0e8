import common.fields
import common.ids
import common.operations
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("webhooks", "0001_initial"),
        ("webhooks", "0002_ordered_delivery"),
        ("webhooks", "0003_ownership_challenge"),
        ("webhooks", "0004_field_mapping"),
        ("webhooks", "0005_delivery_recovery"),
        ("webhooks", "0006_delivery_event_name"),
        ("webhooks", "0007_earlier_secrets"),
        ("webhooks", "0008_history_by_time"),
        ("webhooks", "0009_fewer_and_roomier_indexes"),
        ("webhooks", "0010_one_index_of_events"),
        ("webhooks", "0011_replays_by_endpoint"),
    ]

    initial = True

    dependencies = [
        ("events", "0001_squashed_0005_schema_versions"),
        ("integrations", "0001_squashed_0002_history_by_time"),
        ("partners", "0002_squashed_0007_history_by_time"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        common.operations.Together(
            operations=[
                migrations.CreateModel(
                    name="WebhookEndpoint",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("endpoint_url", models.CharField(max_length=2000)),
                        ("description", models.CharField(blank=True, max_length=200)),
                        ("webhook_secret", common.fields.EncryptedTextField(editable=False)),
                        (
                            "previous_secret_expires_at",
                            models.DateTimeField(
                                blank=True, help_text="When the last of the earlier secrets stops signing.", null=True
                            ),
                        ),
                        (
                            "subscribed_events",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=100), default=list, size=None
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                        (
                            "disabled_reason",
                            models.CharField(
                                blank=True,
                                help_text="Why the platform switched it off; empty when its owner did.",
                                max_length=200,
                            ),
                        ),
                        (
                            "verified_at",
                            models.DateTimeField(
                                blank=True, help_text="When it answered the ownership challenge.", null=True
                            ),
                        ),
                        (
                            "failing_since",
                            models.DateTimeField(
                                blank=True,
                                help_text="First failed attempt since the last success; empty while all is well.",
                                null=True,
                            ),
                        ),
                        (
                            "warned_at",
                            models.DateTimeField(
                                blank=True, help_text="When its owners were last warned of failures.", null=True
                            ),
                        ),
                        ("custom_headers", common.fields.EncryptedJSONField(blank=True, default=dict)),
                        (
                            "payload_filter",
                            models.JSONField(
                                blank=True, default=dict, help_text="Conditions an event's data must meet."
                            ),
                        ),
                        (
                            "max_in_flight",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Requests at once, per delivery process; empty: the platform's default.",
                                null=True,
                            ),
                        ),
                        (
                            "max_per_second",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Requests per second, per delivery process; empty: no limit.",
                                null=True,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="webhooks",
                                to="integrations.integration",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="webhooks",
                                to="partners.partner",
                            ),
                        ),
                        (
                            "ordered",
                            models.BooleanField(
                                default=False,
                                help_text="Send the events of one entity in their order, each after the former is settled.",
                            ),
                        ),
                        (
                            "ownership_error",
                            models.CharField(blank=True, help_text="Why the last challenge failed.", max_length=200),
                        ),
                        (
                            "unproven",
                            models.BooleanField(
                                default=False, help_text="Its events are held until it answers the ownership challenge."
                            ),
                        ),
                        (
                            "field_mapping",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="What of an event's data it is sent, and under which names.",
                            ),
                        ),
                        (
                            "previous_secrets",
                            common.fields.EncryptedJSONField(blank=True, default=list, editable=False),
                        ),
                        (
                            "secret_rotated_at",
                            models.DateTimeField(blank=True, help_text="When the secret was last replaced.", null=True),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["partner", "-id"], name="endpoint_by_partner"),
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["subscribed_events"], name="endpoint_by_subscription"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("environment__in", ["live", "test"])),
                                name="webhook_endpoint_environment_valid",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookDelivery",
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
                            "status",
                            models.CharField(
                                choices=[("pending", "Pending"), ("delivered", "Delivered"), ("failed", "Failed")],
                                default="pending",
                                max_length=10,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("event", "Event"), ("replay", "Replay"), ("test", "Test")],
                                default="event",
                                max_length=10,
                            ),
                        ),
                        (
                            "attempt_number",
                            models.PositiveSmallIntegerField(default=0, help_text="Attempts claimed so far."),
                        ),
                        (
                            "attempt_limit",
                            models.PositiveSmallIntegerField(
                                default=5, help_text="Attempts after which it is given up."
                            ),
                        ),
                        ("response_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                        (
                            "next_retry_at",
                            models.DateTimeField(
                                blank=True, help_text="When the next attempt is due; empty when none is.", null=True
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="From when on a sender may claim it; empty while it is held, or waits for its predecessor.",
                                null=True,
                            ),
                        ),
                        ("lease_token", models.UUIDField(blank=True, null=True)),
                        ("leased_until", models.DateTimeField(blank=True, null=True)),
                        ("last_error", models.CharField(blank=True, max_length=200)),
                        ("delivered_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "event",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="deliveries",
                                to="events.platformevent",
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="webhooks.webhookendpoint",
                            ),
                        ),
                        (
                            "order_key",
                            models.BigIntegerField(
                                blank=True,
                                help_text="Hash of the event's entity at endpoints that keep the order.",
                                null=True,
                            ),
                        ),
                        (
                            "event_name",
                            models.CharField(
                                blank=True, db_default="", help_text="Empty when it is not known.", max_length=100
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "pending")),
                                fields=["endpoint", "due_at"],
                                name="delivery_due",
                            ),
                            models.Index(fields=["endpoint", "-id"], name="delivery_by_endpoint"),
                            models.Index(
                                condition=models.Q(("status", "failed")),
                                fields=["endpoint", "-id"],
                                name="delivery_dead",
                            ),
                            models.Index(
                                condition=models.Q(("due_at__isnull", True), ("status", "pending")),
                                fields=["endpoint"],
                                name="delivery_held",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("due_at__isnull", True), ("order_key__isnull", False), ("status", "pending")
                                ),
                                fields=["endpoint", "order_key", "event"],
                                name="delivery_waiting",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("due_at__isnull", False), ("order_key__isnull", False), ("status", "pending")
                                ),
                                fields=["endpoint", "order_key"],
                                name="delivery_under_way",
                            ),
                            models.Index(
                                condition=models.Q(("kind", "replay")),
                                fields=["endpoint", "-id"],
                                name="delivery_replays",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["pending", "delivered", "failed"])),
                                name="delivery_status_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["event", "replay", "test"])),
                                name="delivery_kind_valid",
                            ),
                        ],
                        "verbose_name_plural": "webhook deliveries",
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEndpointEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("endpoint_url", models.CharField(max_length=2000)),
                        ("description", models.CharField(blank=True, max_length=200)),
                        (
                            "previous_secret_expires_at",
                            models.DateTimeField(
                                blank=True, help_text="When the last of the earlier secrets stops signing.", null=True
                            ),
                        ),
                        (
                            "subscribed_events",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=100), default=list, size=None
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                        (
                            "disabled_reason",
                            models.CharField(
                                blank=True,
                                help_text="Why the platform switched it off; empty when its owner did.",
                                max_length=200,
                            ),
                        ),
                        (
                            "verified_at",
                            models.DateTimeField(
                                blank=True, help_text="When it answered the ownership challenge.", null=True
                            ),
                        ),
                        (
                            "payload_filter",
                            models.JSONField(
                                blank=True, default=dict, help_text="Conditions an event's data must meet."
                            ),
                        ),
                        (
                            "max_in_flight",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Requests at once, per delivery process; empty: the platform's default.",
                                null=True,
                            ),
                        ),
                        (
                            "max_per_second",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Requests per second, per delivery process; empty: no limit.",
                                null=True,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="integrations.integration",
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
                                to="webhooks.webhookendpoint",
                            ),
                        ),
                        (
                            "ordered",
                            models.BooleanField(
                                default=False,
                                help_text="Send the events of one entity in their order, each after the former is settled.",
                            ),
                        ),
                        (
                            "ownership_error",
                            models.CharField(blank=True, help_text="Why the last challenge failed.", max_length=200),
                        ),
                        (
                            "unproven",
                            models.BooleanField(
                                default=False, help_text="Its events are held until it answers the ownership challenge."
                            ),
                        ),
                        (
                            "field_mapping",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="What of an event's data it is sent, and under which names.",
                            ),
                        ),
                        (
                            "secret_rotated_at",
                            models.DateTimeField(blank=True, help_text="When the secret was last replaced.", null=True),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="WebhookAttempt",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("attempt_number", models.PositiveSmallIntegerField()),
                        ("started_at", models.DateTimeField()),
                        ("duration_ms", models.FloatField()),
                        ("request_url", models.CharField(max_length=2000)),
                        ("request_headers", models.TextField(blank=True, help_text="As sent, one per line.")),
                        (
                            "request_body",
                            models.TextField(
                                blank=True,
                                help_text="As sent; empty when the event and the signature sent are enough to rebuild it.",
                            ),
                        ),
                        ("response_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("response_headers", models.TextField(blank=True, help_text="As received, one per line.")),
                        ("response_body", models.TextField(blank=True, help_text="The first 16 KiB.")),
                        ("error", models.CharField(blank=True, max_length=40)),
                        ("error_detail", models.CharField(blank=True, max_length=200)),
                        ("succeeded", models.BooleanField()),
                        (
                            "delivery",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attempts",
                                to="webhooks.webhookdelivery",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "indexes": [models.Index(fields=["delivery", "id"], name="attempt_by_delivery")],
                    },
                ),
                common.operations.PartitionByDay(
                    model_name="WebhookAttempt",
                ),
                migrations.CreateModel(
                    name="DeliveryRecovery",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("event_name", models.CharField(blank=True, max_length=100)),
                        (
                            "since",
                            models.DateTimeField(
                                blank=True, help_text="Deliveries made at this time or later.", null=True
                            ),
                        ),
                        (
                            "until",
                            models.DateTimeField(blank=True, help_text="Deliveries made before this time.", null=True),
                        ),
                        (
                            "delivery_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(),
                                blank=True,
                                default=list,
                                help_text="These alone; empty: all.",
                                size=None,
                            ),
                        ),
                        ("requested_by", models.CharField(max_length=254)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("limit", models.PositiveIntegerField(help_text="At most so many, the oldest first.")),
                        (
                            "found",
                            models.PositiveIntegerField(
                                help_text="Failed deliveries when it was asked for; not counted far beyond limit."
                            ),
                        ),
                        ("retried", models.PositiveIntegerField(default=0)),
                        ("position", models.UUIDField(blank=True, help_text="The delivery it has come to.", null=True)),
                        (
                            "paced_until",
                            models.DateTimeField(blank=True, help_text="When the next one may be due.", null=True),
                        ),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "endpoint",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="recoveries",
                                to="webhooks.webhookendpoint",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recoveries",
                                to="partners.partner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "delivery recoveries",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("finished_at__isnull", True)),
                                fields=["id"],
                                name="recovery_unfinished",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryRecoveryEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("event_name", models.CharField(blank=True, max_length=100)),
                        (
                            "since",
                            models.DateTimeField(
                                blank=True, help_text="Deliveries made at this time or later.", null=True
                            ),
                        ),
                        (
                            "until",
                            models.DateTimeField(blank=True, help_text="Deliveries made before this time.", null=True),
                        ),
                        (
                            "delivery_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(),
                                blank=True,
                                default=list,
                                help_text="These alone; empty: all.",
                                size=None,
                            ),
                        ),
                        ("requested_by", models.CharField(max_length=254)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("limit", models.PositiveIntegerField(help_text="At most so many, the oldest first.")),
                        (
                            "found",
                            models.PositiveIntegerField(
                                help_text="Failed deliveries when it was asked for; not counted far beyond limit."
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="webhooks.webhookendpoint",
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
                                to="webhooks.deliveryrecovery",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
            ],
        ),
        # Not with its model: that would make its index last, after the statement below that alters it.
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.UniqueConstraint(
                models.F("event"),
                models.F("endpoint"),
                models.Case(models.When(kind="event", then=None), default=models.F("id")),
                name="delivery_once_per_endpoint",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(
            sql=[
                "ALTER TABLE webhooks_webhookdelivery SET (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.02)",
                "ALTER INDEX webhooks_webhookdelivery_pkey SET (fillfactor = 50)",
                "ALTER INDEX delivery_once_per_endpoint SET (fillfactor = 50)",
            ],
            reverse_sql="",
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
        common.operations.AddTrigger(
            model_name="webhookendpointevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="39cf7b503017cf7a768848d8065d75c11a6cfa14",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_25b6f",
                    table="webhooks_webhookendpointevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="deliveryrecovery",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "webhooks_deliveryrecoveryevent" ("created_at", "delivery_ids", "endpoint_id", "event_name", "found", "id", "limit", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_by", "since", "until") VALUES (NEW."created_at", NEW."delivery_ids", NEW."endpoint_id", NEW."event_name", NEW."found", NEW."id", NEW."limit", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."requested_by", NEW."since", NEW."until"); RETURN NULL;',
                    hash="dc4a994112c23124027fe60f9f9068aea165e4c9",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9e057",
                    table="webhooks_deliveryrecovery",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="deliveryrecovery",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."delivery_ids" IS DISTINCT FROM (NEW."delivery_ids") OR OLD."endpoint_id" IS DISTINCT FROM (NEW."endpoint_id") OR OLD."event_name" IS DISTINCT FROM (NEW."event_name") OR OLD."found" IS DISTINCT FROM (NEW."found") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."limit" IS DISTINCT FROM (NEW."limit") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."requested_by" IS DISTINCT FROM (NEW."requested_by") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."until" IS DISTINCT FROM (NEW."until"))',
                    func='INSERT INTO "webhooks_deliveryrecoveryevent" ("created_at", "delivery_ids", "endpoint_id", "event_name", "found", "id", "limit", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_by", "since", "until") VALUES (NEW."created_at", NEW."delivery_ids", NEW."endpoint_id", NEW."event_name", NEW."found", NEW."id", NEW."limit", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."requested_by", NEW."since", NEW."until"); RETURN NULL;',
                    hash="9db167345a19218b17ea0dd3747a44c9e240c196",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1663f",
                    table="webhooks_deliveryrecovery",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="deliveryrecovery",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "webhooks_deliveryrecoveryevent" ("created_at", "delivery_ids", "endpoint_id", "event_name", "found", "id", "limit", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_by", "since", "until") VALUES (OLD."created_at", OLD."delivery_ids", OLD."endpoint_id", OLD."event_name", OLD."found", OLD."id", OLD."limit", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."requested_by", OLD."since", OLD."until"); RETURN NULL;',
                    hash="ca141608e74dcdc25af408a5fe5154efb14813a1",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3f87e",
                    table="webhooks_deliveryrecovery",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="deliveryrecoveryevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2e7aa6d539938f3333452bcea651239ec154b636",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b54d2",
                    table="webhooks_deliveryrecoveryevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
