from __future__ import annotations

from django.urls import path

from quizzes.views import attempts, questions, quizzes, review

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
    path("review/", review.review, name="review"),
    path("review/undo/", review.review_undo, name="review_undo"),
    path("review/settings/", review.review_settings, name="review_settings"),
    path("review/remember/<int:question>/", review.review_remember, name="review_remember"),
    path("review/cards/", review.review_cards, name="review_cards"),
    path("review/cards/<int:card>/", review.review_card, name="review_card"),
    path("review/cards/<int:card>/respond/", review.review_respond, name="review_respond"),
    path("review/cards/<int:card>/rate/", review.review_rate, name="review_rate"),
    path("review/cards/<int:card>/correct/", review.review_correct, name="review_correct"),
    path("review/cards/<int:card>/suspend/", review.review_suspend, name="review_suspend"),
]
