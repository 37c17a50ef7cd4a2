"""No text of a report keeps a secret: however deep it lies, however it is written, wherever cut."""

import base64
import codecs
import html
import json
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Build, Fork, Host
from plugin.core.escape import log_text, visible
from plugin.core.result import CheckResult, Finding, Leftover, Place, Report
from plugin.core.secrets.masking import Masker, masked
from plugin.core.verdict import Verdict

SECRET = "hunter2/Tür+geheim=42&<x>"
PLAIN = "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY"
ODD = "p\"a's~~~???>>>~~~?z9"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvgIBADAN\nBgkqhkiG9w0B\n-----END PRIVATE KEY-----"

HIDDEN = {
    "plain": str,
    "json": lambda s: json.dumps({"a": s}),
    "json, letters as they are": lambda s: json.dumps({"a": s}, ensure_ascii=False),
    "json in json": lambda s: json.dumps(json.dumps(s)),
    "json, slashes escaped": lambda s: json.dumps(s).replace("/", r"\/"),
    "repr": lambda s: repr([s]),
    "repr of bytes": lambda s: repr(s.encode()),
    "html": html.escape,
    "url": lambda s: f"https://h/?a={quote(s, safe='')}&b=1",
    "url path": lambda s: f"https://h/{quote(s)}/b",
    "url form": lambda s: f"https://h/?a={quote_plus(s)}",
    "url, small digits": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "url, digits of both cases": lambda s: quote(s, safe="").replace("%2F", "%2f"),
    "url in a url": lambda s: f"https://h/?to={quote(quote(s, safe=''), safe='')}",
    "url path in a url": lambda s: f"https://h/?to={quote(quote(s), safe='')}",
    "url in a url, small digits": lambda s: quote(quote(s, safe=""), safe="").replace("%2F", "%2f"),
    "hex with colons": lambda s: s.encode().hex(":"),
    "hex with spaces, capitals": lambda s: s.encode().hex(" ").upper(),
    "escaped bytes": lambda s: "".join(f"\\x{byte:02x}" for byte in s.encode()),
    "escaped bytes, capitals": lambda s: "".join(f"\\x{byte:02X}" for byte in s.encode()),
    "hex": lambda s: s.encode().hex(),
    "hex, capitals": lambda s: s.encode().hex().upper(),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64, urlsafe": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "base64 in a url": lambda s: quote(base64.b64encode(s.encode()), safe=""),
    "base64, MIME": lambda s: codecs.encode(b"x" * 40 + s.encode(), "base64").decode(),
    "html, quotes as they are": lambda s: html.escape(s, quote=False),
    "colours inside a url": lambda s: "\x1b[0m".join(f"%{byte:02x}" for byte in s.encode()),
    "colours inside": "\x1b[1m".join,
    "zero width inside": "\u200b".join,
    "accents": "\u0301".join,
    "wide letters": lambda s: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in s),
    "NUL inside": lambda s: f"a{s[:5]}\x00{s[5:]}",
    "line break inside": lambda s: f"a{s[:5]}\n{s[5:]}",
}


def shows(text, secret, size=8):
    """Whether ``text`` has ``size`` characters of ``secret`` in a row."""
    return any(secret[at : at + size] in text for at in range(len(secret) - size + 1))


# --- forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [SECRET, PLAIN, ODD])
@pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN.keys())
def test_masker__a_secret_in_a_form__is_stars(secret, hide):
    told = Masker([secret])(f"before {hide(secret)} after")

    assert "***" in told
    assert told.startswith("before ")
    assert told.endswith(" after")
    seen = "".join(c for c in unicodedata.normalize("NFKD", told) if c.isprintable())
    for text in (told, visible(told), seen, " ".join(told.split())):
        assert not shows(text, secret)
        assert not shows("".join(c for c in text if not unicodedata.combining(c)), secret)
        assert hide(secret) not in text


def test_masker__a_secret_that_looks_like_a_percent_escape__is_stars():
    assert Masker(["hunter%ab%25fgeheim"])("before hunter%ab%25fgeheim after") == "before *** after"


