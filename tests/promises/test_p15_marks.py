"""P15: two tutors who edit the same mark do not overwrite each other unseen."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from typing import Any

from studyguide.courses.models import Arrangement, Assignment, MarkOverride, Membership, Role
from tests.factories import AssignmentFactory, MembershipFactory
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import SEED, Learner, Reply, Site

EDITS = int(os.environ.get("TRUST_EDITS", "100"))
TUTORS = 5
LEARNERS = 10


def a_mark() -> tuple[Assignment, Membership]:
    learner = MembershipFactory()
    return AssignmentFactory(course=learner.course), learner


def tutors(site: Site, assignment: Assignment) -> list[Learner]:
    rows = [
        MembershipFactory(course=assignment.course, role=Role.CO_TUTOR) for _n in range(TUTORS - 1)
    ]
    return [Learner(site, user) for user in (assignment.course.owner, *(r.user for r in rows))]


def page_of(assignment: Assignment, learner: Membership) -> str:
    course = assignment.course.public_id
    return f"/courses/{course}/results/{learner.pk}/{assignment.public_id}/"


def revision_on(page: str) -> int:
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found, page[:500]
    return int(found[1])


def assert_no_update_is_lost(accepted: int) -> None:
    """Every accepted edit stands in the log, and was made over the one before it."""
    log = list(MarkOverride.objects.order_by("revision"))
    assert [each.revision for each in log] == list(range(1, accepted + 1))
    assert [each.before for each in log] == [None, *(each.score for each in log)][:-1]
    row = Arrangement.objects.get()
    assert (row.revision, row.score) == (accepted, log[-1].score)


def test_of_those_who_read_the_same_mark_one_may_change_it(site: Site) -> None:
    assignment, learner = a_mark()
    people, path = tutors(site, assignment), page_of(assignment, learner)
    rounds = EDITS // TUTORS
    seen: Counter[int] = Counter()
    for number in range(rounds):
        read = revision_on(people[0].get(path).body)

        def edit(tutor: Learner, revision: int = read, number: int = number) -> Any:
            score = str(10 * people.index(tutor) + number % 10)
            fields = {"score": score, "reason": f"{number}", "revision": revision}
            return tutor.post(f"{path}override/", htmx=False, **fields)

        replies = harness.at_once(edit, people, TUTORS)
        seen.update(reply.status for reply in replies)
        assert Counter(reply.status for reply in replies)[302] == 1
        refused = [reply.body for reply in replies if reply.status != 302]
        assert all("Another tutor changed this meanwhile" in body for body in refused)
    figure("P15", f"{sum(seen.values())} edits, {seen[302]} stored, {dict(seen)}")
    assert set(seen) == {302, 422}
    assert_no_update_is_lost(rounds)


def test_tutors_who_look_again_lose_nothing(site: Site) -> None:
    """Each at his own pace: reads, edits, and after a refusal looks again."""
    assignment, learner = a_mark()
    path = page_of(assignment, learner)

    def work(tutor: Learner) -> Counter[int]:
        chance, seen = random.Random(f"{SEED} {tutor.user.pk}"), Counter[int]()
        for number in range(EDITS // TUTORS // 2):
            fields = {
                "score": str(chance.randrange(101)),
                "reason": f"{number}",
                "revision": revision_on(tutor.get(path).body),
            }
            seen[tutor.post(f"{path}override/", htmx=False, **fields).status] += 1
        return seen

    found = harness.at_once(work, tutors(site, assignment), TUTORS)
    seen = sum(found, Counter())
    assert set(seen) <= {302, 422}
    assert_no_update_is_lost(seen[302])


def test_another_act_over_the_same_revision_is_refused_too(site: Site) -> None:
    """A mark, an excuse and an extension stand in one row: none wipes what another arranged."""
    assignment, learner = a_mark()
    path = page_of(assignment, learner)
    acts = {
        "override": {"score": "40"},
        "excuse": {"is_excused": "on"},
        "extend": {"due_at": "2030-01-02T10:00", "extra_tries": "0", "time_multiplier": "1"},
    }
    people = list(zip(tutors(site, assignment), acts, strict=False))

    def act(pair: tuple[Learner, str]) -> int:
        tutor, name = pair
        fields = {"reason": "x", "revision": 0, **acts[name]}
        return tutor.post(f"{path}{name}/", htmx=False, **fields).status

    replies = harness.at_once(act, people, len(people))
    row = Arrangement.objects.get()
    assert sorted(replies) == [302, 422, 422]
    assert row.revision == 1
    done = [row.score is not None, row.excused_at is not None, row.due_at is not None]
    assert done == [status == 302 for status in replies]


def test_whole_columns_set_at_once_lose_nothing_and_wipe_nothing(site: Site) -> None:
    """Tutors bring sheets in which every second cell is blank, and confirm them together: of those
    who saw the same scores one is stored, whole, and the others nothing of theirs."""
    assignment, first = a_mark()
    class_ = [first, *(MembershipFactory(course=assignment.course) for _n in range(LEARNERS - 1))]
    people = tutors(site, assignment)
    path = f"/courses/{assignment.course.public_id}/gradebook/marks/"
    standing: dict[int, float | None] = {}
    rounds, seen = EDITS // TUTORS // 5, Counter[int]()
    for number in range(rounds):

        def bring(tutor: Learner, number: int = number) -> tuple[Learner, dict[int, float], str]:
            own = people.index(tutor)
            marks = {m.pk: float(10 * own + number % 10 + 1) for m in class_[number % 2 :: 2]}
            lines = [f"{m.user.get_full_name()},{marks.get(m.pk, '')}" for m in class_]
            sheet = "\n".join([f"Learner,{assignment.title}", *lines])
            return tutor, marks, tutor.post(path, htmx=False, text=sheet).body

        sheets = harness.at_once(bring, people, TUTORS)

        def confirm(sheet: tuple[Learner, dict[int, float], str]) -> Reply:
            tutor, _marks, page = sheet
            sent = re.findall(r'name="change" value="([^"]*)"', page)
            fields = {"shown": sent, "change": sent, "reason": "x"}
            return tutor.post(f"{path}confirm/", htmx=False, **fields)

        replies = harness.at_once(confirm, sheets, TUTORS)
        seen.update(reply.status for reply in replies)
        stored = [
            marks for (_t, marks, _p), r in zip(sheets, replies, strict=True) if r.status == 302
        ]
        assert len(stored) == 1
        standing |= {pk: round(score / 100, 6) for pk, score in stored[0].items()}
        rows = Arrangement.objects.values_list("membership", "score")
        assert dict(rows) == standing
    figure("P15", f"{sum(seen.values())} sheets, {seen[302]} stored, 0 cells wiped, {dict(seen)}")
    assert set(seen) == {302, 422}
    assert MarkOverride.objects.count() == rounds * LEARNERS // 2
