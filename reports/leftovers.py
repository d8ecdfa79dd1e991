"""Files in the storage, compared with the rows that name them.

What no row names is deleted only where a row shows that its making was begun here and never ended: a folder may be
shared by mistake with another database, or belong to a newer state of this one than the backup that was restored.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from django.core.files.storage import Storage
from django.utils.translation import gettext as _

from reports.models import Making, ReleaseFile


def paths(storage: Storage, folder: str) -> Iterator[str]:
    """Every file below a folder of the storage."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever kept in it
        return
    yield from (f"{folder}/{name}" for name in names)
    for inner in folders:
        yield from paths(storage, f"{folder}/{inner}")


def release_storage() -> Storage:
    """Where the files of releases are."""
    return ReleaseFile._meta.get_field("file").storage


def unknown_folders() -> list[str]:
    """Where files lie that no release has and no making here began: they are left alone, for a person to judge."""
    making = {making.folder for making in Making.objects.all()}  # before the rows that it may become
    found = [*paths(release_storage(), "releases")]
    named = set(ReleaseFile.objects.values_list("file", flat=True))
    return sorted({str(PurePosixPath(path).parent) for path in found if path not in named} - making)


def findings() -> Iterator[str]:
    """Files that a release names and the storage does not have as they were."""
    storage = release_storage()
    for file in ReleaseFile.objects.filter(release__withdrawn_at__isnull=True).select_related("release"):
        if not storage.exists(str(file.file)) or storage.size(str(file.file)) != file.bytes:
            sentence = _(
                "Release %(release)s: %(file)s is not where files are kept, or not as long as it was. Bring it back"
                " from a backup of the files, or withdraw the release."
            )
            yield sentence % {"release": file.release.name, "file": file.file}


def warnings() -> Iterator[str]:
    """What this database knows nothing of."""
    for folder in unknown_folders():
        yield _(
            "%(folder)s holds files of a release that this database does not know. They are left alone: another"
            " database may know them, or a newer backup of this one. Delete them yourself once you are sure."
        ) % {"folder": folder}
