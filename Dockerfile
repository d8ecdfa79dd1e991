# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrations; docker-compose.yml says which is which.

FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.13-slim AS app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    UPR_STATIC_DIR=/app/static-made \
    UPR_DATA_DIR=/data
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Making the static files needs settings, and settings need addresses. These are used by no container.
RUN SECRET_KEY=build SITE_URL=https://build.invalid DEFAULT_FROM_EMAIL=build@build.invalid EMAIL_URL=dummymail:// \
    DATABASE_URL=postgres://build.invalid/none REDIS_URL=redis://build.invalid \
    python manage.py collectstatic --no-input \
    && python -m compileall -q . \
    && chmod -R a+rX . \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin upr \
    && install -d -o 10001 -m 0700 /data
USER 10001
EXPOSE 8000
# Never --preload: each process opens its own connections. No access log: it would keep who read what (docs/security.md).
CMD ["gunicorn", "upr_tracker.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket"]
