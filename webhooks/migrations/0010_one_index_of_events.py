"""One index says that an event goes to an endpoint once and finds the deliveries of an event: two cost each an entry."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0009_fewer_and_roomier_indexes")]

    operations = [
        migrations.RemoveConstraint(model_name="webhookdelivery", name="delivery_once_per_endpoint"),
        migrations.RemoveIndex(model_name="webhookdelivery", name="delivery_by_event"),
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
        # As the primary key; what is there already is made roomier by a REINDEX.
        migrations.RunSQL(
            sql="ALTER INDEX delivery_once_per_endpoint SET (fillfactor = 50)",
            reverse_sql="ALTER INDEX delivery_once_per_endpoint RESET (fillfactor)",
        ),
    ]
