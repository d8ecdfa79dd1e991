"""What a process that was killed left in the storage of files."""

from collections.abc import Container

from django.core.files.storage import Storage


def delete_unknown(storage: Storage, folder: str, known: Container[str]) -> int:
    """Delete the files below a folder whose names are not known; how many there were.

    Whoever writes a file before its row holds the lane in which this is called.
    """
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever kept in it
        return 0
    unknown = [path for name in names if (path := f"{folder}/{name}") not in known]
    for path in unknown:
        storage.delete(path)
    return len(unknown) + sum(delete_unknown(storage, f"{folder}/{inner}", known) for inner in folders)
