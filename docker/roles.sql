-- The two roles of the database, and what they may do. Run once by psql, as a role that may make roles, in the database
-- itself; running it again only sets the passwords. PostgreSQL 16 or newer.
--
--   UPR_OWNER_PASSWORD=… UPR_APP_PASSWORD=… psql -v ON_ERROR_STOP=1 -f docker/roles.sql postgres://…/upr_tracker
--
-- upr_owner makes and alters the tables (migrations). upr_app is what web, worker and beat connect as: it owns nothing,
-- so it can neither alter nor truncate a table, which keeps the log of what happened append-only.
\set ON_ERROR_STOP on
\getenv owner_password UPR_OWNER_PASSWORD
\getenv app_password UPR_APP_PASSWORD
\if :{?owner_password}
\else
  DO $$ BEGIN RAISE EXCEPTION 'Set UPR_OWNER_PASSWORD in the environment of psql.'; END $$;
\endif
\if :{?app_password}
\else
  DO $$ BEGIN RAISE EXCEPTION 'Set UPR_APP_PASSWORD in the environment of psql.'; END $$;
\endif

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['upr_owner', 'upr_app']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE upr_owner PASSWORD :'owner_password';
ALTER ROLE upr_app PASSWORD :'app_password';

-- Who is not a superuser must belong to a role to give it a database or to set its default privileges.
SELECT 'GRANT upr_owner TO CURRENT_USER' WHERE NOT pg_has_role('upr_owner', 'SET')
\gexec
ALTER DATABASE :"DBNAME" OWNER TO upr_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO upr_app;
GRANT USAGE ON SCHEMA public TO upr_app;
ALTER DEFAULT PRIVILEGES FOR ROLE upr_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO upr_app;
ALTER DEFAULT PRIVILEGES FOR ROLE upr_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO upr_app;
