"""One settings file for every deployment shape; the environment decides (docs/operations.md)."""
from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config.environment import cache, cookie_names, database, env, mail, production_faults, static_root, var_dir
from config.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
HOSO_ENV = env.str("HOSO_ENV", "development")
PRODUCTION = HOSO_ENV == "production"
DEMO = env.bool("HOSO_DEMO", default=not PRODUCTION) and not PRODUCTION
VAR_DIR = var_dir(BASE_DIR / "var")
PRODUCT_VERSION = "0.1.0"

if PRODUCTION:
    production_faults()

SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else "demo-only-key-never-used-in-production-000000000000")
DATA_KEY = env.str("HOSO_DATA_KEY", "" if PRODUCTION else "demo-only-data-key")
DEBUG = env.bool("DEBUG", default=False) and not PRODUCTION
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The name under which this installation writes history: in every event and every evidence bundle. Never changed.
ORIGIN = env.str("HOSO_ORIGIN", "") or (ALLOWED_HOSTS[0] if PRODUCTION else "hoso.demo")

INSTALLED_APPS = [
    "accounts",
    "cases",
    "documents",
    "notifications",
    "audit",
    "config",
    "accounts.admin_app.TablesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
]

MIDDLEWARE = [
    "config.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.private_pages",
    "config.middleware.one_look",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.profile_language",
    "accounts.middleware.first_password",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page",
            ],
            "builtins": ["config.templatetags.hoso"],
        },
    },
]

DATABASES = {"default": database(VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
# One backend: a second would hash every wrong password twice. allauth's finds people by e-mail.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "static/"
STATIC_ROOT = static_root(VAR_DIR)
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
MEDIA_ROOT = VAR_DIR / "store"
MEDIA_URL = ""
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")  # host:port or the path of a socket; empty: this office scans elsewhere
CASE_QUOTA_MB = env.int("CASE_QUOTA_MB", 300)  # all files of one case together, replaced ones included
# Production serves hashed, compressed copies (make install collects them); the demo and the tests serve the sources.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

PROCEDURE_ROOTS = [Path(root) for root in env.list("PROCEDURE_ROOTS", default=[str(VAR_DIR / "procedures")])]
BACKUP_DIR = Path(env.str("BACKUP_DIR", str(VAR_DIR / "backups")))

globals().update(mail(VAR_DIR))
REDIS_URL = env.str("REDIS_URL", "")
CACHES = {"default": cache(REDIS_URL)}
# How long a carrier may hold an outbox row before another takes it over: longer than the longest handler.
OUTBOX_LEASE = timedelta(seconds=env.int("OUTBOX_LEASE", 120))
OUTBOX_RING_AGAIN = env.int("OUTBOX_RING_AGAIN", 15)  # seconds after which the relay names a row anew that nobody took
LOGGING = logging_config(
    level=env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING"),
    form=env.str("LOG_FORMAT", "json" if PRODUCTION else "text"),
)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "upgrade-insecure-requests": PRODUCTION,
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000  # a table of 500 rows is one form
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # rows pasted out of a spreadsheet
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
globals().update(cookie_names(secure=PRODUCTION))
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 12) * 3600
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine itself, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # throttles count the client, not the proxy

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.entrance.LoginForm",
    "signup": "accounts.forms.entrance.SignupForm",
    "change_email": "accounts.forms.entrance.ChangeEmailForm",
    "change_password": "accounts.forms.entrance.ChangePasswordForm",
    "set_password": "accounts.forms.entrance.SetPasswordForm",
    "reset_password": "accounts.forms.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.entrance.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.entrance.ReauthenticateForm",
}
ACCOUNT_CHANGE_EMAIL = True  # one address a person; the new one counts once it is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False  # shared computers at the one-stop desk: the session ends with the browser
# ip: an office behind one address must still work; key: the account, whoever asks from wherever.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,3/5m/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/1m/key",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
PASSWORD_RESET_TIMEOUT = 24 * 3600
USERSESSIONS_TRACK_ACTIVITY = False
