"""
Where the service lives: regions, domains and URLs, as people write and paste them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arr_facade import ConfigurationError
from arr_facade.regions import REGIONS, rendering_endpoint, sts_endpoint

EASTUS = "https://remoterendering.eastus.mixedreality.azure.com"
EASTUS_STS = "https://sts.eastus.mixedreality.azure.com"


@pytest.mark.parametrize("region", REGIONS)
def test_each_public_region_has_its_two_hosts(region):
    """
    A region's name and its display name lead to the same endpoints, in any case.
    """
    for spelling in (region, region.upper(), REGIONS[region], REGIONS[region].lower()):
        assert f"https://remoterendering.{region}.mixedreality.azure.com" == rendering_endpoint(spelling)
        assert sts_endpoint(region) == sts_endpoint(spelling)


@pytest.mark.parametrize(
    "where",
    [
        "eastus",
        "eastus.mixedreality.azure.com",
        "remoterendering.eastus.mixedreality.azure.com",
        "https://remoterendering.eastus.mixedreality.azure.com",
        "https://remoterendering.eastus.mixedreality.azure.com/",
        "  eastus\n",
        " East US ",
        "eastus/",
    ],
)
def test_a_rendering_endpoint_is_found(where):
    """
    A region, a domain, a host and a URL mean the same, with whatever blanks and slashes they were pasted.
    """
    assert EASTUS == rendering_endpoint(where)


@pytest.mark.parametrize(
    "where",
    [
        "eastus",
        "eastus.mixedreality.azure.com",
        "sts.eastus.mixedreality.azure.com",
        "https://sts.eastus.mixedreality.azure.com",
        "https://sts.eastus.mixedreality.azure.com/ ",
        "East US",
    ],
)
def test_a_token_service_is_found(where):
    """
    An account's region, its domain, a host and a URL mean the same.
    """
    assert EASTUS_STS == sts_endpoint(where)


@pytest.mark.parametrize("where", ["eastus2", "East US 2", "eastus2.mixedreality.azure.com", "mixedreality.azure.com"])
def test_accounts_of_eastus2_have_the_domain_without_a_region(where):
    """
    The token service of an account in eastus2 is the one without a region, however the account's domain is written.
    """
    assert "https://sts.mixedreality.azure.com" == sts_endpoint(where)


def test_the_exception_of_eastus2_is_the_accounts_only():
    """
    Sessions in eastus2 run at eastus2, and a URL given in full is taken as it stands.
    """
    assert "https://remoterendering.eastus2.mixedreality.azure.com" == rendering_endpoint("eastus2")
    given = "https://sts.eastus2.mixedreality.azure.com"
    assert given == sts_endpoint(given)


def test_a_region_of_tomorrow_is_passed_through():
    """
    A region that is none of the ten is believed.
    """
    assert "https://remoterendering.marsnorth.mixedreality.azure.com" == rendering_endpoint("marsnorth")
    assert "https://remoterendering.marsnorth.example.org" == rendering_endpoint("marsnorth.example.org")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "http://localhost:5000",
        "http://127.0.0.1:5000",
        "http://127.8.9.10",
        "http://[::1]:5000",
        "http://emulator.localhost",
        "https://10.0.0.7:8443",
        "https://[2001:db8::1]",
        "https://proxy.example.org/arr",
    ],
)
def test_a_url_is_taken_as_it_stands(url):
    """
    HTTPS anywhere and plain http on this machine are fine, with a port and a path.
    """
    assert url == rendering_endpoint(url) == sts_endpoint(url)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("HTTPS://RemoteRendering.EastUS.MixedReality.Azure.com", EASTUS),
        (f"{EASTUS}:443", EASTUS),
        (f"{EASTUS}:", EASTUS),
        ("HTTP://LocalHost:80/", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://127.0.0.1:80", "https://127.0.0.1:80"),
        ("https://[2001:DB8::1]:443", "https://[2001:db8::1]"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://Proxy.Example.org:443/Arr/V1/", "https://proxy.example.org/Arr/V1"),
    ],
)
def test_a_url_has_one_spelling(written, url):
    """
    Scheme and host come in lower case and without the port that goes without saying, and the path as it is written.
    """
    assert url == rendering_endpoint(written) == sts_endpoint(written) == rendering_endpoint(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://eastus.mixedreality.azure.com",
        "http://10.0.0.7",
        "http://127.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://0.0.0.0:5000",
        "HTTP://example.org",
    ],
)
def test_plain_http_to_another_machine_is_refused(url):
    """
    Credentials go to https or loopback only, and a name that merely looks like loopback is not.
    """
    with pytest.raises(ConfigurationError, match="https or loopback only"):
        rendering_endpoint(url)


@pytest.mark.parametrize(
    "where",
    [
        "",
        "   ",
        "east_us!",
        "eastus..com",
        "-eastus",
        "eastus.",
        "a" * 300,
        "ftp://example.org",
        "https://",
        "https://exa mple.org",
        "https://exämple.org",
        "https://example.org:port",
        "https://example.org:99999",
        "https://[::1",
        "https://example.org?x=1",
        "https://example.org#x",
        "sts.eastus:443",
    ],
)
def test_what_is_no_place_is_refused(where):
    """
    The error names the field as the caller calls it and says what could be written instead or what is wrong.
    """
    for endpoint in (rendering_endpoint, sts_endpoint):
        with pytest.raises(ConfigurationError) as caught:
            endpoint(where, field="ARR_REGION")
        assert "ARR_REGION" == caught.value.field
        assert str(caught.value).startswith("ARR_REGION: ")


def test_a_password_in_a_url_is_not_repeated():
    """
    The error about a URL with a user or a signature in it shows neither, whatever else is wrong with it.
    """
    for url in (
        "https://user:hunter2@example.org",
        "https://example.org?sig=hunter2",
        "https://user:hunter2@example.org:99999",
        "https://user:hunter2@example.org:port",
        "https://user:hun/hunter2@example.org",
        "https://user:12/hunter2@example.org",
        "https://user:hunter2 @example.org",
        "https://user:hunter2@[example.org",
        "ftp://user:hunter2@example.org",
        "http://user:hunter2@example.org",
        "user:hunter2@example.org",
    ):
        with pytest.raises(ConfigurationError) as caught:
            rendering_endpoint(url)
        assert "hunter2" not in f"{caught.value} {caught.value.value}"
        assert "example.org" in str(caught.value)


@pytest.mark.parametrize("url", ["http://user:hunter2", "https://user:hunter2/x", "user:hunter2"])
def test_what_may_be_a_password_without_a_host_is_not_repeated(url):
    """
    Without an @ what stands in the place of a port may be a password, and is not shown.
    """
    with pytest.raises(ConfigurationError) as caught:
        sts_endpoint(url)
    assert "hunter2" not in f"{caught.value} {caught.value.value}"


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_refused(where):
    """
    Whatever is written either becomes an https or loopback URL without blanks, or is refused by name.
    """
    try:
        url = rendering_endpoint(where)
    except ConfigurationError:
        return
    assert url.startswith(("https://", "http://localhost", "http://127."))
    assert not any(letter.isspace() for letter in url)
