"""A world of recommendations, the same every time, as large as asked for: what the API is measured on.

`UPR_DATA_DIR=var/bench/130000 python -m upr_tracker.localstack run -- python -m benchmarks.world 130000` makes it in
the servers of that folder, once. Texts are recombined from a real export where one lies beside the project, else from
the sample session. Everything else is drawn in SQL from the number of the row: how often a response, an issue or a
status occurs is of the order that the real exports show; who says what of whom is made up.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

EXPORTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "upr_info"
SESSIONS, PER_SESSION = 54, 14
REVIEWS = SESSIONS * PER_SESSION
VOICES = 120

# A number below n, drawn from the number of a row and a salt.
PICK = """
    CREATE OR REPLACE FUNCTION bench_pick(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT ((hashint8extended($1, $2) & 2147483647) % $3)::int';
    CREATE OR REPLACE FUNCTION bench_skew(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT floor($3 * power(bench_pick($1, $2, 1000000) / 1000000.0, 2.5))::int';
"""
PUBLIC_ID = (
    "translate(lpad(to_hex(mod(i * 2654435761, 4294967296)), 8, '0'), '01', 'gh')"  # each once: the factor is odd
)

# `size` recommendations in even shares; row i belongs to review (i - 1) / share, counted by session and State.
STEPS: tuple[tuple[str, str], ...] = (
    (
        "reviews",
        f"""
        DELETE FROM reviews_review;
        INSERT INTO reviews_review (session_id, state_id, position, day, day_basis, report_symbol, report_symbol_basis,
            troika_basis, troika_source, stakeholders)
        SELECT s.id, t.id, k + 1, make_date(2008, 4, 1) + (s.number * 125), 'sourced', '', 'unconfirmed', 'unconfirmed',
            '', '{{}}'
        FROM reviews_session s, generate_series(0, {PER_SESSION - 1}) k,
            (SELECT id, row_number() OVER (ORDER BY iso3) - 1 AS rank, count(*) OVER () AS n
             FROM states_state WHERE kind = 'member') t
        WHERE t.rank = ((s.number - 1) * {PER_SESSION} + k) % t.n;
        CREATE TEMP TABLE bench_review AS
        SELECT v.id, s.cycle, row_number() OVER (ORDER BY s.number, t.iso3) - 1 AS rank
        FROM reviews_review v JOIN reviews_session s ON s.id = v.session_id JOIN states_state t ON t.id = v.state_id;
        INSERT INTO reviews_document (key, review_id, kind, title, symbol, language, url, note, awaited, sha256,
            is_sample)
        SELECT 'bench-' || kind || '-' || rank, id, kind, initcap(kind), 'X/' || rank, 'en', '', '', false, '', false
        FROM bench_review, unnest(ARRAY['wg_report', 'addendum']) kind;
        """,
    ),
    (
        "organisations",
        f"""
        INSERT INTO accounts_organisation (slug, name, collective_name, kind, verified, asks_review, neutral_mail,
            is_sample)
        SELECT 'voice-' || n, 'Voice ' || n, '', (ARRAY['ngo', 'coalition', 'nhri', 'academic'])[1 + n % 4], true,
            false, false, false
        FROM generate_series(1, {VOICES}) n;
        CREATE TEMP TABLE bench_voice AS
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank FROM accounts_organisation;
        INSERT INTO reviews_lead (review_id, organisation_id, from_day, is_sample)
        SELECT v.id, o.id, DATE '2020-01-01', false FROM bench_review v
        JOIN bench_voice o ON o.rank = v.rank % {VOICES} WHERE v.rank % 3 > 0;
        """,
    ),
    (
        "recommendations",
        f"""
        INSERT INTO recommendations_recommendation (public_id, review_id, label, paragraph, number, suffix, sort_key,
            text, text_language, text_kind, action_category, source_document_id, source_place, is_sample, version,
            added_at)
        SELECT {PUBLIC_ID}, v.id, p || '.' || l.n, p, l.n, '',
            lpad(p::text, 6, '0') || '.' || lpad(l.n::text, 6, '0') || '.',
            h.head || ' ' || t.tail, 'en', 'official',
            CASE WHEN bench_pick(i, 1, 10) < 8 THEN 1 + bench_pick(i, 2, 5) END, d.id, 'para. ' || p, false, 1,
            TIMESTAMPTZ '2026-01-01 00:00Z' + i / 100 * INTERVAL '1 second'
        FROM generate_series(1, %(size)s) i
        JOIN bench_review v ON v.rank = (i - 1) / %(share)s
        JOIN reviews_document d ON d.review_id = v.id AND d.kind = 'wg_report'
        JOIN bench_text h ON h.n = bench_pick(i, 3, %(texts)s)
        JOIN bench_text t ON t.n = bench_pick(i, 4, %(texts)s),
        LATERAL (SELECT 100 + v.cycle * 10 AS p, 1 + mod(i - 1, %(share)s) AS n) l;
        CREATE TEMP TABLE bench_row AS
        SELECT id, review_id, row_number() OVER (ORDER BY added_at, id) AS i FROM recommendations_recommendation;
        ANALYZE bench_row;
        """,
    ),
    (
        "recommending States",
        """
        WITH t AS (SELECT id, name, row_number() OVER (ORDER BY iso3) - 1 AS rank FROM states_state)
        INSERT INTO recommendations_recommendingstate (recommendation_id, state_id, "order", printed)
        SELECT r.id, t.id, o, t.name FROM bench_row r
        CROSS JOIN generate_series(1, CASE WHEN bench_pick(r.i, 5, 10) = 0 THEN 4 ELSE 1 END) o
        JOIN t ON t.rank = bench_skew(r.i, 10 + o, 190);
        """,
    ),
    (
        "issues, groups and goals",
        """
        CREATE TEMP TABLE bench_term AS
        SELECT 'issue' AS kind, id, row_number() OVER (ORDER BY slug) - 1 AS rank, count(*) OVER ()::int AS n
        FROM issues_issue WHERE scheme = 'upr_info'
        UNION ALL SELECT 'group', id, row_number() OVER (ORDER BY code) - 1, count(*) OVER ()::int
        FROM issues_persongroup
        UNION ALL SELECT 'goal', id, row_number() OVER (ORDER BY "order", code) - 1, count(*) OVER ()::int
        FROM issues_goal WHERE parent_id IS NULL;
        CREATE TEMP TABLE bench_about AS
        SELECT r.id, kind, o, bench_skew(r.i, 20 + o * 10 + length(kind), n) AS rank FROM bench_row r
        CROSS JOIN (SELECT kind, max(n) AS n FROM bench_term GROUP BY kind) k
        CROSS JOIN generate_series(1, 2) o
        WHERE CASE kind WHEN 'issue' THEN o = 1 OR bench_pick(r.i, 20, 2) = 0
            WHEN 'group' THEN o = 1 AND bench_pick(r.i, 21, 10) < 4 ELSE o = 1 AND bench_pick(r.i, 22, 10) < 6 END;
        ANALYZE bench_about;
        INSERT INTO recommendations_recommendationissue (recommendation_id, issue_id, scheme, is_primary)
        SELECT DISTINCT ON (a.id, t.id) a.id, t.id, 'upr_info', o = 1
        FROM bench_about a JOIN bench_term t USING (kind, rank) WHERE kind = 'issue' ORDER BY a.id, t.id, o;
        INSERT INTO recommendations_recommendation_groups (recommendation_id, persongroup_id)
        SELECT a.id, t.id FROM bench_about a JOIN bench_term t USING (kind, rank) WHERE kind = 'group';
        INSERT INTO recommendations_recommendation_goals (recommendation_id, goal_id)
        SELECT a.id, t.id FROM bench_about a JOIN bench_term t USING (kind, rank) WHERE kind = 'goal';
        """,
    ),
    (
        "positions",
        """
        INSERT INTO recommendations_position (recommendation_id, response, claim, day, document_id, paragraph,
            explanation)
        SELECT r.id, CASE WHEN k < 735 THEN 'supported' WHEN k < 985 THEN 'noted' WHEN k < 990 THEN 'supported_in_part'
            ELSE 'pending' END, CASE WHEN k < 30 THEN 'implemented' WHEN k < 60 THEN 'in_process' ELSE '' END,
            NULL, d.id, '', ''
        FROM bench_row r JOIN reviews_document d ON d.review_id = r.review_id AND d.kind = 'addendum',
        LATERAL (SELECT bench_pick(r.i, 40, 1000) AS k) l WHERE k < 995;
        """,
    ),
    (
        "assessments",
        f"""
        INSERT INTO recommendations_assessment (recommendation_id, voice_id, status, progress, holds_from,
            day_is_inferred, reason)
        SELECT r.id, l.organisation_id, CASE WHEN k < 60 THEN 'in_progress' WHEN k < 100 THEN 'not_started'
            WHEN k < 135 THEN 'partial_implementation' WHEN k < 155 THEN 'fully_implemented'
            WHEN k < 165 THEN 'no_information' WHEN k < 175 THEN 'monitoring_phase' ELSE 'regression' END,
            '', DATE '2021-01-01' + bench_pick(r.i, 51, 1500), false, 'Drawn for measuring.'
        FROM bench_row r JOIN reviews_lead l USING (review_id), LATERAL (SELECT bench_pick(r.i, 50, 1000) AS k) x
        WHERE k < 176;
        INSERT INTO recommendations_assessment (recommendation_id, voice_id, status, progress, holds_from,
            day_is_inferred, reason)
        SELECT r.id, o.id, 'partial_implementation', '', DATE '2022-01-01', false, 'Drawn for measuring.'
        FROM bench_row r JOIN bench_voice o ON o.rank = bench_pick(r.i, 53, {VOICES}) WHERE bench_pick(r.i, 52, 100) < 4
        ON CONFLICT DO NOTHING;
        INSERT INTO recommendations_basis (assessment_id, kind, passage, url, description, code, redacted)
        SELECT id, 'monitoring', '', '', 'Drawn for measuring.', '', false FROM recommendations_assessment;
        """,
    ),
    (
        "events",
        """
        INSERT INTO history_event (action, target_type, target_id, review_id, origin, old, new, quiet)
        SELECT 'recommendation.imported', 'recommendations.recommendation', id, review_id, 'import', '{}', '{}', true
        FROM bench_row ORDER BY i;
        """,
    ),
)


def texts() -> Iterator[tuple[str, str]]:
    """Beginnings and ends to recombine: each real text cut at its middle blank."""
    for text in sorted(set(whole_texts())):
        words = text.split()
        if len(words) > 5:
            yield " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])


def whole_texts() -> Iterator[str]:
    """Texts of recommendations: of the exports beside the project, else of our sample session."""
    for name in ("10-13.csv", "17-20.csv"):
        if (EXPORTS / name).exists():
            with (EXPORTS / name).open(encoding="mac_roman", newline="") as file:
                yield from (line["Text"].strip() for line in csv.DictReader(file))
    if not EXPORTS.exists():
        import yaml

        sample = Path(__file__).resolve().parent.parent / "fixtures" / "sessions" / "48-sample.yaml"
        reviews = yaml.safe_load(sample.read_text())["reviews"]
        yield from (row["text"] for review in reviews for row in review["recommendations"])


def make(size: int) -> None:
    """The world of this size, in the database that the settings name; nothing where it is there already."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from history import feed
    from recommendations import counts
    from recommendations.models import Recommendation

    call_command("migrate", verbosity=0)
    if Recommendation.objects.exists():
        return
    call_command("load_reference", verbosity=0)
    halves = list(texts())
    values = {"size": size, "share": -(-size // REVIEWS), "texts": len(halves)}
    with transaction.atomic(), connection.cursor() as cursor:
        counts.put_off()  # at the end, by finish
        cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute(PICK)
        cursor.execute("CREATE TEMP TABLE bench_text (n int PRIMARY KEY, head text, tail text)")
        with cursor.copy("COPY bench_text FROM STDIN") as copy:
            for number, (head, tail) in enumerate(halves):
                copy.write_row((number, head, tail))
        for name, sql in STEPS:
            began = time.monotonic()
            cursor.execute(sql, values) if "%(" in sql else cursor.execute(sql)
            say(f"{name}: {time.monotonic() - began:.0f} s")
    finish()
    say(f"counted: {counts.repair():,}, folded: {counts.fold():,}")
    feed.sequence()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    say(f"{size:,} recommendations are there")


def finish() -> None:
    """What every import ends with: the kept columns, in portions."""
    from recommendations import derived
    from recommendations.models import Recommendation

    ids = list(Recommendation.objects.order_by("id").values_list("pk", flat=True))
    for start in range(0, len(ids), 100_000):
        portion = ids[start : start + 100_000]
        began = time.monotonic()
        changed = derived.refresh_positions(portion) + derived.refresh_leads(portion)
        say(f"kept columns of {len(portion):,}: {changed:,} changed, {time.monotonic() - began:.0f} s")


def say(text: str) -> None:
    """A line of progress, apart from what is measured."""
    print(f"world: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    os.environ["UPR_AS_OWNER"] = "1"
    import django

    django.setup()
    make(int(sys.argv[1]))
