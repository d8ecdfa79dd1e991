from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("downloads and releases")

    def ready(self) -> None:
        from reports import events  # noqa: F401  registers the sentences of the log
