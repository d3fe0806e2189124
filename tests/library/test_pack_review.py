from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from studyguide.library.originals.align import facts_of
from studyguide.library.originals.parse import parse
from studyguide.library.packs.read import read_pack
from studyguide.library.packs.review import Finding, numbers_in, original_of, review
from tests import packs
from tests.packs import write_pack

PACE = 10  # words a minute, so that a section of few words takes some minutes
ORIGINAL = {
    "p1": ["Of 1,118,000 candles a third were lost.", "In March 1801 the Lamp Trust took over."],
    "p2": ["Two hundred and fifty keepers served in 1917-21, on 5.7 million nights."],
    "n2": ["Bess Pilot counted 57.5% of them."],
}
OPTIONS = [
    {"text": "The lamp of the harbour", "right": True},
    {"text": "The boat of the pilots", "feedback": "The boat is asked for in p2."},
    {"text": "The rope of the mates", "feedback": "A rope binds nobody here."},
]


def question(**keys: Any) -> dict[str, Any]:
    """A sound one of kind choice, with some keys of its own."""
    common = {
        "id": "one",
        "kind": "choice",
        "prompt": "What burns for strangers?",
        "aim": "fact",
        "difficulty": 1,
        "evidence": [{"at": "p1"}],
        "explanation": "It does.",
    }
    return common | ({} if "kind" in keys else {"options": OPTIONS}) | keys


def choice(*texts: str, **keys: Any) -> dict[str, Any]:
    """The first option is right; the feedback on others repeats them, and so speaks of them."""
    options = [
        {"text": text, "right": not place, "feedback": text} for place, text in enumerate(texts)
    ]
    return question(options=options, **keys)


def feedback(text: str, told: str, **keys: Any) -> dict[str, Any]:
    options = [{"text": "The lamp", "right": True}, {"text": text, "feedback": told}]
    return question(options=options, **keys)


def typed(*spellings: str, **keys: Any) -> dict[str, Any]:
    answer = {"text": spellings[0], "also": list(spellings[1:])}
    return question(kind="text", answers=[answer], **keys)


def dated(date: str, asked: str, **keys: Any) -> dict[str, Any]:
    return question(kind="date", date=date, asked=asked, **keys)


def number(value: str, **keys: Any) -> dict[str, Any]:
    return question(kind="number", value=value, **keys)


def ruled(folder: Path, *questions: dict[str, Any], **keys: Any) -> list[Finding]:
    """Findings about questions, without those about sections and passages."""
    findings = found(folder, written(*questions), **keys)
    return [finding for finding in findings if finding.file == "questions/all.yaml"]


def written(*questions: dict[str, Any]) -> str:
    """As YAML, without the anchors that it would give to what two questions share."""
    return yaml.safe_dump(json.loads(json.dumps(questions)), sort_keys=False)


def found(folder: Path, text: str, **keys: Any) -> list[Finding]:
    root = write_pack(folder)
    (root / "questions").mkdir(exist_ok=True)
    (root / "questions" / "all.yaml").write_text(text, encoding="utf-8")
    return review(read_pack(root), pace=PACE, **keys)


def rules(folder: Path, *questions: dict[str, Any], **keys: Any) -> list[str]:
    return [finding.rule for finding in ruled(folder, *questions, **keys)]


def test_a_sound_question_has_no_findings(tmp_path: Path) -> None:
    assert rules(tmp_path, question(), original=ORIGINAL) == []


# Keys and evidence


@pytest.mark.parametrize(
    "key",
    [
        number("1118000"),
        number("1.118", unit="million candles"),
        number("33.3", unit="%"),
        number("250", evidence=[{"at": "p2"}]),
        number("5700000", evidence=[{"at": "p2"}]),
        number("57.5", unit="%", evidence=[{"at": "n2"}]),
        dated("1801", "year"),
        dated("1801-03", "month"),
        dated("1917/1921", "range", evidence=[{"at": "p2"}]),
        typed("Lamp Trust"),
        typed("Trust of the Lamps", "the lamp trust"),
        typed("5.7 million", evidence=[{"at": "p2"}]),
        typed("a word without capitals"),
        question(kind="gaps", text="[[1]] counted.", gaps=[{"answer": "third"}]),
    ],
)
def test_a_key_that_the_evidence_has_is_sound(tmp_path: Path, key: dict[str, Any]) -> None:
    assert rules(tmp_path, key, original=ORIGINAL) == []


