"""What gunicorn is told wherever it is started from this folder; the command line says the rest."""

# An address with a long question: the most that gunicorn allows, and what most proxies pass on. Longer ones are refused
# before Django sees them (docs/api.md).
limit_request_line = 8190
