import common.ids
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("billing", "0001_initial"), ("billing", "0002_usage_by_unit")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MeterCheckpoint",
            fields=[
                ("stream", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("last_id", models.CharField(default="0-0", max_length=50)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="PartnerUsage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("partner_id", models.UUIDField()),
                ("application_id", models.UUIDField(null=True)),
                (
                    "environment",
                    models.CharField(choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4),
                ),
                ("metric_name", models.CharField(max_length=50)),
                ("unit", models.CharField(max_length=20)),
                ("usage_date", models.DateTimeField(help_text="Start of the hour, UTC.")),
                ("metric_value", models.DecimalField(decimal_places=6, default=0, max_digits=38)),
                ("sample_count", models.PositiveBigIntegerField(default=0)),
                (
                    "histogram",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveBigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ["-usage_date"],
                "indexes": [models.Index(fields=["usage_date"], name="usage_by_hour")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("environment__in", ["live", "test"])),
                        name="usage_environment_valid",
                    ),
                    models.UniqueConstraint(
                        fields=(
                            "partner_id",
                            "application_id",
                            "environment",
                            "metric_name",
                            "usage_date",
                            "unit",
                        ),
                        name="usage_once_per_hour",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("partner_id", models.UUIDField()),
                ("application_id", models.UUIDField(null=True)),
                ("idempotency_key", models.CharField(max_length=100)),
                ("metric_name", models.CharField(max_length=50)),
                ("unit", models.CharField(max_length=20)),
                ("value", models.DecimalField(decimal_places=6, max_digits=24)),
                ("usage_date", models.DateTimeField(help_text="Start of the hour, UTC.")),
                (
                    "environment",
                    models.CharField(choices=[("live", "Live"), ("test", "Test")], default="live", max_length=4),
                ),
                ("reported_by", models.CharField(max_length=150)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("partner_id", "idempotency_key"), name="usage_report_once"),
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="usage_report_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("environment__in", ["live", "test"])),
                        name="usage_report_environment_valid",
                    ),
                ],
            },
        ),
    ]