@given(
    st.binary(max_size=7),
    st.text(min_size=8, max_size=40).filter(lambda s: s == s.strip() and "*" not in s),
    st.binary(max_size=7),
    st.booleans(),
)
def test_masker__base64_of_more_than_the_secret__hides_what_the_secret_decides(
    before, secret, after, is_urlsafe
):
    encode = base64.urlsafe_b64encode if is_urlsafe else base64.b64encode
    data = secret.encode("utf-8", "replace")
    text = encode(before + data + after).decode()
    start, end = len(before), len(before) + len(data)

    told = Masker([data.decode()])(text)

    first, last = -(-8 * start // 6), 8 * end // 6
    assert text[first:last] not in told
    assert told == text[:first] + "***" + text[last:] or told.count("*") >= 3


def test_masker__several_lines__each_is_stars_wherever_it_stands():
    mask = Masker([KEY])

    assert mask("a MIIEvgIBADAN b") == "a *** b"
    assert mask("BgkqhkiG9w0B") == "***"
    assert mask(" ".join(KEY.split())) == "***"


@pytest.mark.parametrize(
    ("secrets", "text", "told"),
    [
        ((), "nothing to hide", "nothing to hide"),
        (("abc",), "abc is too short", "abc is too short"),
        (("",), "a", "a"),
        (("    ",), "a    b", "a    b"),
        (("hunt",), "a hunter", "a ***er"),
        (("hunt", "hunter2abc"), "hunter2abc", "***"),
        (("abcdefghij", "fghijklmnop"), "abcdefghijklmnop", "***"),
        (("abcdefgh", "bcdefghijk"), "a abcdefghijk b", "a *** b"),
        (("abababab",), "ababababab", "***"),
        (("abcdefgh", "ijklmnop"), "abcdefghijklmnop", "***"),
        (("hunter2",), "hunter2 hunter2", "*** ***"),
        (("hunter2",), "", ""),
        (("correct horse",), "a correct\nhorse", "a ***"),
        (("ha" * 5_000 + "!",), "haha", "haha"),
    ],
)
def test_masker__overlaps_and_short_ones__are_stars_as_a_reader_expects(secrets, text, told):
    assert Masker(secrets)(text) == told


def test_masker__knowing_more__masks_both_and_nothing_new_is_the_same():
    one = Masker(["hunter2"])

    two = one.knowing(["swordfish"])

    assert two("hunter2 swordfish") == "*** ***"
    assert one("hunter2 swordfish") == "*** swordfish"
    assert two.knowing(["hunter2"]) is two


def test_masker__a_shape_that_is_secret__is_stars_without_being_told():
    assert Masker()("ghp_16C7e42F292c6912E7710c838347Ae178B4a") == "***"


@pytest.mark.parametrize(
    "text", ["arn:aws:iam::123456789012:role/acme", "acme/etl@8f14e45f", "orders: 3 rows", "100 %"]
)
def test_masker__what_is_no_secret__stays(text):
    assert Masker([SECRET, PLAIN, KEY])(text) == text


@given(st.text(max_size=60), st.sampled_from([SECRET, PLAIN]), st.text(max_size=60))
def test_masker__any_text_around__twice_changes_nothing_more(before, secret, after):
    mask = Masker([secret])

    once = mask(before + secret + after)

    assert mask(once) == once
    assert not shows(once, secret)


# --- pieces --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"cut off: {PLAIN[:-1]}", "cut off: ***"),
        (f"cut off: {PLAIN[:8]}", "cut off: ***"),
        (f"cut off: {PLAIN[:8]}…", "cut off: ***…"),
        (f"cut off: {PLAIN[:9]}') ", "cut off: ***') "),
        (f"{PLAIN[:20]} … (cut, 5000 characters)", "*** … (cut, 5000 characters)"),
        (f"{PLAIN[:20]} … (cut here; 5000 characters in all)", None),
        (f"too short to be told from a word: {PLAIN[:7]}", None),
        (f"{PLAIN[:12]} is its beginning", None),
        (f"it ends with {PLAIN[-12:]} here", None),
        (f"{PLAIN[1:]} is its end", "*** is its end"),
        (f"  {PLAIN[-8:]} is its end", "  *** is its end"),
        (f"{PLAIN[-7:]} is too short", None),
        (f"a line\n{PLAIN[-8:]} b {PLAIN[:8]}\nc", "a line\n*** b ***\nc"),
        (f"a  line\nand more\n{PLAIN[-8:]} b\nc", "a  line\nand more\n*** b\nc"),
        (PLAIN[3:30], "***"),
        (f" {PLAIN[3:19]},", " ***,"),
        (PLAIN[3:18], None),
        (f"{PLAIN[3:30]} is its middle", None),
    ],
)
def test_masker__the_piece_that_a_cut_left__is_stars(text, told):
    if told is None and "here;" in text:
        told = text.replace(PLAIN[:20], "***")
    assert Masker([PLAIN])(text) == (text if told is None else told)


