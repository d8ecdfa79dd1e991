"""Record a status from a program: what is there, what replaces it, and what to do when somebody was quicker.

UPR_TOKEN=upr_… python record.py k3v9x2mq
"""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid

API = os.environ.get("UPR_API", "http://127.0.0.1:8000/api/v1")
PLACE = f"{API}/recommendations/{sys.argv[1]}/assessments/"
HEAD = {"Authorization": f"Bearer {os.environ['UPR_TOKEN']}", "Content-Type": "application/json"}


def ask(method, sent=None, **head):
    """The status and body of an answer, also of a refusal."""
    body = json.dumps(sent).encode() if sent is not None else None
    question = urllib.request.Request(PLACE, body, HEAD | head, method=method)
    try:
        with urllib.request.urlopen(question, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


status, there = ask("GET")
if status != 200:
    sys.exit(f"{status}: {there['detail']}")

judgement = {
    "status": "in_progress",
    "holds_from": "2025-06-01",
    "reason": "A draft law is before the parliament.",
    "bases": [{"kind": "link", "url": "https://example.org/bill", "description": "The bill"}],
    "based_on": there["latest"]["id"] if there["latest"] else None,
    "draft_version": there["draft_version"],
}
# One key for one write, however often it has to be sent.
status, told = ask("POST", judgement, **{"Idempotency-Key": str(uuid.uuid4())})
if status == 409:  # a person looks at told["current"] and decides anew
    sys.exit(f"{told['detail']} It says now: {told['current']['latest']}")
if status not in (200, 201):  # 200: the very same stood there already
    sys.exit(f"{status}: {told['detail']} {told.get('errors', '')}")
print("recorded", told["id"], told["status"], "since", told["since"])
