"""Which version a learner's work has."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class WorkVersion(models.Model):
    """Marks of one learner that the database itself renews with every change of what results are
    made of (`triggers`). Two looks that find the same marks have found the same work.

    Mostly there is one. Whoever changes something adds a mark and takes away those that he sees,
    without waiting for others who change something too: theirs stay beside his. The mark of whoever
    committed last is always among them, for only a later one can take it away; so a set of marks
    never comes back once it has changed. A mark is never used twice, not even after one was rolled
    back.
    """

    mark = models.CharField(max_length=36, primary_key=True)
    # Without a constraint: whoever empties all tables leaves marks that triggers made meanwhile.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="work_versions",
        db_constraint=False,
    )

    def __str__(self) -> str:
        return self.mark
