from studyguide.progress.models.calendar import CalendarFeed
from studyguide.progress.models.plan import StudyPlan

__all__ = ["CalendarFeed", "StudyPlan"]
