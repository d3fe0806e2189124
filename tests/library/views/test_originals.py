from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from studyguide.accounts.models import AuditEntry, User
from studyguide.library.models import Article, Original
from tests import copies, packs
from tests.factories import UserFactory
from tests.library.originals.test_store import facts_lines
from tests.queries import queries

URL = "/articles/lighthouses/originals/"
SECTION = "/articles/lighthouses/opening/light-1/"
CANARY = "Nobody thanks it."


@pytest.fixture
def article(load: Callable[..., Article]) -> Article:
    text = packs.ARTICLE.format(slug="lighthouses", facts=facts_lines())
    return load(passages=9, article_yaml=text)


def preview(client: Client, **data: object):  # type: ignore[no-untyped-def]
    return client.post(f"{URL}preview/", {"text": copies.plain(), "credit": "mine", **data})


def confirm(client: Client, **data: object):  # type: ignore[no-untyped-def]
    return client.post(f"{URL}confirm/", {"text": copies.plain(), "credit": "mine", **data})


def test_a_preview_stores_nothing(reading: Client, article: Article) -> None:
    page = preview(reading).content.decode()
    assert "2 chapters, 9 passages, 7 footnotes." in page
    assert "It fits" in page
    assert not Original.objects.exists()


def test_what_was_previewed_can_be_stored(reading: Client, reader: User, article: Article) -> None:
    text = preview(reading).context["form"].cleaned_data["source"]
    assert confirm(reading, text=text).status_code == 302
    assert Original.objects.get().owner == reader


def test_a_file_is_read_like_its_text(reading: Client, article: Article) -> None:
    file = SimpleUploadedFile("copy.txt", copies.plain().encode())
    assert "9 passages" in preview(reading, text="", file=file).content.decode()


def test_what_does_not_fit_is_told(reading: Client, article: Article) -> None:
    page = preview(reading, text=copies.plain().replace(copies.BODY[1], "")).content.decode()
    assert "Some of it does not fit" in page
    assert "¶2" in page


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.4", "paste the text here instead"),
        (b"PK\x03\x04", "Word file"),
        (b"x" * 2_500_000, "larger than 2 MB"),
        (b"\x00\x01\x02", "not text"),
        (b"caf\xe9", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    reading: Client, article: Article, data: bytes, told: str
) -> None:
    response = preview(reading, text="", file=SimpleUploadedFile("a", data))
    assert response.status_code == 422
    assert told in response.content.decode()


def test_a_huge_file_is_cut_short(reading: Client, article: Article) -> None:
    response = preview(reading, text="", file=SimpleUploadedFile("a", b"x" * 50_000_000))
    assert response.status_code == 422
    assert response.wsgi_request.FILES["file"].size < 4_000_000


def test_nothing_typed_is_lost(reading: Client, article: Article) -> None:
    page = preview(reading, text="only a line", credit="").content.decode()
    assert "only a line</textarea>" in page
    assert "This field is required" in page


def test_another_text_is_not_stored(reading: Client, article: Article) -> None:
    text = "\n\n".join(
        f"Cooking{n} needs 7{n}0 grams of Flour{n} and time, they always say." for n in range(9)
    )
    assert confirm(reading, text=text).status_code == 422
    assert not Original.objects.exists()


def test_it_stands_beside_the_notes(reading: Client, article: Article) -> None:
    confirm(reading)
    page = reading.get(SECTION).content.decode()
    assert CANARY in page
    assert "Beside" in page
    assert "mine" in page


def test_a_section_with_an_original_asks_five_questions(reading: Client, article: Article) -> None:
    confirm(reading)
    reading.get(SECTION)
    with queries(at_most=5):
        reading.get(SECTION)


