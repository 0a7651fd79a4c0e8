"""The audit search looks into the context of a change: by principal, address or request."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0004_agreements_verification_mail"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX pghistory_context_metadata ON pghistory_context USING gin (metadata jsonb_path_ops)",
            "DROP INDEX pghistory_context_metadata",
        ),
    ]
