from __future__ import annotations

from django.urls import path

from quizzes.views import attempts, questions, quizzes

urlpatterns = [
    path("questions/<int:question>/", questions.question, name="question"),
    path("questions/<int:question>/respond/", questions.question_respond, name="question_respond"),
    path("quizzes/", quizzes.quizzes, name="quizzes"),
    path("quizzes/new/", quizzes.quiz_new, name="quiz_new"),
    path("quizzes/<slug:quiz>/", quizzes.quiz, name="quiz"),
    path("quizzes/<slug:quiz>/start/", quizzes.quiz_start, name="quiz_start"),
    path("attempts/<slug:attempt>/", attempts.attempt, name="attempt"),
    path("attempts/<slug:attempt>/respond/", attempts.attempt_respond, name="attempt_respond"),
    path("attempts/<slug:attempt>/submit/", attempts.attempt_submit, name="attempt_submit"),
    path("attempts/<slug:attempt>/results/", attempts.attempt_results, name="attempt_results"),
    path("attempts/<slug:attempt>/again/", attempts.attempt_again, name="attempt_again"),
]
