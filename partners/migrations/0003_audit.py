# The audit trail's context table belongs to django-pghistory: its guards and its search index are plain SQL.

from django.db import migrations

# A request's context row is completed while the request runs and closed afterwards.
PROTECT_CONTEXT = """
CREATE FUNCTION pghistory_context_is_closed() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'audit: the context of a change cannot be altered or deleted';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER context_never_deleted BEFORE DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION pghistory_context_is_closed();
CREATE TRIGGER context_closed_after_a_day BEFORE UPDATE ON pghistory_context
    FOR EACH ROW WHEN (OLD.created_at < now() - interval '1 day') EXECUTE FUNCTION pghistory_context_is_closed();
"""
OPEN_CONTEXT = """
DROP TRIGGER context_closed_after_a_day ON pghistory_context;
DROP TRIGGER context_never_deleted ON pghistory_context;
DROP FUNCTION pghistory_context_is_closed();
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_initial")]

    operations = [
        migrations.RunSQL(PROTECT_CONTEXT, OPEN_CONTEXT),
        migrations.RunSQL(
            "CREATE INDEX pghistory_context_metadata ON pghistory_context USING gin (metadata jsonb_path_ops)",
            "DROP INDEX pghistory_context_metadata",
        ),
    ]
