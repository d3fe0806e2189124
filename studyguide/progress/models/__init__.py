from studyguide.progress.models.calendar import CalendarFeed

__all__ = ["CalendarFeed"]
