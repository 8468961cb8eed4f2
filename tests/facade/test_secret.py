"""
Secrets show themselves to nobody who did not ask.
"""

import copy
import json
import logging
import pickle

import pytest

from arr_facade import AccessToken, ConversionInput, ConversionOutput, Secret
from arr_facade._secret import masked_url, readable, redact
from arr_facade._steps import Answer, Send

HIDDEN = "hunter2"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{:>20}".format,
        "{!r}".format,
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - one more way to print it
        lambda secret: f"{[secret]} { ({'key': secret}) }",
        lambda secret: repr(AccessToken(secret)),
        lambda secret: repr(ConversionInput(container_uri="https://x/y", asset_path="a.fbx", sas=secret)),
        lambda secret: repr(ConversionOutput(container_uri="https://x/y", sas=secret)),
        lambda secret: repr(TypeError(secret)),
        lambda secret: logging.LogRecord("x", 10, "f", 1, "%s", (secret,), None).getMessage(),
        lambda secret: json.dumps({"key": secret}, default=str),
    ],
)
def test_a_secret_is_masked(show):
    """
    No way of turning it into text shows it.
    """
    text = show(Secret(HIDDEN))
    assert HIDDEN not in text
    assert "***" in text


def test_a_secret_is_given_to_who_asks():
    """
    The text comes back by `reveal`, also when a secret was made from a secret.
    """
    assert HIDDEN == Secret(HIDDEN).reveal() == Secret(Secret(HIDDEN)).reveal()


def test_a_secret_is_not_pickled():
    """
    A secret refuses to leave the process, and the refusal does not tell it.
    """
    with pytest.raises(TypeError, match="environment") as caught:
        pickle.dumps(Secret(HIDDEN))
    assert HIDDEN not in str(caught.value)


def test_a_secret_has_no_attributes_to_look_into():
    """
    There is no instance dictionary that a debugger or a serialiser would print.
    """
    assert not hasattr(Secret(HIDDEN), "__dict__")


def test_secrets_compare_by_value_and_with_secrets_only():
    """
    Two secrets of the same text are one key of a dictionary, and a secret never equals its text.
    """
    assert {Secret(HIDDEN): 1} == {Secret(HIDDEN): 1}
    assert Secret(HIDDEN) != Secret("other")
    assert Secret(HIDDEN) != HIDDEN
    assert not Secret("")


def test_a_copy_of_a_settings_object_keeps_its_secret():
    """
    Copying is not leaving the process: a value that holds a secret can be copied.
    """
    source = ConversionInput(container_uri="https://x/y", asset_path="a.fbx", sas=HIDDEN)
    for copied in (copy.copy(source), copy.deepcopy(source)):
        assert source == copied
        assert HIDDEN == copied.sas.reveal()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://x/y?sv=1&sig=abc%3D&se=2", "https://x/y?sv=1&sig=***&se=2"),
        ("?SIG=abc", "?SIG=***"),
        ('{"sas": "?sp=r&sig=abc"}', '{"sas": "?sp=r&sig=***"}'),
        ("Authorization: Bearer abc.def.ghi", "Authorization: Bearer ***"),
        ('Bearer error="invalid_token"', 'Bearer error="invalid_token"'),
        ("The bearer token is over. Bearer token", "The bearer token is over. Bearer token"),
        ('{"AccessToken":"abc","x":1}', '{"AccessToken":"***","x":1}'),
        ('{"accesstoken" :\n "a\\"b\'c"} x', '{"accesstoken" :\n "***"} x'),
        ('{"AccessToken": "abc', '{"AccessToken": "***'),
        ('{"AccessToken": ["abc"]}', '{"AccessToken": ["***"]}'),
        ("{'AccessToken': 'abc'}", "{'AccessToken': '***'}"),
        ('"{\\"AccessToken\\":\\"abc\\"}"', '"{\\"AccessToken\\":\\"***"'),
        ("AccessToken is not text", "AccessToken is not text"),
        ("design=modern", "design=modern"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_the_service_echoes_is_redacted(text, shown):
    """
    Signatures and bearer tokens in foreign text are masked, and nothing else is.
    """
    assert shown == redact(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_body_is_read_in_its_encoding(encoding):
    """
    Whatever JSON may be encoded in is decoded, so that what is secret in it can be found.
    """
    assert '{"AccessToken":"ü"}' == readable('{"AccessToken":"ü"}'.encode(encoding))


def test_a_body_that_does_not_decode_is_text_all_the_same():
    """
    Bytes of no encoding become U+FFFD, and no surrogates that no file would take.
    """
    assert "a\ufffd" == readable(b"a\xff")
    readable(b"\xff\xfe\x00\xd8\x00").encode()
    assert "" == readable(b"")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:hunter2@host:99999", "https://***@host:99999"),
        ("ftp://user:hunter2@host/path", "ftp://***@host/path"),
        ("http://user:hun/ter2@proxy:8080", "http://***@proxy:8080"),
        ("http://user:hun//ter2@proxy", "http://***@proxy"),
        ("user:hun/ter2@proxy:8080", "***@proxy:8080"),
        ("user:hun//ter2@proxy", "***@proxy"),
        ("http://user:hun@ter2@proxy", "http://***@proxy"),
        ("http://user:hunter2", "http://***"),
        ("http://user:hun/ter2", "http://***"),
        ("user:hunter2", "***"),
        ("//user:hunter2", "//***"),
        ("http://user:123456", "http://***"),
        ("https://host:99999", "https://***"),
        ("https://host:8443/path", "https://host:8443/path"),
        ("https://host/a:b", "https://host/a:b"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://host?code=hunter2", "https://host?***"),
        ("https://host/#hunter2", "https://host/#***"),
        ("sts.eastus:443", "sts.eastus:443"),
        ("eastus", "eastus"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_its_password(url, shown):
    """
    Nothing that may be a user, a password or a signature is left of a URL, in whatever way it is malformed.
    """
    assert shown == masked_url(url)


def test_steps_do_not_show_what_they_carry():
    """
    The reprs of a request and an answer have neither the credential nor a body, which has signatures or a token in it.
    """
    asked = Send("start", "PUT", "https://x/y", f"sig={HIDDEN}".encode(), f"Bearer {HIDDEN}")
    answered = Answer(200, f'{{"AccessToken":"{HIDDEN}"}}'.encode(), None, None, None)
    assert HIDDEN not in f"{asked!r} {answered!r}"
    assert "https://x/y" in repr(asked)
