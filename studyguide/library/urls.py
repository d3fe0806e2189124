from __future__ import annotations

from django.urls import path, re_path

from studyguide.library.views import (
    around,
    glossary,
    marks,
    memory,
    originals,
    reader,
    revision,
    search,
)

REF = r"(?P<ref>[pn][1-9][0-9]{0,3})"

urlpatterns = [
    path("", reader.home, name="home"),
    # /articles/<slug>/
    path("articles/<slug:article>/", reader.article, name="article"),
    path("articles/<slug:article>/glossary/", glossary.glossary, name="glossary"),
    path(
        "articles/<slug:article>/glossary/<slug:term>/",
        glossary.glossary_term,
        name="glossary_term",
    ),
    path(
        "articles/<slug:article>/glossary/<slug:term>/remember/",
        memory.glossary_term_remember,
        name="glossary_term_remember",
    ),
    path(
        "articles/<slug:article>/glossary/<slug:term>/look-up/",
        glossary.glossary_term_look_up,
        name="glossary_term_look_up",
    ),
    path("articles/<slug:article>/timeline/", around.timeline, name="timeline"),
    path("articles/<slug:article>/people/", around.people, name="people"),
    path("articles/<slug:article>/footnotes/", around.footnotes, name="footnotes"),
    path(
        "articles/<slug:article>/bibliography/",
        around.bibliography,
        name="bibliography",
    ),
    path("articles/<slug:article>/argument/", around.argument, name="argument"),
    path("articles/<slug:article>/pages/<slug:page>/", around.page, name="page"),
    path("articles/<slug:article>/search/", search.search, name="search"),
    path("articles/<slug:article>/print/", reader.print_contents, name="print_contents"),
    path(
        "articles/<slug:article>/print/<slug:part>/",
        reader.print_part,
        name="print_part",
    ),
    path("articles/<slug:article>/revision/", revision.revision, name="revision"),
    path(
        "articles/<slug:article>/revision/<slug:part>/",
        revision.revision_sheet,
        name="revision_sheet",
    ),
    path("articles/<slug:article>/originals/", originals.originals, name="originals"),
    path(
        "articles/<slug:article>/originals/preview/",
        originals.original_preview,
        name="original_preview",
    ),
    path(
        "articles/<slug:article>/originals/confirm/",
        originals.original_confirm,
        name="original_confirm",
    ),
    path(
        "articles/<slug:article>/originals/<int:original>/remove/",
        originals.original_remove,
        name="original_remove",
    ),
    path("articles/<slug:article>/position/", marks.position, name="position"),
    re_path(rf"^articles/(?P<article>[\w-]+)/{REF}/$", reader.permalink, name="permalink"),
    re_path(rf"^articles/(?P<article>[\w-]+)/{REF}/mark/$", marks.mark, name="mark"),
    re_path(
        rf"^articles/(?P<article>[\w-]+)/{REF}/standing/$",
        reader.passage_standing,
        name="passage_standing",
    ),
    re_path(
        rf"^articles/(?P<article>[\w-]+)/{REF}/remember/$",
        memory.passage_remember,
        name="passage_remember",
    ),
    path(
        "articles/<slug:article>/<slug:chapter>/<slug:section>/",
        reader.section,
        name="section",
    ),
]
