"""P4: an old tab never replaces a newer answer unseen."""

from __future__ import annotations

import random
from uuid import uuid4

from quizzes.models import AttemptQuestion, Response
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import Site

INTERLEAVINGS = 60
STEPS = 5


def test_two_tabs_in_any_order_lose_nothing(site: Site) -> None:
    """Each tab sends over the revision it saw last; a sequence per question, dealt at random."""
    quiz = harness.load_lamps(INTERLEAVINGS)
    (sitting,) = harness.sit_down(site, harness.make_people(1), quiz)
    chance = random.Random(harness.SEED)
    conflicts, unseen = 0, []
    for question in sitting.questions:
        stored, rev, seen = "", 0, {"left": 0, "right": 0}
        for step in range(STEPS):
            tab = chance.choice(["left", "right"])
            if chance.random() < 0.2:
                seen[tab] = rev  # the tab was loaded anew
            text = f"{tab}-{step}-{uuid4().hex[:6]}"
            fields = sitting.fields(question, text) | {"rev": seen[tab]}
            reply = sitting.learner.post(sitting.path, **fields)
            if seen[tab] == rev:
                assert reply.status == 200
                stored, rev = text, rev + 1
                seen[tab] = rev
                continue
            conflicts += 1
            if reply.status != 409 or stored not in reply.body or text not in reply.body:
                unseen.append((tab, step, reply.status))
            kept = Response.objects.filter(attempt=sitting.attempt, value=text)
            assert kept.filter(outcome="conflict").exists()
        row = AttemptQuestion.objects.get(attempt=sitting.attempt, question=question)
        assert row.rev == rev
        assert row.response is None if rev == 0 else row.response.value == stored  # type: ignore[union-attr]
    figure("P4", f"{len(unseen)} silent overwrites, {conflicts} conflicts shown")
    assert not unseen
    assert conflicts > INTERLEAVINGS / 2


def test_many_tabs_at_once_are_one_winner_and_the_rest_conflicts(site: Site) -> None:
    quiz = harness.load_lamps(4)
    (sitting,) = harness.sit_down(site, harness.make_people(1), quiz)
    for question in sitting.questions:
        tabs = [harness.Learner(site, sitting.learner.user) for _tab in range(6)]
        sends = [(tab, sitting.fields(question, f"tab {n}")) for n, tab in enumerate(tabs)]
        replies = harness.at_once(lambda send: send[0].insist(sitting.path, **send[1]), sends)
        assert sorted(reply.status for reply in replies) == [200, *[409] * 5]
        log = Response.objects.filter(attempt=sitting.attempt, attempt_question__question=question)
        assert log.count() == 6
        assert log.filter(outcome="saved").count() == 1
