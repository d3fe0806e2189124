from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from studyguide.accounts.models import User
from studyguide.library.models import Article, ReadingMark, ReadingPosition, ReadingState
from tests.factories import UserFactory

URL = "/articles/lighthouses/p2/mark/"
HTMX = {"hx-request": "true"}


def post(client: Client, act: str, *, token: object = None, url: str = URL, **kwargs: object):  # type: ignore[no-untyped-def]
    return client.post(url, {"mark": act, "token": str(token or uuid4())}, **kwargs)  # type: ignore[arg-type]


def test_a_passage_is_marked_read(reading: Client, reader: User, article: Article) -> None:
    response = post(reading, "read")
    assert response["Location"] == "/articles/lighthouses/opening/light-1/#p2"
    assert ReadingState.objects.get(user=reader).is_read


def test_htmx_gets_the_form_and_the_tally(reading: Client, article: Article) -> None:
    page = post(reading, "read", headers=HTMX).content.decode()
    assert "Not read after all" in page
    assert "1 of 3 read" in page
    assert 'id="rail-p2"' in page


def test_unread_again_is_possible(reading: Client, reader: User, article: Article) -> None:
    post(reading, "read")
    post(reading, "unread")
    assert not ReadingState.objects.get(user=reader).is_read
    assert [m.kind for m in ReadingMark.objects.order_by("pk")] == ["read", "unread"]


def test_unclear_and_read_stand_side_by_side(
    reading: Client, reader: User, article: Article
) -> None:
    post(reading, "read")
    post(reading, "unclear")
    state = ReadingState.objects.get(user=reader)
    assert (state.is_read, state.is_unclear) == (True, True)
    post(reading, "clear")
    state.refresh_from_db()
    assert (state.is_read, state.is_unclear) == (True, False)


def test_up_to_here_marks_the_section_so_far(
    reading: Client, reader: User, article: Article
) -> None:
    page = post(reading, "upto", headers=HTMX).content.decode()
    read = ReadingState.objects.filter(user=reader, is_read=True)
    assert sorted(read.values_list("passage__ref", flat=True)) == ["p1", "p2"]
    assert page.index('id="mark-p2"') < page.index('<template><form class="mark" id="mark-p1"')


def test_the_same_press_twice_is_one_mark(reading: Client, article: Article) -> None:
    token = uuid4()
    for _ in range(3):
        assert post(reading, "read", token=token).status_code == 302
    assert ReadingMark.objects.count() == 1


def test_a_late_repeat_does_not_undo_what_came_after(
    reading: Client, reader: User, article: Article
) -> None:
    token = uuid4()
    post(reading, "read", token=token)
    post(reading, "unread")
    post(reading, "read", token=token)
    assert not ReadingState.objects.get(user=reader).is_read


def test_a_mark_moves_the_place(reading: Client, reader: User, article: Article) -> None:
    post(reading, "read")
    assert ReadingPosition.objects.get(user=reader).passage.ref == "p2"


@pytest.mark.parametrize(
    "data", [{}, {"mark": "read"}, {"mark": "read", "token": "x"}, {"mark": "eaten", "token": "t"}]
)
def test_what_is_no_mark_is_told(reading: Client, article: Article, data: dict[str, str]) -> None:
    if data.get("token") == "t":
        data = {**data, "token": str(uuid4())}
    response = reading.post(URL, data)
    assert response.status_code == 400
    assert b"mark it again" in response.content


def test_a_visitor_is_asked_to_sign_in(client: Client, article: Article) -> None:
    response = post(client, "read")
    assert response.status_code == 403
    assert b"You were signed out" in response.content


def test_what_a_visitor_sent_can_be_sent_again(client: Client, article: Article) -> None:
    assert b'<input type="hidden" name="mark" value="read">' in post(client, "read").content


def test_a_page_with_script_keeps_what_a_visitor_sent(client: Client, article: Article) -> None:
    assert post(client, "read", headers=HTMX).status_code == 401


def test_marks_are_ones_own(reading: Client, article: Article) -> None:
    post(reading, "read")
    assert not ReadingState.objects.filter(user=UserFactory()).exists()


def test_forged_fields_change_nothing(reading: Client, reader: User, article: Article) -> None:
    other = UserFactory()
    reading.post(URL, {"mark": "read", "token": uuid4(), "user": other.pk, "is_staff": "1"})
    assert ReadingState.objects.get().user == reader
    reader.refresh_from_db()
    assert not reader.is_staff


@pytest.mark.parametrize("ref", ["p99", "n1"])
def test_what_is_no_passage_cannot_be_marked(reading: Client, article: Article, ref: str) -> None:
    assert post(reading, "read", url=f"/articles/lighthouses/{ref}/mark/").status_code == 404


def test_a_mark_is_never_made_by_looking(reading: Client, article: Article) -> None:
    assert reading.get(URL).status_code == 405


def test_a_mark_needs_a_csrf_token(reader: User, article: Article) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reader)
    assert post(client, "read").status_code == 403


def test_the_place_is_kept(reading: Client, reader: User, article: Article) -> None:
    response = reading.post("/articles/lighthouses/position/", {"at": "p3"})
    assert response.status_code == 204
    assert ReadingPosition.objects.get(user=reader).passage.ref == "p3"


def test_the_place_does_not_make_pages_new(reading: Client, reader: User, article: Article) -> None:
    post(reading, "read")
    before = ReadingPosition.objects.get(user=reader).revision
    reading.post("/articles/lighthouses/position/", {"at": "p3"})
    assert ReadingPosition.objects.get(user=reader).revision == before


@pytest.mark.parametrize("at", ["", "n1", "p0", "x" * 500])
def test_a_place_that_is_none_is_refused(reading: Client, article: Article, at: str) -> None:
    assert reading.post("/articles/lighthouses/position/", {"at": at}).status_code == 400
