"""The name of an event on its deliveries, where it outlives the event."""

from django.db import migrations, models

BACKFILL = """
UPDATE webhooks_webhookdelivery d SET event_name = t.event_name
FROM events_platformevent e JOIN events_eventtype t ON t.id = e.event_type_id
WHERE e.id = d.event_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
        ("webhooks", "0005_delivery_recovery"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhookdelivery",
            name="event_name",
            field=models.CharField(blank=True, db_default="", help_text="Empty when it is not known.", max_length=100),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
