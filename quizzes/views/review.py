"""Review: one card at a time, each answer logged, each rating to be corrected or undone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes import checkpoint
from quizzes.forms import ReviewSettingsForm
from quizzes.models import Question, Review, ReviewCard, ReviewSettings
from quizzes.models.attempts import day_of
from quizzes.models.memory import look
from quizzes.prepared import Prepared
from quizzes.review import Reviewed, Sitting, asks_whose, level_of, self_rated, whose
from quizzes.scheduling import LEECH_AT, Rating
from quizzes.views.attempts import number_of, token_of
from quizzes.views.questions import WAITS, back_of, is_htmx, is_sealed, read, status_of

PAGE = 50


def own_card(request: HttpRequest, card: int) -> ReviewCard:
    mine = ReviewCard.objects.filter(user=request.user.pk)
    found: ReviewCard = get_object_or_404(mine.select_related("question__current"), pk=card)
    return found


def rating_in(request: HttpRequest) -> Rating | None:
    number = number_of(request.POST.get("rating", ""))
    return Rating(number) if number in [*Rating] else None


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """What is due, one card at a time; `?show=` turns one over."""
    show = number_of(request.GET.get("show", ""))
    return sitting_page(request, Sitting(request.user, now=timezone.now(), show=show))


def sitting_page(
    request: HttpRequest, sitting: Sitting, *, status: int = 200, **more: Any
) -> HttpResponse:
    if not is_htmx(request):  # the header need not ask again
        request.due_count = sitting.totals["reviewed"]  # type: ignore[attr-defined]
    can_undo = bool(sitting.done["all"]) and not more.get("last")
    context = {"sitting": sitting, "can_undo": can_undo, "nav": "review", **more}
    name = "quizzes/_review.html" if is_htmx(request) else "quizzes/review.html"
    response = render(request, name, context, status=status)
    response.headers["Vary"] = "HX-Request"
    return response


@require_POST
def review_respond(request: HttpRequest, card: int) -> HttpResponse:
    """An answer to a card: graded, and the rating inferred from it by the rule on the page."""
    now = timezone.now()
    sitting = Sitting(request.user, now=now)
    token = token_of(request.POST.get("token", "")) or uuid4()
    ack = None
    with transaction.atomic():
        try:
            place = checkpoint.Place(request.user, token=token, purpose="review", card=card)
        except Question.DoesNotExist:
            own_card(request, card)
            return leave(request, sitting, _("This question is asked no more."))
        one, is_answered = read(request, place.version)
        if is_answered and place.is_sealed:
            one.trouble = str(WAITS)
        if is_answered and not one.trouble:
            ack = place.keep(one.value, now=now)
    if ack is None:
        sitting.card, sitting.question = place.card, one
        return sitting_page(request, sitting, status=status_of(request, one))
    sitting.chosen = place.chosen
    if ack.review is None:
        return leave(request, sitting, _("That answer came too late to count."))
    one = checkpoint.graded_question(place.version, one.value, back=reverse("review"))
    context: dict[str, Any] = {
        "q": one,
        "reviewed": Reviewed(ack.review, ack.review.card),
        "claim": whose(place.version),
    }
    return sitting_page(request, sitting, **context)


@require_POST
def review_rate(request: HttpRequest, card: int) -> HttpResponse:
    """How well something was said from memory; only where nothing else can judge it."""
    now = timezone.now()
    sitting = Sitting(request.user, now=now, show=card)
    rating = rating_in(request)
    with transaction.atomic():
        found = TO_RATE.first(user=request.user.pk or 0, card=card)
        if found is None:
            raise Http404
        if rating is None:
            return leave(request, sitting, _("Choose one of the four ratings."))
        if found.is_sealed:
            return leave(request, sitting, _("This question waits in a quiz that you have open."))
        sitting.chosen = getattr(found.user, "review_settings", None) or sitting.chosen
        logged = look(
            found,
            rating,
            day=sitting.today,
            now=now,
            how=Review.How.RATED,
            chosen=sitting.chosen,
        )
    return leave(request, sitting, told(Reviewed(logged, found)), Reviewed(logged, found))


def to_rate(*, user: int, card: int) -> QuerySet[ReviewCard]:
    """A card that its learner judges himself, locked, with what he has settled."""
    sealed = Question.objects.sealed_for(user).filter(pk=OuterRef("question"))
    return (
        ReviewCard.objects.select_for_update(of=("self",))
        .filter(pk=card, user=user, question__kind__in=self_rated())
        .select_related("user__review_settings")
        .annotate(is_sealed=Exists(sealed))
    )


TO_RATE = Prepared(to_rate)


def told(reviewed: Reviewed) -> str:
    if reviewed.review.is_practice:
        return _("Practice: this card has had its answer today. Its date stays.")
    return ngettext(
        "Rated %(rating)s: the card comes back tomorrow.",
        "Rated %(rating)s: the card comes back in %(n)d days.",
        reviewed.days,
    ) % {"rating": reviewed.rating.label, "n": reviewed.days}


def leave(
    request: HttpRequest, sitting: Sitting, text: str, reviewed: Reviewed | None = None
) -> HttpResponse:
    """On to the next card, with a line on what was done."""
    if is_htmx(request):
        return sitting_page(request, sitting, told=text, last=reviewed)
    messages.info(request, text)
    return redirect("review")


@require_POST
def review_correct(request: HttpRequest, card: int) -> HttpResponse:
    """Another rating than the one that was inferred, on the same day."""
    found = own_card(request, card)
    now = timezone.now()
    sitting = Sitting(request.user, now=now)
    rating = rating_in(request)
    if rating is None:
        return leave(request, sitting, _("Choose one of the four ratings."))
    last = found.reviews.counted().filter(day_on=sitting.today).order_by("-pk").first()
    again = last.correct(rating, now=now) if last is not None else None
    if again is None:
        return leave(request, sitting, _("A rating can be changed on its day, and then stands."))
    return leave(request, sitting, told(Reviewed(again, again.card)))


@require_POST
def review_undo(request: HttpRequest) -> HttpResponse:
    """The last review as if it had not been; up to thirty, one after the other."""
    last = Review.objects.last_of(request.user.pk or 0)
    now = timezone.now()
    if last is None or not last.undo(now=now):
        text = _("There is no review left to undo: the last thirty can be.")
    else:
        prompt = last.card.question.current.prompt if last.card.question.current else ""
        text = _("Undone: “%(prompt)s”") % {"prompt": prompt[:80]}
    return leave(request, Sitting(request.user, now=now), text)


@require_http_methods(["GET", "HEAD", "POST"])
def review_settings(request: HttpRequest) -> HttpResponse:
    chosen = ReviewSettings.of(request.user.pk or 0)
    today = day_of(request.user, timezone.now())
    form = ReviewSettingsForm(request.POST or None, instance=chosen, today=today)
    if request.method == "POST" and form.is_valid():
        moved = form.instance.keep(today=today)
        text = _("Kept.")
        if moved:
            text = ngettext(
                "Kept. One card has another day now.",
                "Kept. %(n)d cards have another day now.",
                moved,
            ) % {"n": moved}
        messages.success(request, text)
        return redirect("review_settings")
    context = {"form": form, "cards": form.cards, "nav": "review"}
    status = 422 if form.errors else 200
    return render(request, "quizzes/review_settings.html", context, status=status)


@require_safe
def review_cards(request: HttpRequest) -> HttpResponse:
    """One's cards; `?show=` due, new, often forgotten, suspended."""
    today = day_of(request.user, timezone.now())
    mine = ReviewCard.objects.filter(user=request.user.pk, question__retired_at=None)
    chosen = request.GET.get("show", "")
    sets = {
        "": mine,
        "due": mine.due(today).filter(stability__isnull=False),
        "new": mine.filter(stability=None, is_suspended=False),
        "leeches": mine.filter(lapses__gte=LEECH_AT),
        "suspended": mine.filter(is_suspended=True),
    }
    chosen = chosen if chosen in sets else ""
    cards = sets[chosen].select_related("question__current").order_by("due_on", "pk")
    page = Paginator(cards, PAGE).get_page(request.GET.get("page"))
    rows = [(card, level_of(card, today)) for card in page]
    filters = [
        ("", _("All")),
        ("due", _("Due")),
        ("new", _("New")),
        ("leeches", _("Often forgotten")),
        ("suspended", _("Suspended")),
    ]
    context = {"page": page, "rows": rows, "filters": filters, "chosen": chosen, "today": today}
    return render(request, "quizzes/review_cards.html", {**context, "nav": "review"})


