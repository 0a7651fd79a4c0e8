import django.core.validators
from django.db import migrations, models

# A name that no receiver can be sent was never delivered: its type is retired under one made of its id.
RENAME = r"""
UPDATE events_eventtype SET event_name = 'custom.renamed_' || replace(id::text, '-', ''), active = false
WHERE event_name !~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_one_index_by_type"),
    ]

    operations = [
        migrations.AlterField(
            model_name="eventtype",
            name="event_name",
            field=models.CharField(
                help_text="Such as quote.made.",
                max_length=100,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+\\Z",
                        "Expected lower-case letters, digits and underscores in two or more parts with dots between: "
                        "quote.made.",
                    )
                ],
            ),
        ),
        migrations.RunSQL(RENAME, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="eventtype",
            constraint=models.CheckConstraint(
                condition=models.Q(("event_name__regex", "^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+\\Z")),
                name="event_type_name_valid",
            ),
        ),
    ]
