"""Which stored pictures look alike: hashed when they come in, compared by the night (``picture_hashes``)."""

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from records.file_faults import place
from records.models import PictureHash, StoredFile
from records.picture_hashes import MOST_BITS

AT_ONCE = 500


def keep(sha256: str, content: bytes) -> None:
    """Keep what the picture with these bytes looks like."""
    PictureHash.objects.bulk_create([PictureHash.of(sha256, content)], ignore_conflicts=True)


def back_fill() -> int:
    """Hash the stored pictures that were not hashed when they came in; how many."""
    known = PictureHash.objects.filter(sha256=OuterRef("sha256"))
    wanted = StoredFile.objects.filter(kind__startswith="image/").exclude(Exists(known))
    done = 0
    for sha256 in wanted.order_by("sha256").values_list("sha256", flat=True).distinct():
        try:
            with default_storage.open(place(sha256)) as file:
                content = file.read()
        except OSError:  # the check of files says so
            continue
        keep(sha256, content)
        done += 1
    return done


def compare_new() -> int:
    """Find what is near each picture that was not compared yet; how many were compared. Idempotent."""
    done = 0
    while new := list(PictureHash.objects.filter(compared=False).values_list("sha256", flat=True)[:AT_ONCE]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_NEAR, {"new": new, "most": MOST_BITS})
            PictureHash.objects.filter(sha256__in=new).update(compared=True)
        done += len(new)
    return done


_NEAR = """
    insert into records_nearpicture (first, second, bits)
    select least(a.sha256, b.sha256), greatest(a.sha256, b.sha256), d.bits
    from records_picturehash a
    join records_picturehash b on a.parts && b.parts and a.sha256 <> b.sha256
    cross join lateral (
        select bit_count((a.across # b.across)::bit(64)) + bit_count((a.down # b.down)::bit(64)) as bits
    ) d
    where a.sha256 = any (%(new)s) and d.bits <= %(most)s
    on conflict do nothing
"""