@pytest.mark.parametrize(
    "key",
    [
        number("1118001"),
        number("250"),
        number("1118000", evidence=[{"at": "p1", "original": 2}]),
        dated("1802", "year"),
        dated("1801-04", "month"),
        dated("1801-03-09", "day"),
        dated("1801/1805", "range"),
        typed("Bess Pilot"),
        typed("1801", evidence=[{"at": "p1", "original": 1}]),
        question(kind="gaps", text="[[1]] counted.", gaps=[{"answer": "Bess"}]),
    ],
)
def test_a_key_that_the_evidence_lacks_is_found(tmp_path: Path, key: dict[str, Any]) -> None:
    assert rules(tmp_path, key, original=ORIGINAL) == ["evidence-lacks-key"]


def test_all_evidence_of_a_question_counts_together(tmp_path: Path) -> None:
    places = [{"at": "p1", "original": 1}, {"at": "n2"}]
    assert rules(tmp_path, typed("Bess Pilot", evidence=places), original=ORIGINAL) == []


def test_without_an_original_keys_are_not_held_against_it(tmp_path: Path) -> None:
    assert rules(tmp_path, number("7")) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 118 000 men", 1_118_000),
        ("twenty-five men", 25),
        ("three hundred and twelve thousand", 312_000),
        ("half a million", 500_000),
        ("two-thirds", 67),
        ("£5m", 5_000_000),
        ("in 1917-21", 1921),
        ("the tenth congress", 10),
    ],
)
def test_a_number_is_read_in_the_form_it_is_written_in(text: str, value: float) -> None:
    assert value in numbers_in(text)


def test_words_that_are_no_numbers_make_none() -> None:
    assert numbers_in("Nobody thanks the lamp") == frozenset()


def test_a_copy_is_paired_with_the_passages_of_the_pack(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path, article_yaml=article_of(COPY)))
    original = original_of(pack, parse(COPY))
    assert original["p2"] == ["In March 1801 the Lamp Trust took over, and nobody asked the town."]
    assert original["n1"] == ["B Pilot Almanac Hull 1890, p7."]


# Feedback


def test_feedback_on_two_options_is_told_apart(tmp_path: Path) -> None:
    options = [
        {"text": "The lamp", "right": True},
        {"text": "The boat", "feedback": "The boat is not what the keeper speaks of in p1."},
        {"text": "The rope", "feedback": "The rope is not what the keeper speaks of in p1."},
    ]
    assert rules(tmp_path, question(options=options)) == ["feedback-alike"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The pilots", "A pilot came later."),
        ("The lantern", "The lamp has another name."),
        ("In 1805", "1805 was the year of the storm."),
        ("In 1805", "That was the year of the storm."),
        ("The keeper himself", "A. Keeper only reports it."),
    ],
)
def test_feedback_that_speaks_of_its_option_is_sound(tmp_path: Path, text: str, told: str) -> None:
    assert rules(tmp_path, feedback(text, told)) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The pilots", "That is not what is said."),
        ("In 1805", "The storm came then."),
        ("The oil of the town", "The ropes came from it."),
    ],
)
def test_feedback_that_does_not_speak_of_its_option_is_found(
    tmp_path: Path, text: str, told: str
) -> None:
    assert rules(tmp_path, feedback(text, told)) == ["feedback-off-option"]


def test_feedback_on_another_passage_may_point_to_it(tmp_path: Path) -> None:
    places = [{"at": "p1", "right": True}, {"at": "p2", "feedback": "Here somebody sleeps."}]
    assert rules(tmp_path, question(kind="passage", places=places)) == []


# Options


def test_a_key_that_is_longest_by_far_is_found(tmp_path: Path) -> None:
    options = ("The lamp that burns all night", "The boat of pilots", "The rope of mates")
    assert rules(tmp_path, choice(*options)) == ["key-longest"]


def test_among_short_names_a_longer_one_gives_nothing_away(tmp_path: Path) -> None:
    assert rules(tmp_path, choice("Trotsky", "Stalin", "Lenin")) == []


def test_where_some_wrong_option_is_longer_the_key_is_not_longest(tmp_path: Path) -> None:
    options = ("The lamp that burns all night", "The boat that is rowed by a pilot", "The rope")
    assert rules(tmp_path, choice(*options)) == []


@pytest.mark.parametrize(
    "options",
    [
        ("The lamp", "The boat that the pilots row out to meet every ship"),
        ("The lamp.", "The boat", "The rope"),
        ("The lamp", "the boat", "the rope"),
    ],
)
def test_options_of_unequal_form_are_found(tmp_path: Path, options: tuple[str, ...]) -> None:
    assert rules(tmp_path, choice(*options)) == ["options-uneven"]


