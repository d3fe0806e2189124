from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from studyguide.accounts.models import AuditEntry, User
from studyguide.accounts.sessions import signed_in

RIGHTS = ("is_active", "is_staff", "is_superuser")


def record(act: str, request: HttpRequest, person: User, details: dict[str, Any]) -> None:
    AuditEntry.record(
        act=act,
        by=signed_in(request),
        about=f"user:{person.pk}",
        details=details,
        now=timezone.now(),
    )


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ["username", "display_name", "email", "is_active", "is_staff"]
    search_fields = ["username", "display_name", "email"]
    fieldsets = [
        (
            None,
            {"fields": ["username", "password", "display_name", "email", "time_zone"]},
        ),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    filter_horizontal = ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """Rights given or taken are recorded, and changes of what one signs in with."""
        super().save_model(request, obj, form, change)
        rights = {name: getattr(obj, name) for name in RIGHTS if name in form.changed_data}
        others = sorted({*form.changed_data} & {"username", "email"}) if change else []
        if rights:
            record("person.rights", request, obj, rights)
        if others:
            record("person.identity", request, obj, {"changed": others})

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        with transaction.atomic():
            before = User.objects.filter(pk=self.pk_of(id)).values_list("password", flat=True)
            was = list(before)
            response = super().user_change_password(request, id, form_url)
            if was and list(before.all()) != was:
                record("person.password", request, User.objects.get(pk=id), {})
        return response

    @staticmethod
    def pk_of(text: str) -> int:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # whoever leaves becomes a pseudonym; see the model


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["at", "act", "about", "by", "details"]
    list_filter = ["act"]
    list_select_related = ["by"]
    search_fields = ["about", "act"]
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return bool(request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)