@pytest.mark.parametrize("secret", [SECRET, PLAIN, ODD])
@pytest.mark.parametrize("hide", [*HIDDEN.values()][:18], ids=[*HIDDEN.keys()][:18])
def test_masker__split_over_two_lines_anywhere__neither_shows_eight_in_a_row(secret, hide):
    mask = Masker([secret])
    form = hide(secret)

    for at in range(len(form) + 1):
        first, second = mask(f"before {form[:at]}"), mask(f"{form[at:]} after")
        assert not shows(first, secret), at
        assert not shows(second, secret), at
        for piece in (form[:at], form[at:]):
            assert len(piece) < 8 or piece not in (first, second), at


@given(st.text(max_size=30), st.integers(min_value=8, max_value=len(PLAIN)))
def test_masker__text_cut_anywhere_in_a_secret__ends_with_no_piece_of_it(before, size):
    assert not shows(Masker([PLAIN])(before + PLAIN[:size]), PLAIN)


@pytest.mark.parametrize("after", ["", " is its end", "\x00", "\x00 is its end"])
def test_masker__the_last_eight_of_the_longest_form__are_stars(after):
    assert Masker(["0123456789"])(rf"\x38\x39{after}") == f"***{after}"


@pytest.mark.parametrize("between", ["\u0301", "\u200b", "\x1b[0m"])
def test_masker__what_nobody_sees_between_its_letters__is_stars_to_the_last(between):
    assert Masker(["hunter2"])(f"a {between.join('hunter2')} b") == "a *** b"


def test_masker__short_secret__is_not_looked_for_in_pieces():
    assert Masker(["password"])("passwor") == "passwor"


def test_masker__a_secret_that_repeats_itself__is_found_in_no_time():
    mask = Masker(["ab" * 5_000 + "c"])

    assert mask("ab" * 3_000) == "***"


@pytest.mark.parametrize(
    "unit", [PLAIN[:4], PLAIN[:-1], "%2f", "\x1b[0m", "\x00a", "x" * 8 + "\n", "://a:", "eyJ", "…"]
)
def test_masker__hostile_text__ends(unit):
    assert Masker([PLAIN, SECRET])(unit * 20_000)


# --- values --------------------------------------------------------------------------------------


def _mask(text):
    return text.replace("hunter2", "***")


def report_with(result):
    return Report(
        build=Build(host=Host.PLAIN, link="https://hunter2@ci.example"),
        build_id="0" * 12,
        engine="local",
        started_at="2026-11-23T00:00:00Z",
        seconds=1.5,
        results=(result,),
    )


def test_masked__secret_in_every_part_of_a_report__is_nowhere_left():
    result = CheckResult(
        name="orders",
        script="jobs/orders.py",
        verdict=Verdict.FAILED,
        reason="login with hunter2 failed",
        place=Place(file="jobs/hunter2.py", line=3),
        findings=(Finding(name="rows", ok=False, message="hunter2"),),
        leftovers=(Leftover(kind="job", name="hunter2", reason="hunter2"),),
        log_tail=("a", "password: hunter2"),
    )

    told = masked(report_with(result), _mask)

    assert "hunter2" not in repr(told)
    assert told.results[0].log_tail == ("a", "password: ***")
    assert told.results[0].place == Place(file="jobs/***.py", line=3)


def test_masked__enumerations_and_numbers__stay_what_they_are():
    @dataclass(frozen=True)
    class Thing:
        fork: Fork
        kind: type
        amount: Decimal
        text: None

    thing = Thing(fork=Fork.YES, kind=Thing, amount=Decimal("1.5"), text=None)

    assert masked(thing, lambda _: "changed") == thing
    assert masked(Fork.YES, lambda _: "changed") is Fork.YES


def test_masked__mappings_lists_and_sets__keep_their_kind():
    value = {"hunter2": ["hunter2", {"hunter2"}], 1: frozenset({"a hunter2"}), "m": ()}

    told = masked(MappingProxyType(value), _mask)

    assert told == {"***": ["***", {"***"}], 1: frozenset({"a ***"}), "m": ()}


def test_masked__nothing_found__is_the_same_value():
    report = report_with(CheckResult(name="a", script="a.py", verdict=Verdict.PASSED))

    assert masked(report, str) is report


@given(st.text(max_size=100), st.sampled_from([*HIDDEN.values()]))
def test_masked__then_printed__shows_nothing(before, hide):
    assert not shows(log_text(Masker([PLAIN])(before + hide(PLAIN))), PLAIN)
