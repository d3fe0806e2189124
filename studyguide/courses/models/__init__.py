from studyguide.courses.models.arrangements import (
    Arrangement,
    Comment,
    Excusal,
    Extension,
    Mark,
    MarkOverride,
    choose,
    set_marks,
)
from studyguide.courses.models.assignments import (
    Assignment,
    AssignmentSection,
    Stale,
    closing,
    section_counts,
    section_words,
)
from studyguide.courses.models.challenges import Challenge, PackReport
from studyguide.courses.models.copying import copy_assignment, copy_course, later_dates
from studyguide.courses.models.course import (
    TEACHING,
    Course,
    CourseArticle,
    CourseRefused,
    Group,
    GroupPlace,
    Membership,
    Role,
)
from studyguide.courses.models.joining import Guest, Handover, Invitation, JoinCode
from studyguide.courses.models.originals import CourseOriginal
from studyguide.courses.models.roster import Roster
from studyguide.courses.models.versions import WorkVersion

__all__ = [
    "TEACHING",
    "Arrangement",
    "Assignment",
    "AssignmentSection",
    "Challenge",
    "Comment",
    "Course",
    "CourseArticle",
    "CourseOriginal",
    "CourseRefused",
    "Excusal",
    "Extension",
    "Group",
    "GroupPlace",
    "Guest",
    "Handover",
    "Invitation",
    "JoinCode",
    "Mark",
    "MarkOverride",
    "Membership",
    "PackReport",
    "Role",
    "Roster",
    "Stale",
    "WorkVersion",
    "choose",
    "closing",
    "copy_assignment",
    "copy_course",
    "later_dates",
    "section_counts",
    "section_words",
    "set_marks",
]