@require_safe
def review_card(request: HttpRequest, card: int) -> HttpResponse:
    """A card with every look that was taken at it."""
    found = own_card(request, card)
    today = day_of(request.user, timezone.now())
    version = found.question.current
    context = {
        "card": found,
        "version": version,
        "claim": claim_of(request, found),
        "level": level_of(found, today),
        "reviews": found.reviews.select_related("response").order_by("-pk"),
        "today": today,
        "nav": "review",
    }
    return render(request, "quizzes/review_card.html", context)


def claim_of(request: HttpRequest, card: ReviewCard) -> str:
    """Whose claim it is, unless that is what is asked and must not be told yet."""
    question = card.question
    if question.current is None:
        return ""
    is_key = asks_whose(question.current, question.aim)
    return "" if is_key and is_sealed(request, question.pk) else whose(question.current)


@require_POST
def review_suspend(request: HttpRequest, card: int) -> HttpResponse:
    """Stop asking a card, or go on asking it. What was learnt is kept."""
    found = own_card(request, card)
    found.is_suspended = request.POST.get("act") != "resume"
    found.save(update_fields=["is_suspended"])
    text = _("Suspended: it waits until you take it up again.")
    messages.info(request, text if found.is_suspended else _("Taken up again."))
    return redirect(back_of(request) or "review_card", *([] if back_of(request) else [found.pk]))


@require_POST
def review_remember(request: HttpRequest, question: int) -> HttpResponse:
    """A card for a question, or an end to it."""
    found = get_object_or_404(Question.objects.current(), pk=question)
    if request.POST.get("act") == "stop":
        ReviewCard.objects.stop(request.user, [found.pk])
        state = "stopped"
    else:
        ReviewCard.objects.keep(request.user, [found], now=timezone.now())
        state = "kept"
    back = back_of(request)
    if is_htmx(request):
        context = {"question": found.pk, "state": state, "back": back}
        return render(request, "quizzes/_remember.html", context)
    return redirect(back or found)