def test_a_name_keeps_its_capital_among_other_options(tmp_path: Path) -> None:
    assert rules(tmp_path, choice("the lamp", "the boat", "Trust of the lamp")) == []


# Prompts


@pytest.mark.parametrize(
    "prompt",
    [
        "What does not burn?",
        "Which of these is never lit?",
        "What burns, except the lamp?",
        "What doesn’t burn?",
        "Where is no light?",
    ],
)
def test_a_prompt_with_a_negative_is_found(tmp_path: Path, prompt: str) -> None:
    assert rules(tmp_path, question(prompt=prompt)) == ["negative-stem"]


@pytest.mark.parametrize(
    "prompt",
    ["Who is “not a keeper”?", "What burns in No. 5?", "What burns not only at night?", "Note it?"],
)
def test_a_negative_that_is_none_is_passed_over(tmp_path: Path, prompt: str) -> None:
    assert rules(tmp_path, question(prompt=prompt)) == []


def test_a_claim_may_be_negative(tmp_path: Path) -> None:
    claim = question(kind="claim", prompt="It never burns.", holds="false", feedback="It does.")
    assert rules(tmp_path, claim) == []


def too_early(folder: Path, sentence: str) -> list[str]:
    """What is found in a question on p1 that asks of the NEP, where p5 has `sentence`."""
    chapter = packs.chapter([4, 5, 6], 3, "keeping").replace("Passage 5 speaks", sentence)
    root = write_pack(folder, chapters_keepers_md=chapter)
    (root / "questions").mkdir()
    asked = question(prompt="Who pays for the NEP?")
    (root / "questions" / "all.yaml").write_text(written(asked))
    return [f.message for f in review(read_pack(root), pace=PACE) if f.rule == "term-early"]


def test_a_term_that_comes_later_is_found(tmp_path: Path) -> None:
    assert too_early(tmp_path, "The NEP speaks") == ["nep is first met at p5, after p1"]


def test_a_term_inside_another_has_been_met(tmp_path: Path) -> None:
    glossary = packs.GLOSSARY.replace("aliases: [lantern]", "aliases: [lantern of the Lamp Trust]")
    root = write_pack(
        tmp_path,
        glossary_yaml=glossary,
        chapters_opening_md=packs.chapter([1, 2, 3], 3, "light")
        .replace("The Lamp Trust pays.", "")
        .replace("A keeper sleeps", "The lantern of the Lamp Trust sleeps")
        .replace("The lantern is trimmed", "The Lamp Trust comes"),
    )
    (root / "questions").mkdir()
    asked = question(prompt="Who pays the Lamp Trust?", evidence=[{"at": "p2"}])
    (root / "questions" / "all.yaml").write_text(written(asked))
    assert of_rule("term-early", review(read_pack(root), pace=PACE)) == []


def test_a_term_that_no_passage_has_is_passed_over(tmp_path: Path) -> None:
    assert rules(tmp_path, question(prompt="Who pays for the NEP?")) == []


def test_the_same_prompt_with_the_same_key_is_found(tmp_path: Path) -> None:
    again = question(id="two", prompt="what burns for strangers")
    assert rules(tmp_path, question(), again) == ["same-question"]


def test_the_same_prompt_with_another_key_is_another_question(tmp_path: Path) -> None:
    other = choice("The tower of the harbour", "The boat of the pilots", id="two")
    assert rules(tmp_path, question(), other) == []


# Sections and passages


def of_rule(rule: str, findings: list[Finding]) -> list[str]:
    return [finding.id for finding in findings if finding.rule == rule]


def test_sections_and_passages_with_few_questions_are_found(tmp_path: Path) -> None:
    questions = [
        question(id=f"q{n}", prompt=f"What burns {n} times?", evidence=[{"at": f"p{n % 2 + 1}"}])
        for n in range(12)
    ]
    findings = found(tmp_path, written(*questions))
    assert of_rule("section-questions", findings) == ["keeping-1"]
    assert of_rule("passage-questions", findings) == ["p4", "p5", "p6", "p3"]


def test_a_section_off_the_range_is_found(tmp_path: Path) -> None:
    assert of_rule("section-length", found(tmp_path, "[]")) == ["keeping-1", "light-1"]
    pack = read_pack(tmp_path / "lighthouses")
    assert of_rule("section-length", review(pack, pace=20)) == []


def test_a_finding_names_file_and_line(tmp_path: Path) -> None:
    finding = ruled(tmp_path, question(), question(id="two", prompt="Why not?"))[0]
    lines = (tmp_path / "lighthouses" / finding.file).read_text().splitlines()
    assert lines[finding.line - 1] == "- id: two"


