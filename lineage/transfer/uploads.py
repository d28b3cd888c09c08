"""Files brought to the page: kept, checked, imported; short ones at once, long ones by a job."""

import gzip
import io
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from accounts.access import Access, access_of
from accounts.bulk import dump, insert
from catalog.interchange import Source, Unreadable
from lineage.models import CatalogImport, ImportedRow
from lineage.transfer.importing import Options, Outcome, run_import
from lineage.transfer.staging import stage

WHY = "an import is worked on for who brought it"
#: Bytes up to which a file is worked on while its bringer waits.
SHORT = 256 << 10
#: Imports that are kept for one person.
KEPT = 10
CHUNK = 64 << 10
#: Rows of results that are stored at once.
SET = 1_000
State = CatalogImport.State


def bring(access: Access, name: str, form: str, source: Source) -> CatalogImport:
    """Keep a file, and have it checked."""
    packed, size = _packed(source)
    made = CatalogImport.objects.create(
        tenant=access.tenant, by=access.user, name=name[:200], format=form, size=size, body=packed
    )
    mine = CatalogImport.objects.visible_to(access).order_by("-pk")
    old = list(mine.values_list("pk", flat=True)[KEPT : 10 * KEPT])
    CatalogImport.objects.unscoped(WHY).filter(pk__in=old).delete()
    _have_done(made)
    return made


def confirm(access: Access, brought: CatalogImport, *, atomic: bool) -> bool:
    """Have a checked file imported; False where somebody was faster."""
    rows = CatalogImport.objects.visible_to(access).filter(pk=brought.pk, state=State.CHECKED)
    if not rows.update(state=State.IMPORTING, atomic=atomic, done=0, what=""):
        return False
    brought.refresh_from_db()
    _have_done(brought)
    return True


def _packed(source: Source) -> tuple[bytes, int]:
    packed, size = io.BytesIO(), 0
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
            size += len(chunk)
    return packed.getvalue(), size


def _have_done(brought: CatalogImport) -> None:
    if brought.size <= SHORT:
        work_on(brought.pk)
        brought.refresh_from_db()
        return
    from lineage.jobs import import_catalog

    import_catalog.defer(pk=brought.pk)


def work_on(pk: int) -> None:
    """Check or import a file, whichever its state says."""
    rows = CatalogImport.objects.unscoped(WHY).filter(pk=pk)
    brought = rows.select_related("by", "tenant").first()
    if brought is None or not brought.is_busy:
        return
    access = access_of(brought.by, brought.tenant)
    checks = brought.state == State.CHECKING

    def progress(done: int, total: int, what: str) -> None:
        rows.update(done=done, total=total, what=what)

    try:
        staged = stage(gzip.GzipFile(fileobj=io.BytesIO(brought.body)), brought.format, progress)
        options = Options(dry_run=checks, atomic=brought.atomic and not checks)
        outcome = run_import(access, staged, options, progress)
    except Unreadable as exc:
        where = f"Line {exc.line}: " if exc.line else ""
        rows.update(state=State.FAILED, message=f"{where}{exc}", finished_at=timezone.now())
        return
    except Exception:
        message = "Something went wrong on the server. Bring the file again, or see its log."
        rows.update(state=State.FAILED, message=message, finished_at=timezone.now())
        raise
    with transaction.atomic():
        ImportedRow.objects.unscoped(WHY).filter(catalog_import=pk).delete()
        for some in _sets(outcome):
            _store(pk, some)
        rows.update(
            state=State.CHECKED if checks else State.DONE,
            counts=[[kind, status, n] for (kind, status), n in sorted(outcome.counts.items())],
            body=brought.body if checks else b"",
            finished_at=timezone.now(),
        )


def _sets(outcome: Outcome) -> Iterator[list[tuple[object, ...]]]:
    found: list[tuple[object, ...]] = []
    for one in outcome.results():
        found.append(
            (
                one["row"],
                one["line"],
                one["kind"],
                one["id"],
                one["status"],
                dump(one["errors"]),
                dump(one.get("changes", {})),
            )
        )
        if len(found) == SET:
            yield found
            found = []
    yield found


def _store(pk: int, rows: list[tuple[object, ...]]) -> None:
    insert(
        "lineage_importedrow",
        {
            "catalog_import_id": "bigint",
            "row": "int",
            "line": "int",
            "kind": "text",
            "public_id": "text",
            "status": "text",
            "errors": "jsonb",
            "changes": "jsonb",
        },
        [(pk, *row) for row in rows],
    )
