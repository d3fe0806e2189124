"""Who and what the browser tests find on their server; run in `manage.py shell`."""

from __future__ import annotations

PEOPLE = """
from django.utils import timezone
from uuid import uuid4
from studyguide.accounts.models import User
from studyguide.library.models import Article, Original, ReadingMark, mark
from studyguide.library.originals.align import Alignment
from studyguide.library.originals.parse import parse
from studyguide.library.originals.store import store
article = Article.objects.get()
reader = User.objects.create_user('reader', password='a long password', display_name='A. Reader')
copyist = User.objects.create_user('copyist', password='a long password', display_name='A. Copyist')
User.objects.create_user('newcomer', password='a long password', display_name='A. Newcomer')
User.objects.create_superuser('staff', password='a long password', display_name='Staff')
passages = list(article.passages.filter(number__lte=46))
for user in (reader, copyist):
    now = timezone.now()
    mark(passages[:44], kind=ReadingMark.Kind.READ, user=user, token=uuid4(), at=now)
    mark(passages[45:46], kind=ReadingMark.Kind.UNCLEAR, user=user, token=uuid4(), at=now)
count = article.passages.count()
text = '\\n\\n'.join(
    f'Paragraph {n} of a stand-in text says, in words of this test, what the party and Uchraspred '
    f'did in 19{n:02}. It goes on for a sentence more, so that the column has a length.'
    for n in range(1, count + 1)
)
parsed = parse(text)
refs = [f'p{n}' for n in range(1, count + 1)]
store(parsed, Alignment(refs), article=article, owner=copyist, audience=Original.Audience.PRIVATE,
      right='', credit='A stand-in text', at=timezone.now())
from quizzes.models import Question, Quiz
from tests.every_kind import load_samples, specs
# Ids that a test can name: the samples follow one another from 10,000 on.
Question.objects.bulk_create(
    Question(pk=10_000 + spec.position, source='samples', external_id=spec.id,
             kind=spec.body.name, aim=spec.aim, difficulty=1)
    for spec in specs()
)
load_samples()
# What the reader has answered: most of it right, some of it long ago.
from datetime import timedelta
from quizzes import checkpoint
from quizzes.models import Attempt, QuestionVersion
from quizzes.rules import Rules
from studyguide.progress.models import StudyPlan
now = timezone.now()
asked = QuestionVersion.objects.filter(question__source=article.slug, kind__in=['choice', 'text'])
for n, version in enumerate(asked.select_related('question').order_by('question__position')[:90]):
    key = version.load().key()
    others = [o['key'] for o in version.shown.get('options', []) if o['key'] != key]
    value = key if n % 4 else (others or ['another word'])[0]
    for days in [60 - n // 3, 20 - n // 6][:1 + bool(n % 3)]:
        checkpoint.keep(reader, version, value, token=uuid4(), now=now - timedelta(days=days))
StudyPlan.objects.create(user=reader, article=article, made_at=now, minutes_a_day=15,
                         ready_on=(now + timedelta(days=12)).date())
# One is at a quiz with a time limit.
of_sections = Quiz.objects.filter(source=article.slug, group='section')
timed = Attempt.start(user=copyist, quiz=of_sections[4], now=now, rules=Rules(seconds=7200))
Attempt.objects.filter(pk=timed.pk).update(public_id='timed')
rules = Rules(has_certainty=True)
then = now - timedelta(days=1)  # so that no term has had its turn today
for quiz in of_sections[:3]:
    attempt = Attempt.start(user=reader, quiz=quiz, now=then, rules=rules)
    for n, row in enumerate(attempt.questions.select_related('version')):
        attempt.respond(row.question_id, row.version.load().key() if n % 4 else None,
                        token=uuid4(), base_rev=0, now=then, certainty=1 + n % 3)
    attempt.submit(now=then)
Quiz.objects.filter(source='samples').update(group='own', owner=reader, external_id=None,
                                             public_id='samples', title='All kinds of question')
# Cards of the reader: some due, some to come, some new; the first due is said from memory.
from datetime import timedelta
from quizzes.models import Review, ReviewCard
from quizzes.models.attempts import day_of
from quizzes.models.memory import look
from quizzes.scheduling import Rating
now = timezone.now()
today = day_of(reader, now)
terms = Question.objects.filter(external_id__startswith='term-', external_id__endswith='-recall')
drawn = Question.objects.drawn().filter(aim='fact').exclude(source='samples').order_by('position')
chosen = [*terms.order_by('position')[:8], *drawn.exclude(cards__user=reader)[:8]]
# Ids that a test can name, from 20,000 on.
for n, question in enumerate(chosen):
    card = ReviewCard.of(reader.pk, question, day=today, now=now)
    card.pk = 20_000 + n
    card.save(force_insert=True)
mine = ReviewCard.objects.filter(user=reader, pk__gte=20_000).order_by('pk')
for n, card in enumerate(mine[:14]):
    for ago, rating in ((30 - n, Rating.GOOD), (26 - n, Rating(1 + n % 4))):
        look(card, rating, day=today - timedelta(days=ago), now=now, how=Review.How.RATED)
long_ago = today - timedelta(days=250)
ReviewCard.objects.filter(pk=20_000).update(due_on=long_ago, own_due_on=long_ago)
"""


