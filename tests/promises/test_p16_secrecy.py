"""P16: no key, feedback, weight or score reaches a learner before release, in any byte."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.urls import NoReverseMatch, URLPattern, reverse

from quizzes.kinds import kinds
from quizzes.models import Attempt, AttemptQuestion, Question, QuestionVersion
from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.every_kind import SAMPLES, body_of, load_samples
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import Learner, Reply, Site
from tests.promises.letters import said_in, sent_by
from tests.promises.test_p17_permissions import make_house
from tests.test_architecture import own_patterns

DEALS = 1200
# Of so many degrees of freedom a chance in a thousand.
CRITICAL = {1: 10.83, 2: 13.82, 3: 16.27, 5: 20.52}
WORDS = (
    *("canary feedback", "canary explanation", "canary hint", "canary lantern", "canary 180"),
    *("data-correct", "data-right", "is_right", "fraction", '"right"', "credit"),
)


def secrets_in(reply: Reply) -> list[str]:
    return told(reply.headers + reply.body)


def told(text: str) -> list[str]:
    return [word for word in WORDS if word in text.casefold()]


def routes(attempt: Attempt, question: int) -> Iterator[str]:
    """Every page of ours that needs no more than an attempt, its quiz and its question."""
    known = {"attempt": attempt.public_id, "question": question}
    known["quiz"] = attempt.quiz.public_id if attempt.quiz else ""
    patterns: list[URLPattern] = own_patterns()
    for pattern in patterns:
        names = {name for name in known if name in str(pattern.pattern)}
        try:
            yield reverse(str(pattern.name), kwargs={name: known[name] for name in names})
        except NoReverseMatch:
            continue  # a page of an article


def walk(learner: Learner, attempt: Attempt) -> list[tuple[str, Reply]]:
    """What a curious learner does in an open attempt: every page, every kind of send."""
    seen = []
    path = f"/attempts/{attempt.public_id}/"
    rows = AttemptQuestion.objects.filter(attempt=attempt).select_related("question")
    for row in rows:
        kind = row.question.kind
        pages = [f"{path}?q={row.position}", *routes(attempt, row.question_id)]
        seen += [(page, learner.get(page)) for page in pages]
        sends: list[dict[str, Any]] = []
        for how in ("wrong", "partly", "right"):
            for act in ("", "check", "save"):
                rev = AttemptQuestion.objects.values_list("rev", flat=True).get(pk=row.pk)
                data = dict(getattr(SAMPLES[kind], how))
                data |= {"question": row.question_id, "rev": rev, "act": act}
                data |= {"token": harness.uuid4()}
                sends.append(data)
                seen.append((f"{how} {act} {kind}", learner.post(f"{path}respond/", **data)))
        stale = sends[0] | {"token": harness.uuid4()}
        seen.append((f"stale {kind}", learner.post(f"{path}respond/", **stale)))
        sealed = {**SAMPLES[kind].wrong, "token": harness.uuid4()}
        page = f"/questions/{row.question_id}/respond/"
        seen.append((f"aside {kind}", learner.post(page, **sealed)))
        seen.append((f"plain {kind}", learner.post(f"{path}respond/", htmx=False, **sends[-1])))
    return seen


def begin(site: Site, **rules: Any) -> tuple[Learner, Attempt]:
    quiz = load_samples()
    (sitting,) = harness.sit_down(site, harness.make_people(1), quiz, **rules)
    return sitting.learner, sitting.attempt


def test_no_byte_of_an_open_attempt_tells_right_from_wrong(site: Site) -> None:
    learner, attempt = begin(site)
    seen = walk(learner, attempt)
    leaks = [(where, found) for where, reply in seen if (found := secrets_in(reply))]
    figure("P16", f"{len(leaks)} canaries in {len(seen)} responses")
    assert not leaks
    assert not [where for where, reply in seen if reply.status >= 500]
    assert set(kinds()) == set(SAMPLES)


def test_no_page_of_an_open_attempt_reads_a_key(site: Site) -> None:
    """With every key, hint and explanation gone from the bank its pages are made all the same."""
    learner, attempt = begin(site)
    gone: dict[str, Any] = {"body": {}, "explanation": "", "hints": [], "evidence": []}
    QuestionVersion.objects.update(**gone)
    broken = [(where, r.status) for where, r in walk(learner, attempt) if r.status >= 500]
    assert not broken


def test_nothing_is_told_between_handing_in_and_release(site: Site) -> None:
    learner, attempt = begin(site, release="by_hand")
    walk(learner, attempt)
    path = f"/attempts/{attempt.public_id}/"
    assert learner.post(f"{path}submit/", htmx=False).status == 302
    questions = Question.objects.filter(source="samples")
    pages = {path, f"{path}results/"}
    pages |= {page for question in questions for page in routes(attempt, question.pk)}
    replies = [(page, learner.get(page)) for page in sorted(pages)]
    replies.append(("again", learner.post(f"{path}again/", htmx=False)))
    score = Attempt.objects.get(pk=attempt.pk).score
    assert score is not None
    assert not [(page, found) for page, reply in replies if (found := secrets_in(reply))]
    results = learner.get(f"{path}results/").body
    assert f"{score:g}/" not in results
    assert "points" not in results


def test_no_mail_tells_right_from_wrong(
    article: Article, reader: User, staff: User, post_office: None
) -> None:
    """Whatever a learner in an open attempt, or his tutor, sets off."""
    house = make_house(article, reader, staff)
    for user in (reader, house.users["tutor"]):
        user.email = f"{user.username}@example.org"
        user.save(update_fields=["email"])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    sent = [letter for role in ("learner", "tutor") for letter in sent_by(house, role)]
    found = [(each.subject, told(said_in(each))) for each in sent]
    figure("P16", f"{sum(bool(words) for _subject, words in found)} canaries in {len(sent)} mails")
    assert not [each for each in found if each[1]]
    assert len({letter.to[0] for letter in sent}) > 2
    assert house.world.attempt.state == Attempt.State.OPEN


def chi_square(counts: Counter[int], places: int) -> float:
    even = sum(counts.values()) / places
    return sum((counts[place] - even) ** 2 / even for place in range(places))


def place(kind: str, seed: int) -> tuple[int, int]:
    """Where the right option stands in one deal, and of how many places."""
    body = body_of(kind)
    shown = body.arrange(body.shown(), seed)
    key = body.key()
    options = shown.get("options") or shown.get("whose") or shown.get("targets")
    if kind == "gaps":
        gap = shown["gaps"][1]
        options, key = gap["options"], key[gap["key"]]
    elif kind == "claim":
        key = key["whose"]
    elif kind == "choices":
        key = sorted(key)[0]
    elif kind == "matching":
        key = key[shown["lefts"][0]["key"]]
    elif kind == "ordering":
        options, key = shown["lines"], key[0]
    names = [option["key"] for option in options]
    return names.index(key), len(names)


@pytest.mark.parametrize(
    "kind", ["choice", "choices", "claim", "voice", "gaps", "matching", "ordering"]
)
def test_the_order_of_options_carries_no_signal(kind: str) -> None:
    chance = random.Random(harness.SEED)
    deals = [place(kind, chance.getrandbits(31)) for _n in range(DEALS)]
    places = deals[0][1]
    found = Counter(at for at, _places in deals)
    assert chi_square(found, places) < CRITICAL[places - 1]


@pytest.mark.parametrize("kind", kinds())
def test_what_is_shown_says_nothing_of_credit(kind: str) -> None:
    """Options that are right and options that are not have the same fields, and names that
    follow from their texts alone."""
    shown = body_of(kind).shown()
    lists = [value for value in shown.values() if isinstance(value, list)]
    for options in lists:
        assert len({frozenset(option) for option in options if isinstance(option, dict)}) <= 1
    assert "canary" not in repr(shown).casefold()
