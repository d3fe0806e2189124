"""Reading a list of learners: strict, with errors by line."""

from __future__ import annotations

import pytest

from studyguide.courses.roster import MOST_BYTES, Row, Unreadable, decode, read


def rows(text: str) -> list[Row]:
    return read(text).rows


def people(text: str) -> list[tuple[str, str, str]]:
    found = read(text)
    assert not found.wrong, found.wrong
    return [(row.name, row.username, row.email) for row in found.rows]


TWO = [("Ann Lee", "ann", ""), ("Bo Ek", "", "bo@example.org")]


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee,ann,\nBo Ek,,bo@example.org",
        "Ann Lee;ann;\r\nBo Ek;;bo@example.org\r\n",
        "Ann Lee\tann\t\nBo Ek\t\tbo@example.org",
        "Name,User name,E-mail\nAnn Lee,ann,\nBo Ek,,bo@example.org",
        "e-mail address;USERNAME;Full Name\n;ann;Ann Lee\nBO@example.org;;Bo Ek",
        '"Ann  Lee","Ann",""\n\n  ,,\n"Bo\nEk",,Bo@Example.org\n',
        "\ufeffName,Username,Mail\nAnn Lee,ann,\nBo Ek,,bo@example.org",
        "Ann Lee,ann\nBo Ek,bo@example.org",
        "Ann Lee,ann,\rBo Ek,,bo@example.org\r",
    ],
)
def test_the_same_two_however_they_are_written(text: str) -> None:
    assert people(text) == TWO


def test_names_may_have_commas_in_quotation_marks() -> None:
    assert people('"Lee, Ann",ann') == [("Lee, Ann", "ann", "")]


def test_somebody_called_like_a_column_is_somebody() -> None:
    assert people("Ann,student") == [("Ann", "student", "")]


def test_columns_that_mean_nothing_are_named() -> None:
    found = read("Name,Class,User name\nAnn,7b,ann")
    assert found.ignored == ["Class"]
    assert found.rows[0].username == "ann"


def test_whoever_has_an_address_chooses_the_user_name() -> None:
    assert people("Ann,ann,a@example.org") == [("Ann", "", "a@example.org")]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (",ann,", "The name is missing."),
        ("Ann,,", "Give a user name or an e-mail address."),
        ("Ann,a b,", "A user name has letters"),
        ("Ann,a@b.org,c@example.org", "it belongs into the column for e-mail"),
        ("Ann,,a@", "This is not an e-mail address."),
        (f"{'a' * 81},ann,", "more than 80 characters"),
        (f"Ann,{'a' * 151},", "more than 150 characters"),
        ("An\u202en,ann,", "cannot be seen"),
        ("Ann,ann,,7b", "more than three columns"),
    ],
)
def test_an_error_stands_at_its_line(line: str, error: str) -> None:
    found = rows(f"Bo,bo,\n\n{line}")
    assert not found[0].errors
    assert found[1].line == 3
    assert error in " ".join(found[1].errors)


def test_the_same_person_twice_is_told_with_both_lines() -> None:
    found = rows("Ann,ann,\nBo,bo,\nOther,ANN,\nC,,c@x.org\nD,,C@x.org")
    errors = {row.line: row.errors for row in found if row.errors}
    assert errors == {
        3: ("The same person stands in line 1.",),
        5: ("The same person stands in line 4.",),
    }


def test_lines_are_counted_through_line_breaks_in_quotation_marks() -> None:
    assert [row.line for row in rows('"Ann\nLee",ann,\nBo,bo,')] == [1, 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing in it"),
        (" \n,,\n", "nothing in it"),
        ("Name,User name", "nobody below it"),
        ("Name,Class\nAnn,7b", "must name the columns"),
        ("Name,Name,User name\nA,A,a", "Two columns"),
        ('Ann,ann,\n"Bo,bo,', "Line 2 cannot be read"),
        ("Ann,ann,\n" * 501, "At most 500"),
        ("a" * (MOST_BYTES + 1), "larger than 256 KB"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(text: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(text)


def test_five_hundred_are_taken() -> None:
    assert len(people("\n".join(f"N {n},n{n}," for n in range(500)))) == 500


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_names_in_utf_8_are_read(encoding: str) -> None:
    assert people(decode("Zoë Ångström,zoe".encode(encoding))) == [("Zoë Ångström", "zoe", "")]


@pytest.mark.parametrize(
    "data",
    [
        "Zoë,zoe".encode("latin-1"),
        "Zoë,zoe".encode("utf-16"),
        "Zoë,zoe".encode("utf-16-le"),
        "Zoë,zoe".encode("utf-32"),
        b"PK\x03\x04\x00\x00",
    ],
)
def test_other_encodings_are_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(Unreadable, match="CSV UTF-8"):
        decode(data)


def test_a_large_file_is_refused() -> None:
    with pytest.raises(Unreadable, match="256 KB"):
        decode(b"a" * (MOST_BYTES + 1))