def a_class(*, learners: int, weeks: int) -> str:
    """The demonstration, with addresses that a test can name."""
    return f"""
from datetime import UTC, datetime, time
from itertools import count
from unittest.mock import patch
from django.utils import timezone
from studyguide.accounts.models import User
from studyguide.courses import demonstration
from studyguide.courses.models import Assignment, Course, Membership
until = datetime.combine(timezone.now().date(), time(), UTC)
numbers = count(1)
named = {{Course: lambda: 'made-up', Assignment: lambda: f'made-up-{{next(numbers)}}'}}
for model, name in named.items():
    model._meta.get_field('public_id').__dict__['_get_default'] = name
made = demonstration.make(
    until=until, learners={learners}, weeks={weeks}, now=timezone.now()
)
for user in User.objects.filter(username__in=['demo-colophon', 'demo-ampersand']):
    user.set_password('a long password')
    user.save()
# Some names are longer than a phone is wide.
User.objects.filter(username='demo-ellipsis').update(
    display_name='Bartholomew Wolfeschlegelsteinhausenbergerdorff')
# One more is ready to be let in, and one assignment is still a draft.
Assignment.make(made.course, by=made.tutor, now=timezone.now(), kind='read', title='A draft')
made.course.admit(User.objects.create_user('latecomer', display_name='Lee Latecomer'),
                  way=Membership.Way.CODE, is_pending=True, now=timezone.now())
"""


SLUG = "genesis-of-bureaucratic-socialism"
CLASS = "/courses/made-up/"
# On a database that was empty: the tutor is the first member, and learners follow by name.
OF_TUTORS = {
    "class": CLASS,
    "class-settings": f"{CLASS}settings/",
    "class-codes": f"{CLASS}codes/",
    "class-code": f"{CLASS}codes/1/",
    "class-members": f"{CLASS}members/",
    "class-member": f"{CLASS}members/2/",
    "class-tutor": f"{CLASS}members/1/",
    "class-groups": f"{CLASS}groups/",
    "class-group": f"{CLASS}groups/1/",
    "class-assignments": f"{CLASS}assignments/",
    "class-assignment": f"{CLASS}assignments/made-up-2/",
    "class-assignment-new": f"{CLASS}assignments/new/",
    "class-quiz-new": f"{CLASS}assignments/new/?kind=quiz",
    "class-review-new": f"{CLASS}assignments/new/?kind=review",
    "class-assignment-edit": f"{CLASS}assignments/made-up-2/edit/",
    "class-results": f"{CLASS}results/",
    "class-signs": f"{CLASS}results/signs/",
    "class-learner": f"{CLASS}results/2/",
    "class-cell": f"{CLASS}results/2/made-up-2/",
    "class-reading": f"{CLASS}results/2/made-up-1/",
    "class-learner-section": f"{CLASS}results/2/articles/{SLUG}/where-to-begin/",
    "class-text": f"{CLASS}text/?passage=p46",
    "class-gradebook": f"{CLASS}gradebook/",
    "class-marks": f"{CLASS}gradebook/marks/",
    "class-marks-typed": f"{CLASS}gradebook/marks/made-up-2/",
    "class-report": f"{CLASS}report/",
    "class-items": f"{CLASS}items/",
    "class-item": f"{CLASS}items/3/",
    "class-challenges": f"{CLASS}challenges/",
    "class-invitations": f"{CLASS}invitations/",
    "class-roster": f"{CLASS}roster/",
    "class-slips": f"{CLASS}slips/",
    "class-originals": f"{CLASS}originals/",
    "class-copy": f"{CLASS}copy/",
    "class-delete": f"{CLASS}delete/",
}
OF_LEARNERS = {
    "my-class": CLASS,
    "my-tutor-sees": f"{CLASS}what-tutors-see/",
    "my-assignments": f"{CLASS}assignments/",
    "my-quiz": f"{CLASS}assignments/made-up-2/",
    "my-reading": f"{CLASS}assignments/made-up-1/",
}
SECTION = f"/articles/{SLUG}/party-and-class/who-was-left/"
PAGES = {
    "article": "/",
    "section": SECTION,
    "glossary": f"/articles/{SLUG}/glossary/",
    "term": f"/articles/{SLUG}/glossary/uchraspred/",
    "timeline": f"/articles/{SLUG}/timeline/",
    "people": f"/articles/{SLUG}/people/",
    "footnotes": f"/articles/{SLUG}/footnotes/",
    "bibliography": f"/articles/{SLUG}/bibliography/",
    "argument": f"/articles/{SLUG}/argument/",
    "page": f"/articles/{SLUG}/pages/before-you-read/",
    "search": f"/articles/{SLUG}/search/?q=bureaucracy",
    "nothing": f"/articles/{SLUG}/search/?q=zebra",
    "revision": f"/articles/{SLUG}/revision/",
    "sheet": f"/articles/{SLUG}/revision/whole/",
    "sheet-chapter": f"/articles/{SLUG}/revision/party-and-class/",
    "print-list": f"/articles/{SLUG}/print/",
    "print": f"/articles/{SLUG}/print/party-and-class/",
    "settings": "/settings/",
    "missing": "/nothing-here/",
}
OF_READERS = {
    "dashboard": "/me/",
    "plan": "/me/plan/",
    "mistakes": "/me/mistakes/",
    "attempts": "/me/attempts/",
    "me-section": f"/me/sections/{SLUG}/where-to-begin/",
    "me-term": f"/me/terms/{SLUG}/gosplan/",
    "review": "/review/",
    "review-answer": "/review/?show=20000",
    "review-cards": "/review/cards/",
    "review-card": "/review/cards/20000/",
    "review-settings": "/review/settings/",
    "remember": f"/articles/{SLUG}/p44/remember/",
    "originals": f"/articles/{SLUG}/originals/",
    "account": "/account/",
    "data": "/me/data/",
    "courses": "/courses/",
    "course-new": "/courses/new/",
    "course-join": "/courses/join/",
    "calendar": "/me/calendar/",
    "email": "/accounts/email/",
    "password": "/accounts/password/change/",
    "mfa": "/accounts/2fa/",
    "sessions": "/accounts/sessions/",
    "logout": "/accounts/logout/",
}
OF_VISITORS = {
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
}
