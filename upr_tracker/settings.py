"""Settings, all of them read from the environment; `docs/configuration.md` lists what may be set.

Missing configuration stops the program with a hint. With UPR_LOCAL=1 the local servers fill in the addresses.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

LOCAL = env.bool("UPR_LOCAL", False)
DATA_DIR = Path(env("UPR_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
PROCESS = env("UPR_PROCESS", default="")  # "web" in the web server only: it alone pools connections
AS_OWNER = env.bool("UPR_AS_OWNER", False)  # migrations and tests connect as the owner of the tables
DEBUG = False


def required(name: str, local: str | None = None) -> str:
    """The value of a setting that production must give; `local` stands in for it on a laptop only."""
    value = os.environ.get(name) or (local if LOCAL else None)
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment (see docs/configuration.md), "
            "or use `make run`, which starts local servers and fills it in."
        )
    return value


def site_host(address: str) -> str:
    """The host of SITE_URL, which mails and the API's links begin with."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"SITE_URL is {address!r}. Give the whole address that people type, such as https://upr.example.org."
        )
    return f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname


def last_address() -> str:
    """Where `make run` last answered on this machine, so that the links which a command prints lead there."""
    noted = DATA_DIR / "run" / "address"
    return (noted.read_text().strip() if noted.is_file() else "") or "http://127.0.0.1:8000"


# -- Addresses and secrets
SECRET_KEY = required("SECRET_KEY", local="local-only-not-secret-" + "0" * 40)
SITE_URL = required("SITE_URL", local=last_address()).rstrip("/")
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or (LOOPBACK if LOCAL else [site_host(SITE_URL)])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "web.errors.csrf_failure"
SHOW_SAMPLES = env.bool("SHOW_SAMPLES", LOCAL)  # pages show sample data, marked; API and counts leave it out anyway
LOOPBACK_ONLY = set(ALLOWED_HOSTS) <= set(LOOPBACK)

# -- Applications, in the order of their rows in docs/architecture.md
INSTALLED_APPS = [
    "upr_tracker",
    "web",
    "api",
    "imports",
    "reports",
    "notifications",
    "engagement",
    "recommendations",
    "reviews",
    "accounts",
    "states",
    "issues",
    "history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "knox",
    "corsheaders",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "template_partials",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "api.slots.StreamMiddleware",
    "api.request_ids.RequestIdMiddleware",
    "api.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "api.limits.LimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "web.middleware.NulMiddleware",
    "web.middleware.ReaderMiddleware",
    "api.conditional.ConditionalMiddleware",
]

ROOT_URLCONF = "upr_tracker.urls"
WSGI_APPLICATION = "upr_tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.shell",
            ],
            "builtins": ["template_partials.templatetags.partials", "web.templatetags.upr"],
        },
    }
]

# -- PostgreSQL
DATABASE_URL = required("DATABASE_URL")
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", default=DATABASE_URL)


def database() -> dict[str, Any]:
    """The one database; timeouts keep a slow query or a forgotten transaction from holding locks."""
    config: dict[str, Any] = environ.Env.db_url_config(DATABASE_OWNER_URL if AS_OWNER else DATABASE_URL)
    config["ENGINE"] = "django.db.backends.postgresql"
    limits = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"}
    if PROCESS == "web":
        limits["statement_timeout"] = "15s"
        # A pool halves the time of a request; Celery would close it around every task, so only the web has one.
        config.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    elif PROCESS == "worker":
        config["CONN_MAX_AGE"] = 600
    # A statement is prepared only where the code asks for it (api.rows.base), and then planned once for all values.
    config.setdefault("OPTIONS", {})["prepare_threshold"] = 2**31
    limits["plan_cache_mode"] = "force_generic_plan"
    config["CONN_HEALTH_CHECKS"] = True  # a restarted database costs nobody an error page
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    config.setdefault("OPTIONS", {})["options"] = options
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Redis or Valkey: `redis://…`, or `redis+socket:///path` as Celery writes a socket's address
REDIS_URL = required("REDIS_URL")
CACHE_URL = REDIS_URL.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": env("CACHE_PREFIX", default="upr"),
    }
}

# -- Celery
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = env("CELERY_QUEUE", default="upr")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever saves does not wait for a broker that is away: the sweep tells people later.
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0, "socket_connect_timeout": 2}
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = env.float("UPR_SWEEP_SECONDS", 30.0)
CELERY_BEAT_SCHEDULE = {
    # Catches what a killed process left: events not yet sequenced, messages whose lease ran out.
    "sweep-imports": {"task": "imports.sweep", "schedule": SWEEP_SECONDS},
    "sweep-downloads": {"task": "reports.sweep", "schedule": SWEEP_SECONDS},
    "sweep-messages": {"task": "notifications.sweep", "schedule": SWEEP_SECONDS},
    "forget-old-keys": {"task": "api.forget_old_keys", "schedule": 3600.0},
    # An organisation that was named to lead from a day to come leads when the day has come.
    "start-leads": {"task": "recommendations.start_leads", "schedule": 3600.0},
    # Reading facets adds up what changes have appended; this keeps it short.
    "fold-counts": {"task": "recommendations.fold_counts", "schedule": 60.0},
}

