from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quizzes.activity import SECONDS_A_CARD
from studyguide.accounts.sessions import signed_in
from studyguide.progress.days import named_days
from studyguide.progress.desk import Desk
from studyguide.progress.forms import StudyPlanForm
from studyguide.progress.models import StudyPlan


@require_http_methods(["GET", "HEAD", "POST"])
def study_plan(request: HttpRequest) -> HttpResponse:
    """Ready by a day: the day, the reading pace, and what is then to be done on each day."""
    user, now = signed_in(request), timezone.now()
    asked = request.POST.get("text", "") or request.GET.get("text", "")
    desk = Desk.of(user, now, asked)
    if desk is None:
        return redirect("dashboard")
    plan = StudyPlan.objects.filter(user=user, article=desk.kept.article).first()
    if request.method == "POST" and request.POST.get("act") == "drop":
        StudyPlan.objects.filter(user=user, article=desk.kept.article).delete()
        messages.success(request, _("The plan is gone; what you read and answered stays."))
        return redirect("dashboard")
    form = StudyPlanForm(
        request.POST or None,
        instance=plan or StudyPlan(user=user, article=desk.kept.article, made_at=now),
        initial={
            "words_per_minute": user.words_per_minute,
            **({"ready_on": request.GET["by"]} if "by" in request.GET else {}),
        },
        today=desk.today,
    )
    if request.method == "POST" and form.is_valid():
        keep(form)
        return redirect(f"{request.path}?text={desk.article.slug}")
    context = {
        "desk": desk,
        "form": form,
        "named": named_days(user, desk.today),
        "seconds": SECONDS_A_CARD,
        "nav": "progress",
    }
    status = 422 if form.errors else 200
    return render(request, "progress/study_plan.html", context, status=status)


def keep(form: StudyPlanForm) -> None:
    """The day to the plan, the pace to the person."""
    made = form.instance
    made.user.words_per_minute = form.cleaned_data["words_per_minute"]
    made.user.save(update_fields=["words_per_minute"])
    StudyPlan.objects.update_or_create(
        user=made.user,
        article=made.article,
        defaults={"ready_on": made.ready_on, "minutes_a_day": made.minutes_a_day},
        create_defaults={
            "ready_on": made.ready_on,
            "minutes_a_day": made.minutes_a_day,
            "made_at": made.made_at,
        },
    )
