"""The floor: the smallest application that answers the same statements, under the same server and driver.

FLOOR_FILE holds the statements of each question as `benchmarks.recording` wrote them; `/3` answers the third.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

QUESTIONS = json.loads(Path(os.environ["FLOOR_FILE"]).read_text())["questions"]
local = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Ask the database, join what it wrote, answer."""
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, options="-c plan_cache_mode=force_generic_plan"
        )
    texts: list[str] = []
    for sql, params in QUESTIONS[int(environ["PATH_INFO"][1:])]["statements"]:
        answer = local.connection.execute(sql, params, prepare=True if params else None).fetchall()
        texts = [row[1] for row in answer if params]
    body = f'{{"results":[{",".join(texts)}]}}'.encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
