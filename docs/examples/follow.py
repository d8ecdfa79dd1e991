"""What has changed since the last time this ran: the mark is kept in a file beside it.

Run it as often as you like, for instance from cron. Nothing is missed. A run that dies after it printed a stretch and
before it noted the mark prints that stretch again the next time: each change comes at least once.
"""

import json
import os
import pathlib
import urllib.request

API = os.environ.get("UPR_API", "http://127.0.0.1:8000/api/v1")
MARK = pathlib.Path(os.environ.get("UPR_MARK", "mark.txt"))


def changes(after):
    """One stretch of the feed."""
    with urllib.request.urlopen(f"{API}/changes/?after={after}&page_size=200", timeout=60) as answer:
        return json.load(answer)


mark, newest = int(MARK.read_text()) if MARK.exists() else 0, None
while mark != newest:
    stretch = changes(mark)
    for change in stretch["results"]:
        who = change["organisation"]["name"] if change["organisation"] else "UPR Tracker"
        what = change["target"]["url"] if change["target"] else ""
        print(change["day"], who, change["sentence"], change["new"].get("status", ""), what)
    mark, newest = stretch["mark"], stretch["newest"]
    MARK.write_text(str(mark))  # after the stretch was dealt with
