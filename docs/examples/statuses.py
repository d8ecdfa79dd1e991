"""Every recommendation that Kazakhstan received at session 48, with the status that the lead organisation gives it.

Python's own library is enough. UPR_API names another installation.
"""

import csv
import json
import os
import sys
import urllib.request

API = os.environ.get("UPR_API", "http://127.0.0.1:8000/api/v1")


def pages(address):
    """The rows of a list, page after page: follow `next` until there is none."""
    while address:
        with urllib.request.urlopen(address, timeout=60) as answer:
            page = json.load(answer)
        yield from page["results"]
        address = page["next"]


table = csv.writer(sys.stdout)
table.writerow(["public_id", "label", "status", "since", "organisation", "url"])
for row in pages(f"{API}/recommendations/?state=KAZ&session=48&page_size=200"):
    lead = row["lead_assessment"]
    said = [lead["status"], lead["since"], lead["organisation"]["name"]] if lead else ["not_assessed", "", ""]
    table.writerow([row["public_id"], row["label"] or "", *said, row["url"]])