# How long a worker may take to read a file: longer than the process that reads may run; after it another worker tries.
IMPORT_LEASE_SECONDS = env.float("UPR_IMPORT_LEASE_SECONDS", 360)
# How long a worker that took on a commit or an undo may take to begin; from then on its lock shows that it lives.
IMPORT_WRITE_LEASE_SECONDS = env.float("UPR_IMPORT_WRITE_LEASE_SECONDS", 10)

# How long a reader may take for one piece of an answer, 64 KB of a stream: who takes nothing for so long is let go.
SEND_SECONDS = env.float("UPR_SEND_SECONDS", 60)
# How long a stream may take: a reader on a slow line gets more than the seconds of a page.
STREAM_SECONDS = env.int("UPR_STREAM_SECONDS", 600)
# Files made for a question: how long they are kept, and how much room all of them may take.
EXPORT_DAYS = env.int("UPR_EXPORT_DAYS", 7)
EXPORT_BYTES = env.int("UPR_EXPORT_MB", 2000) * 1_000_000

# -- Mail: EMAIL_URL (smtp://, smtp+tls://, smtp+ssl://); locally each message is a file that administrators can read
MAIL_DIR = DATA_DIR / "mail"
EMAIL_URL = required("EMAIL_URL", local="")
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "upr_tracker.mail.FolderBackend"
EMAIL_TIMEOUT = 20
# How long a worker may take for one mail: longer than the timeouts of one; after it the mail is another worker's.
MAIL_LEASE_SECONDS = env.float("UPR_MAIL_LEASE_SECONDS", 300)
DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL", local="UPR Tracker <upr-tracker@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# -- People
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "work-overview"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator makes the account and knows the address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the subjects name the product themselves
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", HTTPS)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
# What else runs under the domain is not ours to decide, nor whether browsers ship it in a list.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
BEHIND_PROXY = env.bool("UPR_BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Failed sign-ins are counted by address: the reader's, which the proxy wrote last, not the proxy's, which all share.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# -- Language and time
LANGUAGE_CODE = "en"
# Offered once its catalogue is complete; a page half in one language reads as in none. Names of States have seven.
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["web.formats"]

# -- Files
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("UPR_STATIC_DIR", default=str(DATA_DIR / "static")))  # made anew with each version
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# -- API
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.ReadOnly"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.TokenAuthentication"],  # no cookie signs anybody in here
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.OrjsonParser"],
    "DEFAULT_FILTER_BACKENDS": ["api.filters.TableFilters"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.problem_response",
    "DEFAULT_METADATA_CLASS": "api.metadata.MethodsOnly",
    "URL_FORMAT_OVERRIDE": None,  # an unknown parameter is refused, "format" too
    "UNAUTHENTICATED_USER": None,
}
# How often one address, or one token, may ask the API in a minute; 0 counts nothing.
API_REQUESTS_A_MINUTE = env.int("UPR_API_REQUESTS_A_MINUTE", 600)
API_REQUESTS_A_MINUTE_WITH_TOKEN = env.int("UPR_API_REQUESTS_A_MINUTE_WITH_TOKEN", 3000)
# Pages elsewhere may read the API, which shows everybody the same; they may not write, nor send a token.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "accept-language", "if-none-match", "if-modified-since", "x-request-id"]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Last-Modified",
    "Link",
    "Location",
    "Content-Disposition",
    "Idempotency-Replayed",
    "Retry-After",
    "X-Request-Id",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
]
KNOX_TOKEN_MODEL = "accounts.Token"
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "upr_"}  # the prefix lets a token that leaked be found
SPECTACULAR_SETTINGS = {
    "TITLE": "UPR Tracker API",
    "DESCRIPTION": "Recommendations of the Universal Periodic Review and what became of them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.add_shared_errors",
        "api.schema.summarise",
        "api.schema.let_fields_be_chosen",
    ],
    "ENUM_NAME_OVERRIDES": {
        "StateKind": "states.models.State.Kind",
        "OrganisationKind": "accounts.models.Organisation.Kind",
        "DocumentKind": "reviews.models.Document.Kind",
        "BasisKind": "recommendations.models.Basis.Kind",
        "Certainty": "reviews.models.Certainty",
        "Status": "recommendations.models.Status",
        "Reason": "api.serializers.recommendations.Reason",
        "Progress": "recommendations.models.Progress",
        "Response": "recommendations.models.Response",
        "Claim": "recommendations.models.Claim",
        "TextKind": "recommendations.models.TextKind",
        "ActionCategory": "recommendations.models.facts.ActionCategory",
        "RegionalGroup": "states.models.RegionalGroup",
        "Scheme": "issues.models.Scheme",
        "Dimension": "recommendations.facets.NAMES",
        "StatusOrNone": "api.serializers.figures.STATUSES",
        "Stakeholder": "reviews.models.Stakeholder",
        "TotalKind": "reviews.models.StatedTotal.What",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "api.request_ids.RequestIdFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {request_id} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # passing scanners; they get a 400
    },
}