# Defences


def reasons(folder: Path, before: str) -> dict[str, str]:
    """Why each of two negative questions may be so; `before` stands between them."""
    one = written(question(prompt="Why not?"))
    two = written(question(id="two", prompt="How not?"))
    return {
        finding.id: finding.defence
        for finding in found(folder, f"{one}{before}\n{two}")
        if finding.rule == "negative-stem"
    }


def test_a_comment_above_a_question_defends_it(tmp_path: Path) -> None:
    told = reasons(tmp_path, "# review: negative-stem: it is the point")
    assert told == {"one": "", "two": "it is the point"}


def test_a_comment_among_the_lines_of_a_question_defends_it(tmp_path: Path) -> None:
    told = reasons(tmp_path, "  # review: negative-stem: so it is\n  hints: [Think.]")
    assert told == {"one": "so it is", "two": ""}


def test_a_comment_with_a_blank_line_below_belongs_to_the_question_before(tmp_path: Path) -> None:
    assert reasons(tmp_path, "# review: negative-stem: so it is\n")["two"] == ""


@pytest.mark.parametrize("comment", ["# review: key-longest: x", "# review: negative-stem:", "# x"])
def test_only_a_reason_for_the_rule_itself_defends(tmp_path: Path, comment: str) -> None:
    assert reasons(tmp_path, comment) == {"one": "", "two": ""}


def test_a_passage_is_defended_by_name(tmp_path: Path) -> None:
    text = "# review: passage-questions p2: it is about a nap\n" + written(question())
    assert [finding.id for finding in found(tmp_path, text) if finding.defence] == ["p2"]


# The command

COPY = """\
Of 1,118,000 candles a third were lost, and nobody at Hull has found one of them since.1

In March 1801 the Lamp Trust took over, and nobody asked the town.

  1. B Pilot Almanac Hull 1890, p7.
"""


def article_of(copy: str) -> str:
    facts = "\n".join(
        f"  p{n}: {json.dumps(facts_of(paragraph, salt='lighthouses').model_dump())}"
        for n, paragraph in enumerate(parse(copy).paragraphs, 1)
    )
    return packs.ARTICLE.format(slug="lighthouses", facts=facts)


@pytest.fixture
def copy(tmp_path: Path, settings: LazySettings) -> Path:
    """Beside a pack in which everything but the evidence of one question is defended."""
    settings.CONTENT_DIR = tmp_path
    root = write_pack(tmp_path, article_yaml=article_of(COPY))
    names = ["light-1", "keeping-1"]
    comments = [f"# review: section-questions {name}: a small pack" for name in names]
    comments += [f"# review: section-length {name}: a small pack" for name in names]
    comments += [f"# review: passage-questions p{n}: a small pack" for n in range(1, 7)]
    asked = written(number("1802", evidence=[{"at": "p2", "original": 1}]))
    (root / "questions").mkdir()
    (root / "questions" / "all.yaml").write_text("\n".join([*comments, asked]))
    file = tmp_path / "copy.txt"
    file.write_text(COPY)
    return file


def told(*options: str) -> str:
    out = StringIO()
    call_command("pack_report", "lighthouses", *options, stdout=out)
    return out.getvalue()


def test_the_command_ends_well_when_all_is_defended(copy: Path) -> None:
    assert "findings: 0\ndefended: 10 (" in told("--review")


def test_the_command_says_what_it_could_not_check(copy: Path) -> None:
    assert "not checked: evidence-lacks-key" in told("--review")


def test_the_command_fails_while_a_finding_is_undefended(copy: Path) -> None:
    with pytest.raises(CommandError, match="Mend what was found"):
        told("--review", "--original", str(copy))


def test_the_command_lists_findings_as_json(copy: Path) -> None:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command(
            *("pack_report", "lighthouses", "--review", "--json", "--original", str(copy)),
            stdout=out,
        )
    [finding] = json.loads(out.getvalue())["findings"]
    assert finding == {
        "file": "questions/all.yaml",
        "line": 11,
        "rule": "evidence-lacks-key",
        "id": "one",
        "message": "the article does not have 1,802 at p2 sentence 1",
        "defence": "",
    }


def test_an_original_asks_for_a_review(copy: Path) -> None:
    with pytest.raises(CommandError, match="goes with --review"):
        told("--original", str(copy))


def test_a_file_that_is_not_there_is_told(copy: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        told("--review", "--original", str(copy.with_name("none.txt")))
