"""Reading the row history of every app: who changed what, when, from where."""

from __future__ import annotations

import csv
import heapq
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import StreamingHttpResponse
from django.utils.dateparse import parse_datetime

from common.history import Event
from partners.checklists import ITEMS
from partners.models import User

PAGE = 50
EXPORT_PART = 2_000
VERBS = {
    "insert": "created",
    "update": "changed",
    "delete": "deleted",
    "new_password": "given a new password",
    "tokens_revoked": "had tokens revoked",
}
# Never shown, whatever the row: what could be used, or is about a person's finances.
SECRET_PARTS = ("secret", "key_value", "token", "hash", "answer", "config", "context", "password")
BOOKKEEPING = {"id", "created_at", "updated_at", "created", "updated"}
NAMES = (
    "partner_name",
    "app_name",
    "integration_name",
    "name",
    "title",
    "contact_name",
    "email",
    "recipient",
    "filename",
    "key",
)


@dataclass(frozen=True)
class Change:
    """One field of a change."""

    field: str
    before: str
    after: str
    hidden: bool


class Place(NamedTuple):
    """Where a change stands among all: by time, and within one moment by table and row. A page begins after one."""

    at: datetime
    table: str
    row: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.table}~{self.row}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """A place from the address of a page; None for anything else."""
        moment, _, rest = text.partition("~")
        table, _, row = rest.partition("~")
        try:
            at = parse_datetime(moment)
        except ValueError:
            return None
        sound = at is not None and at.tzinfo is not None and row.isascii() and row.isdigit() and len(row) < 10
        return cls(at, table, int(row)) if at and sound else None


@dataclass(frozen=True)
class Entry:
    """One change of one row."""

    place: Place
    verb: str
    noun: str
    name: str
    object_id: str
    actor: str
    kind: str
    ip: str
    request_id: str
    reason: str
    changes: list[Change] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """When."""
        return self.place.at

    @property
    def summary(self) -> str:
        """`Partner agreement Master services agreement changed`."""
        return " ".join(part for part in (self.noun[:1].upper() + self.noun[1:], self.name, self.verb) if part)


@dataclass(frozen=True)
class AuditFilter:
    """Which changes; every given part must hold."""

    partner_id: uuid.UUID | None = None
    actor: str = ""
    request_id: str = ""
    ip: str = ""
    noun: str = ""  # a model's label, e.g. partners.partner
    among: frozenset[str] | None = None  # labels of what the reader may see; None: of everything
    before: datetime | None = None
    since: datetime | None = None
    after: Place | None = None  # where the page before ended


def event_models() -> list[Any]:
    """Every history table of the product."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Event) and getattr(model, "pgh_tracked_model", None) is not None
    ]


def of_partner(model: Any, partner_id: uuid.UUID) -> QuerySet[Any] | None:
    """Rows of a history table that concern one partner; None for tables that concern none."""
    names = {column.name for column in model._meta.get_fields()}
    if model.pgh_tracked_model._meta.label_lower == "partners.partner":
        return model.objects.filter(pgh_obj_id=partner_id)  # type: ignore[no-any-return]  # (a model chosen at run time)
    if "partner" in names:
        return model.objects.filter(partner_id=partner_id)  # type: ignore[no-any-return]  # (as above)
    return None


def rows_of(model: Any, wanted: AuditFilter) -> QuerySet[Any] | None:
    """Rows of one history table that pass the filter; None when the table holds none."""
    label = model.pgh_tracked_model._meta.label_lower
    if (wanted.noun and label != wanted.noun) or (wanted.among is not None and label not in wanted.among):
        return None
    rows: QuerySet[Any] | None = model.objects.all()
    if wanted.partner_id is not None:
        rows = of_partner(model, wanted.partner_id)
    if rows is None:
        return None
    metadata = {
        key: value
        for key, value in (("principal", wanted.actor), ("request_id", wanted.request_id), ("ip", wanted.ip))
        if value
    }
    if metadata:
        rows = rows.filter(pgh_context__metadata__contains=metadata)
    if wanted.before is not None:
        rows = rows.filter(pgh_created_at__lt=wanted.before)
    if wanted.since is not None:
        rows = rows.filter(pgh_created_at__gte=wanted.since)
    return rows


def keys_of(model: Any, wanted: AuditFilter, *, part: int) -> Iterator[Place]:
    """Where the changes of one table stand that pass the filter, newest first, read in parts along the index."""
    rows, label, after = rows_of(model, wanted), model._meta.label_lower, wanted.after
    while rows is not None:
        beyond = rows if after is None else rows.filter(older_than(after, label))
        found = list(beyond.order_by("-pgh_created_at", "-pgh_id").values_list("pgh_created_at", "pgh_id")[:part])
        yield from (after := Place(at, label, row) for at, row in found)
        if len(found) < part:
            return


def older_than(place: Place, label: str) -> Q:
    """What comes after `place` among the changes of one table. A bare bound on the time comes first: the index's."""
    if label > place.table:
        return Q(pgh_created_at__lt=place.at)
    earlier = Q(pgh_created_at__lte=place.at)
    return earlier if label < place.table else earlier & (Q(pgh_created_at__lt=place.at) | Q(pgh_id__lt=place.row))


