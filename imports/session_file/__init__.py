"""The session file: sessions, reviews and what is known of them, as `docs/session-fixture.md` describes."""
