from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# A generated column needs immutable functions; unaccent is one only with its dictionary named.
FUNCTIONS = """
CREATE FUNCTION upr_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$;
CREATE FUNCTION upr_search_vector(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT to_tsvector('pg_catalog.simple'::regconfig, public.upr_unaccent(coalesce($1, ''))) $$;
CREATE FUNCTION upr_search_query(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT websearch_to_tsquery('pg_catalog.simple'::regconfig, public.upr_unaccent(coalesce($1, ''))) $$;
"""
DROP = """
DROP FUNCTION upr_search_query(text);
DROP FUNCTION upr_search_vector(text);
DROP FUNCTION upr_unaccent(text);
"""


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunSQL(FUNCTIONS, DROP),
    ]
