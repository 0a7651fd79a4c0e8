import common.ids
import common.operations
import django.core.validators
import django.db.models.deletion
import events.payloads
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("events", "0001_initial"),
        ("events", "0002_one_index_by_type"),
        ("events", "0003_event_names"),
        ("events", "0004_test_events"),
        ("events", "0005_schema_versions"),
    ]

    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        common.operations.Together(
            operations=[
                migrations.CreateModel(
                    name="EventType",
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
                            "event_name",
                            models.CharField(
                                help_text="Such as quote.made.",
                                max_length=100,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+\\Z",
                                        "Expected lower-case letters, digits and underscores in two or more parts with dots between: quote.made.",
                                    )
                                ],
                            ),
                        ),
                        ("description", models.TextField()),
                        (
                            "event_category",
                            models.CharField(
                                choices=[
                                    ("lead", "Lead"),
                                    ("policy", "Policy"),
                                    ("claim", "Claim"),
                                    ("user", "User"),
                                    ("integration", "Integration"),
                                    ("billing", "Billing"),
                                    ("platform", "Platform"),
                                    ("custom", "Custom"),
                                ],
                                db_index=True,
                                max_length=20,
                            ),
                        ),
                        ("payload_schema", models.JSONField(default=dict)),
                        ("schema_version", models.PositiveIntegerField(default=1)),
                        ("example", models.JSONField(default=dict)),
                        (
                            "required_scope",
                            models.CharField(
                                blank=True,
                                help_text="Scope an application needs to receive it; empty: none.",
                                max_length=50,
                            ),
                        ),
                        ("active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ["event_name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "event_category__in",
                                        [
                                            "lead",
                                            "policy",
                                            "claim",
                                            "user",
                                            "integration",
                                            "billing",
                                            "platform",
                                            "custom",
                                        ],
                                    )
                                ),
                                name="event_type_category_valid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("event_name__regex", "^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+\\Z")),
                                name="event_type_name_valid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PublishedKey",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("publisher", models.CharField(max_length=100)),
                        ("key", models.CharField(max_length=255)),
                        ("body_hash", models.CharField(max_length=64)),
                        ("event_id", models.UUIDField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["created_at"], name="published_key_by_age")],
                        "constraints": [
                            models.UniqueConstraint(fields=("publisher", "key"), name="published_key_unique")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlatformEvent",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("entity_type", models.CharField(max_length=50)),
                        ("entity_id", models.CharField(max_length=100)),
                        ("payload", models.JSONField(decoder=events.payloads.JavaScriptDecoder)),
                        (
                            "environment",
                            models.CharField(
                                choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4
                            ),
                        ),
                        (
                            "partner_id",
                            models.UUIDField(
                                blank=True,
                                help_text="Addressee; empty: every partner whose application may see it.",
                                null=True,
                            ),
                        ),
                        (
                            "event_type",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="events.eventtype",
                            ),
                        ),
                        (
                            "is_test",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="Made to try one endpoint: it stands for nothing that happened.",
                            ),
                        ),
                        (
                            "schema_version",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="Version of the schema that the payload met; empty: it was not noted yet.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["event_type", "-id"], name="event_by_type"),
                            models.Index(fields=["entity_type", "entity_id", "-id"], name="event_by_entity"),
                            models.Index(fields=["environment", "-id"], name="event_by_environment"),
                            models.Index(
                                condition=models.Q(("partner_id__isnull", False)),
                                fields=["partner_id", "-id"],
                                name="event_by_partner",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("environment__in", ["live", "test"])),
                                name="platform_event_environment_valid",
                            )
                        ],
                    },
                ),
                common.operations.PartitionByDay(
                    model_name="PlatformEvent",
                ),
                migrations.CreateModel(
                    name="EventTypeEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                        ("id", models.UUIDField(default=common.ids.uuid7, editable=False, serialize=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "event_name",
                            models.CharField(
                                help_text="Such as quote.made.",
                                max_length=100,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+\\Z",
                                        "Expected lower-case letters, digits and underscores in two or more parts with dots between: quote.made.",
                                    )
                                ],
                            ),
                        ),
                        ("description", models.TextField()),
                        (
                            "event_category",
                            models.CharField(
                                choices=[
                                    ("lead", "Lead"),
                                    ("policy", "Policy"),
                                    ("claim", "Claim"),
                                    ("user", "User"),
                                    ("integration", "Integration"),
                                    ("billing", "Billing"),
                                    ("platform", "Platform"),
                                    ("custom", "Custom"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("payload_schema", models.JSONField(default=dict)),
                        ("schema_version", models.PositiveIntegerField(default=1)),
                        ("example", models.JSONField(default=dict)),
                        (
                            "required_scope",
                            models.CharField(
                                blank=True,
                                help_text="Scope an application needs to receive it; empty: none.",
                                max_length=50,
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
                                related_name="history",
                                to="events.eventtype",
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
            model_name="eventtype",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "events_eventtypeevent" ("active", "created_at", "description", "event_category", "event_name", "example", "id", "payload_schema", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required_scope", "schema_version", "updated_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."event_category", NEW."event_name", NEW."example", NEW."id", NEW."payload_schema", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."required_scope", NEW."schema_version", NEW."updated_at"); RETURN NULL;',
                    hash="b149a15c29f4dfd95e0b16e3931bc4293fd6fecd",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3fc0b",
                    table="events_eventtype",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="eventtype",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "events_eventtypeevent" ("active", "created_at", "description", "event_category", "event_name", "example", "id", "payload_schema", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required_scope", "schema_version", "updated_at") VALUES (NEW."active", NEW."created_at", NEW."description", NEW."event_category", NEW."event_name", NEW."example", NEW."id", NEW."payload_schema", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."required_scope", NEW."schema_version", NEW."updated_at"); RETURN NULL;',
                    hash="87e07f54202826a7d7d4f5345c378359c676cda3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_232e2",
                    table="events_eventtype",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="eventtype",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "events_eventtypeevent" ("active", "created_at", "description", "event_category", "event_name", "example", "id", "payload_schema", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required_scope", "schema_version", "updated_at") VALUES (OLD."active", OLD."created_at", OLD."description", OLD."event_category", OLD."event_name", OLD."example", OLD."id", OLD."payload_schema", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."required_scope", OLD."schema_version", OLD."updated_at"); RETURN NULL;',
                    hash="d8b4b9171a0ecd917cd39a9ad4121a5f56b7f13c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_01c6c",
                    table="events_eventtype",
                    when="AFTER",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="platformevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a68139019a65d394e84f6d1a5cb0e41039f50069",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9d524",
                    table="events_platformevent",
                    when="BEFORE",
                ),
            ),
        ),
        common.operations.AddTrigger(
            model_name="eventtypeevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="52f0e4eda25f8f3048792d59706065988189677b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f3a7f",
                    table="events_eventtypeevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