def places(wanted: AuditFilter, *, part: int) -> Iterator[Place]:
    """Where the changes of every table stand that pass the filter, newest first."""
    return heapq.merge(*(keys_of(model, wanted, part=part) for model in event_models()), reverse=True)


def read_audit(wanted: AuditFilter, *, limit: int = PAGE) -> list[Entry]:
    """The newest changes that pass the filter, over every table, `limit` at most."""
    return entries_at(list(islice(places(wanted, part=limit), limit)))


def every_entry(wanted: AuditFilter) -> Iterator[Entry]:
    """All changes that pass the filter, newest first, read in parts."""
    found = places(wanted, part=EXPORT_PART)
    while chunk := list(islice(found, EXPORT_PART)):
        yield from entries_at(chunk)


def entries_at(chosen: list[Place]) -> list[Entry]:
    """The changes at these places, in their order."""
    models = {model._meta.label_lower: model for model in event_models()}
    wanted: dict[str, list[int]] = {}
    for place in chosen:
        wanted.setdefault(place.table, []).append(place.row)
    found = {entry.place: entry for table, rows in wanted.items() for entry in entries_of(models[table], rows)}
    return [found[place] for place in chosen]


def entries_of(model: Any, ids: list[int]) -> list[Entry]:
    """Rows of one table as entries, each compared with the row before it: two queries, a third for people's names."""
    earlier = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    rows = model.objects.filter(pgh_id__in=ids).select_related("pgh_context")
    found = list(rows.annotate(previous=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])))
    before = model.objects.in_bulk([row.previous for row in found if row.previous is not None])
    users = {row.user_id for row in found if getattr(row, "user_id", None)}
    people = User.objects.in_bulk(list(users)) if users else {}
    return [entry_of(model, row, before.get(row.previous), people) for row in found]


def noun_of(model: Any) -> str:
    """What people call the rows a history table is about."""
    return str(model.pgh_tracked_model._meta.verbose_name).removeprefix("partner ")


def name_of(row: Any, people: Mapping[Any, User]) -> str:
    """What people call the object of a row."""
    name = next((str(getattr(row, name)) for name in NAMES if getattr(row, name, None)), "")
    if name in ITEMS:
        return ITEMS[name].label
    person = people.get(getattr(row, "user_id", None))
    return name or (str(person) if person else "")


def entry_of(model: Any, row: Any, previous: Any, people: Mapping[Any, User]) -> Entry:
    """One row as an entry."""
    metadata: dict[str, Any] = row.pgh_context.metadata if row.pgh_context else {}
    return Entry(
        place=Place(row.pgh_created_at, model._meta.label_lower, row.pgh_id),
        verb=VERBS.get(row.pgh_label, row.pgh_label),
        noun=noun_of(model),
        name=name_of(row, people),
        object_id=str(row.pgh_obj_id),
        actor=str(metadata.get("principal") or "system"),
        kind=str(metadata.get("principal_kind") or "system"),
        ip=str(metadata.get("ip") or ""),
        request_id=str(metadata.get("request_id") or ""),
        reason=str(metadata.get("reason") or ""),
        changes=list(changes_between(model, previous, row)) if row.pgh_label == "update" and previous else [],
    )


def changes_between(model: Any, before: Any, after: Any) -> Iterator[Change]:
    """What differs between two rows of one object."""
    for column in model._meta.concrete_fields:
        name = column.attname
        if name.startswith("pgh_") or name in BOOKKEEPING:
            continue
        hidden = any(part in name for part in SECRET_PARTS)
        # Ciphertext of a history table is bound to the table it was copied from: it is compared, never read.
        old, new = (vars(before).get(name), vars(after).get(name))
        if old != new:
            label = str(column.verbose_name).replace("_", " ")
            yield Change(label, "" if hidden else shown(old), "" if hidden else shown(new), hidden)


def shown(value: Any) -> str:
    """A value, shortened to what a line holds."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    text = "" if value is None else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


class Line:
    """A file that keeps nothing: what a CSV writer writes is what it returns."""

    def write(self, text: str) -> str:
        """The line."""
        return text


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Entries as CSV; a cell that a spreadsheet would run as a formula is quoted with an apostrophe."""
    writer = csv.writer(Line())
    yield writer.writerow(
        ["at", "actor", "kind", "ip", "request_id", "action", "noun", "name", "object_id", "reason", "changes"]
    )
    for entry in entries:
        changes = "; ".join(
            f"{change.field}: {'(hidden)' if change.hidden else f'{change.before} -> {change.after}'}"
            for change in entry.changes
        )
        cells = [
            entry.at.isoformat(),
            entry.actor,
            entry.kind,
            entry.ip,
            entry.request_id,
            entry.verb,
            entry.noun,
            entry.name,
            entry.object_id,
            entry.reason,
            changes,
        ]
        yield writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])


def csv_response(wanted: AuditFilter, name: str) -> StreamingHttpResponse:
    """All changes that pass the filter as a download, sent while it is read."""
    return StreamingHttpResponse(
        csv_lines(every_entry(wanted)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
