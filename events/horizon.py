"""Up to when the log of events is complete, so that whoever reads on behind an id has seen all there is before it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

SETTLE_SECONDS = 0.2  # from an event's id being made to its row being written, at most
PATIENCE_SECONDS = 30.0

# An event gets its id when it is published and is seen when its transaction commits, so an earlier one may show up
# after a later one. Nothing is sent that is younger than the oldest transaction still writing: whoever resumes behind
# an id has then seen all there ever is before it. A transaction that writes for longer than PATIENCE_SECONDS is not
# waited for, and neither is the server's own housekeeping: autovacuum writes statistics, never an event.
HORIZON = """
SELECT greatest(
  least(min(xact_start), clock_timestamp() - %s * interval '1 second'), clock_timestamp() - %s * interval '1 second')
FROM pg_stat_activity
WHERE backend_xid IS NOT NULL AND backend_type = 'client backend'
  AND datname = current_database() AND pid <> pg_backend_pid()
"""


def horizon() -> datetime:
    """Up to when the log is complete."""
    with connection.cursor() as cursor:
        cursor.execute(HORIZON, [SETTLE_SECONDS, PATIENCE_SECONDS])
        moment: datetime = cursor.fetchone()[0]
        return moment