def test_a_copy_makes_the_section_new(reading: Client, article: Article) -> None:
    reading.get(SECTION)
    first = reading.get(SECTION)
    confirm(reading)
    assert reading.get(SECTION, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_learner_cannot_share(reading: Client, article: Article) -> None:
    confirm(reading, is_shared="on", right="I say so")
    assert Original.objects.get().audience == Original.Audience.PRIVATE


def test_staff_share_by_a_right(client: Client, staff: User, article: Article) -> None:
    client.force_login(staff)
    assert confirm(client, is_shared="on", right="").status_code == 422
    confirm(client, is_shared="on", right="with leave")
    assert AuditEntry.objects.get(by=staff).act == "original.share"
    assert Original.objects.get().audience == Original.Audience.SIGNED_IN


def test_ones_own_copy_can_be_removed(reading: Client, article: Article) -> None:
    confirm(reading)
    reading.post(f"{URL}{Original.objects.get().pk}/remove/")
    assert not Original.objects.exists()
    assert CANARY not in reading.get(SECTION).content.decode()


def test_anothers_copy_cannot_be_removed(reading: Client, client: Client, article: Article) -> None:
    confirm(reading)
    other = Client()
    other.force_login(UserFactory())
    assert other.post(f"{URL}{Original.objects.get().pk}/remove/").status_code == 404


def test_staff_take_down_any_copy(reading: Client, staff: User, article: Article) -> None:
    confirm(reading)
    other = Client()
    other.force_login(staff)
    assert "Take down" in other.get(URL).content.decode()
    other.post(f"{URL}{Original.objects.get().pk}/remove/")
    assert not Original.objects.exists()


@pytest.mark.parametrize("name", ["", "preview/", "confirm/", "1/remove/"])
def test_visitors_are_asked_to_sign_in(client: Client, article: Article, name: str) -> None:
    response = client.post(URL + name) if name else client.get(URL)
    assert response["Location"].startswith("/accounts/login/")


# No byte of a copy reaches anybody outside its audience.

WORDS = "qzcanary"
ROUTES = [
    *("", "glossary/", "glossary/lamp/", "timeline/", "people/", "footnotes/", "bibliography/"),
    *("argument/", "pages/before/", "search/?q=qzcanary", "search/?q=qzcan", "print/"),
    *("print/opening/", "print/light-1/", "opening/light-1/", "opening/light-2/", "originals/"),
    *("p1/", "n1/", "keepers/keeping-1/"),
]


@pytest.fixture
def canary(reading: Client, article: Article) -> Article:
    text = ". ".join(f"{part} {WORDS}" for part in copies.plain().split(". "))
    text = text.replace("wick.1 ", f"wick {WORDS}.1 ")
    assert confirm(reading, text=text).status_code == 302
    return article


def seen(client: Client) -> list[str]:
    """Routes whose answer, headers and all, holds the canary beyond what was asked."""
    found = []
    for route in ROUTES:
        response = client.get(f"/articles/lighthouses/{route}", follow=True)
        body = response.content.decode().replace(f"q={WORDS}", "").replace(f'"{WORDS}"', "")
        body = body.replace(f"“{WORDS}”", "").replace(f"Search: {WORDS}", "")
        if WORDS in body or WORDS in str(response.headers):
            found.append(route)
    return found


def test_the_owner_sees_the_copy(canary: Article, reading: Client) -> None:
    assert "opening/light-1/" in seen(reading)
    assert "search/?q=qzcanary" in seen(reading)


@pytest.mark.parametrize("role", ["visitor", "learner", "staff"])
def test_nobody_else_sees_a_byte(canary: Article, role: str) -> None:
    client = Client()
    if role != "visitor":
        client.force_login(UserFactory(is_staff=role == "staff"))
    assert seen(client) == []


def test_the_cache_holds_no_byte(canary: Article, reading: Client) -> None:
    seen(reading)
    if "cache" in settings.DATABASES:
        with connections["cache"].cursor() as cursor:
            cursor.execute("SELECT cache_key, value FROM cache_entry")
            held = str(cursor.fetchall())
    else:
        store = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
        held = str([store.dump(key) for key in store.scan_iter()])
    assert WORDS not in held
