from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default = True
    name = "studyguide.accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        autodiscover_modules("holdings")  # what each room holds about people; see privacy.py


class PilcrowAdminConfig(apps.AdminConfig):
    default = False
    default_site = "studyguide.accounts.admin_site.AdminSite"
