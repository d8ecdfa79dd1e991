"""What Docker asks of a running service: `health.py web`, or `health.py FILE SECONDS` for a file that is kept fresh.

Only the standard library, because it runs every few seconds: starting Django would cost more than the answer is worth.
"""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit


def web() -> str:
    """Empty when /healthz answers 200, which it does when the database answers too; else what is wrong."""
    named = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    host = named if named not in {"", "*"} else urlsplit(os.environ["SITE_URL"]).hostname or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        status = connection.getresponse().status
    except OSError as error:
        return f"/healthz: {error}"
    return "" if status == 200 else f"/healthz answered {status}"


def fresh(path: Path, seconds: float) -> str:
    """Empty when the file was touched within so many seconds; else what is wrong."""
    try:
        age = time.time() - path.stat().st_mtime
    except OSError as error:
        return str(error)
    return "" if age <= seconds else f"{path} was last touched {age:.0f} seconds ago, more than {seconds:.0f}"


if __name__ == "__main__":
    problem = web() if sys.argv[1:] == ["web"] else fresh(Path(sys.argv[1]), float(sys.argv[2]))
    sys.exit(problem or 0)
