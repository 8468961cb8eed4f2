"""
Secrets show themselves to nobody who did not ask.
"""

import copy
import json
import logging
import pickle

import pytest

from arr_facade import AccessToken, ConversionInput, ConversionOutput, Secret
from arr_facade._secret import redact

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
        ("design=modern", "design=modern"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_the_service_echoes_is_redacted(text, shown):
    """
    Signatures and bearer tokens in foreign text are masked, and nothing else is.
    """
    assert shown == redact(text)
