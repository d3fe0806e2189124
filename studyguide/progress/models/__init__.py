from studyguide.progress.models.plan import StudyPlan

__all__ = ["StudyPlan"]
