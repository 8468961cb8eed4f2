"""
What a client needs to know, from arguments, environment and file: which wins, and what is wrong with it.
"""

import json
import pickle
from datetime import timedelta
from uuid import UUID

import pytest

from arr_facade import AsyncClient, Client, ConfigurationError, Secret
from arr_facade.config import Settings, default_config_file, load_settings
from arr_facade.emulator import Emulator

ACCOUNT = "30ea64bd-100f-4bf0-adc9-29fa45d4880c"
OTHER_ACCOUNT = "11111111-2222-3333-4444-555555555555"
KEY = "hunter2hunter2"
WHOLE = {"account_id": ACCOUNT, "account_key": KEY, "account_domain": "eastus", "region": "westeurope"}
EASTUS = "https://remoterendering.eastus.mixedreality.azure.com"


def toml(path, **values):
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    return path


def arrconfig(path, *, bom=True, **sections):
    path.write_text(json.dumps(sections), encoding="utf-8-sig" if bom else "utf-8")
    return path


def problem(arguments, environ=None, **options):
    """
    The error that these settings end in.
    """
    with pytest.raises(ConfigurationError) as caught:
        load_settings(arguments, environ or {}, **options)
    return caught.value


def test_nothing_configured_is_the_embedded_emulator():
    """
    On a bare machine there is no endpoint, and that means the emulator in this process.
    """
    settings = load_settings({}, {})
    assert Settings() == settings
    assert settings.embedded


def test_a_whole_configuration():
    """
    An account, its key, its domain and a region are all it takes.
    """
    settings = load_settings(WHOLE, {})
    assert not settings.embedded
    assert UUID(ACCOUNT) == settings.account_id
    assert KEY == settings.account_key.reveal()
    assert "https://remoterendering.westeurope.mixedreality.azure.com" == settings.endpoint
    assert "https://sts.eastus.mixedreality.azure.com" == settings.sts_endpoint
    assert ("2021-01-01", 30.0) == (settings.api_version, settings.timeout)


def test_arguments_win_over_environment_over_file(tmp_path):
    """
    Each value comes from the strongest place that has it, and where from is remembered.
    """
    path = toml(tmp_path / "c.toml", **WHOLE, timeout=1, api_version="2021-01-01-preview")
    environ = {"ARR_TIMEOUT": "2", "ARR_REGION": "eastus2", "ARR_ACCOUNT_ID": OTHER_ACCOUNT}
    settings = load_settings({"region": "eastus", "timeout": None}, environ, config_file=path)
    assert (EASTUS, 2.0, "2021-01-01-preview") == (settings.endpoint, settings.timeout, settings.api_version)
    assert UUID(OTHER_ACCOUNT) == settings.account_id
    assert ("argument", "environment", str(path)) == tuple(
        settings.sources[name] for name in ("region", "timeout", "api_version")
    )


def test_an_empty_variable_counts_as_absent():
    """
    `ARR_REGION=` in a shell means that it is not set.
    """
    assert load_settings({}, {"ARR_REGION": "", "ARR_ACCOUNT_KEY": "", "ARR_CONFIG": ""}).embedded


@pytest.mark.parametrize(
    ("stronger", "weaker", "expected"),
    [
        ({"region": "eastus"}, {"ARR_ENDPOINT": "https://other.example"}, ("endpoint", EASTUS)),
        ({"endpoint": "https://mine.example"}, {"ARR_REGION": "eastus"}, ("endpoint", "https://mine.example")),
        ({"account_domain": "eastus"}, {"ARR_STS_ENDPOINT": "https://o.example"}, ("sts_endpoint", "https://sts.eastus.mixedreality.azure.com")),
        ({"sts_endpoint": "https://s.example"}, {"ARR_ACCOUNT_DOMAIN": "eastus"}, ("sts_endpoint", "https://s.example")),
        ({"access_token": "t"}, {"ARR_ACCOUNT_KEY": "k"}, ("account_key", None)),
        ({"account_key": "k"}, {"ARR_ACCESS_TOKEN": "t"}, ("access_token", None)),
    ],
)  # fmt: skip
def test_two_names_for_one_thing_do_not_mix(stronger, weaker, expected):
    """
    Of two names for one thing the one from the stronger place counts, and the other is as if it were not there.
    """
    base = {"account_id": ACCOUNT, "region": "westeurope", "account_domain": "uksouth", "account_key": KEY}
    environ = {f"ARR_{name.upper()}": value for name, value in base.items()} | weaker
    for name in stronger:
        environ.pop(f"ARR_{name.upper()}", None)
    settings = load_settings(stronger, environ)
    name, value = expected
    assert value == getattr(settings, name)


def test_a_credential_wins_over_what_the_environment_has():
    """
    A credential given in code is used whatever key, token or domain the environment or a file names.
    """
    environ = {"ARR_ACCOUNT_KEY": KEY, "ARR_ACCESS_TOKEN": "t"}
    settings = load_settings({"account_id": ACCOUNT, "region": "eastus"}, environ, has_credential=True)
    assert (None, None) == (settings.account_key, settings.access_token)


@pytest.mark.parametrize("name", ["account_key", "access_token"])
def test_one_credential_is_enough(name):
    """
    A credential beside a key or a token in the same call is a mistake that is pointed out.
    """
    error = problem({**WHOLE, "account_key": None, name: KEY}, has_credential=True)
    assert name == error.field
    assert "one credential is enough" in str(error)


def test_a_key_and_a_token_in_one_place_are_one_too_many():
    """
    Where neither place is stronger, it is not guessed which one is meant.
    """
    error = problem({**WHOLE, "access_token": "hunter3"})
    assert "account_key" == error.field
    assert "access_token are both given" in str(error)
    assert "hunter" not in str(error)


def test_every_problem_is_named_at_once():
    """
    A configuration with several faults is told all of them, also what is missing beside what is wrong.
    """
    error = problem({"account_id": "my account", "region": "east us!", "timeout": -1}, {"ARR_ENDPOINT": "ftp://x"})
    text = str(error)
    assert text.startswith("4 problems with the configuration:\n  - account_id: 'my account'")
    assert "None" not in text
    for part in ("account_id: 'my account'", "region: 'east us!'", "timeout: -1", "account_key is missing"):
        assert part in text


@pytest.mark.parametrize(
    ("left_out", "way_out"),
    [
        ("account_id", "ARR_ACCOUNT_ID"),
        ("account_key", "ARR_ACCOUNT_KEY"),
        ("account_domain", "ARR_ACCOUNT_DOMAIN"),
        ("region", "ARR_REGION"),
    ],
)
def test_what_is_missing_is_named_with_the_way_out(left_out, way_out):
    """
    Each missing value is named with the argument and the variable that would give it.
    """
    error = problem({name: value for name, value in WHOLE.items() if name != left_out})
    assert (left_out, None) == (error.field, error.value)
    assert str(error).startswith(f"{left_out} is missing; ")
    assert f"{left_out}=" in str(error)
    assert way_out in str(error)


@pytest.mark.parametrize("given", [{"access_token": "t"}, {}])
def test_without_a_key_no_domain_is_needed(given):
    """
    Who brings a token has nothing to exchange.
    """
    settings = load_settings(
        {"account_id": ACCOUNT, "region": "eastus", **given}, {}, has_credential="access_token" not in given
    )
    assert settings.sts_endpoint is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_id", "my account"),
        ("account_id", 5),
        ("account_key", " "),
        ("account_key", 5),
        ("account_key", "two\nlines"),
        ("access_token", "umläut"),
        ("access_token", b"bytes"),
        ("region", ["eastus"]),
        ("endpoint", "http://example.org"),
        ("sts_endpoint", "eastus!"),
        ("account_domain", "a b"),
        ("api_version", ""),
        ("timeout", "soon"),
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("timeout", True),
        ("timeout", []),
        ("emulator_speed", "fast"),
        ("emulator_speed", 0),
        ("emulator_speed", True),
        ("emulator_state", 7),
    ],
)
def test_a_wrong_value_is_named_as_its_writer_calls_it(name, value):
    """
    The error names the argument, or for text from the environment the variable.
    """
    assert name == problem({**WHOLE, name: value}).field
    if isinstance(value, str) and value.strip():
        variable = f"ARR_{name.upper()}"
        assert (
            variable
            == problem({}, {variable: value, **{f"ARR_{k.upper()}": v for k, v in WHOLE.items() if k != name}}).field
        )


@pytest.mark.parametrize("name", ["account_key", "access_token"])
def test_a_wrong_secret_is_not_shown(name):
    """
    Whatever is wrong with a secret, the error and its pickled form do not hold it.
    """
    error = problem({**WHOLE, name: KEY.encode()})
    assert KEY not in str(error)
    assert KEY.encode() not in pickle.dumps(error)


def test_settings_do_not_show_secrets():
    """
    The repr of settings masks the key.
    """
    assert KEY not in repr(load_settings(WHOLE, {}))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(5, 5.0), (0.5, 0.5), ("5", 5.0), (" 5 ", 5.0), ("5s", 5.0), ("1m", 60.0), (timedelta(seconds=7), 7.0)],
)
def test_a_timeout_is_seconds(written, seconds):
    """
    A bare number counts seconds, as in every HTTP client, and a unit says so itself.
    """
    assert seconds == load_settings({"timeout": written}, {}).timeout


@pytest.mark.parametrize("written", ["abc", "", "-5", "10 parsecs", [], True])
def test_a_wrong_timeout_is_told_the_unit(written):
    """
    The error of a timeout speaks of seconds, which a bare number is there, and never of minutes.
    """
    text = str(problem({"timeout": written}))
    assert text.startswith(f"timeout: {written!r} is not a ")
    assert "minutes" not in text
    if written != "-5":
        assert 'seconds as a number, or with a unit such as "10s"' in text


def test_pasted_values_are_trimmed():
    """
    Blanks and line ends around a pasted value do no harm.
    """
    settings = load_settings(
        {"account_id": f" {ACCOUNT}\n", "account_key": f" {KEY}\n", "account_domain": " eastus ", "region": "eastus\t"},
        {},
    )
    assert (UUID(ACCOUNT), KEY, EASTUS) == (settings.account_id, settings.account_key.reveal(), settings.endpoint)


def test_ids_and_secrets_may_be_what_they_are():
    """
    A UUID and a Secret are accepted where text is.
    """
    settings = load_settings({**WHOLE, "account_id": UUID(ACCOUNT), "account_key": Secret(KEY)}, {})
    assert (UUID(ACCOUNT), Secret(KEY)) == (settings.account_id, settings.account_key)


def test_the_emulator_has_settings_of_its_own(tmp_path):
    """
    A state file and a speed leave the emulator the one that plays the service.
    """
    settings = load_settings({"emulator_state": tmp_path / "e.db"}, {"ARR_EMULATOR_SPEED": "60"})
    assert settings.embedded
    assert (str(tmp_path / "e.db"), 60.0) == (settings.emulator_state, settings.emulator_speed)


def test_the_variable_names_the_file(tmp_path):
    """
    `ARR_CONFIG` says which file to read, and an argument overrules it.
    """
    environ = {"ARR_CONFIG": str(toml(tmp_path / "a.toml", timeout=1))}
    assert 1.0 == load_settings({}, environ).timeout
    assert 2.0 == load_settings({}, environ, config_file=toml(tmp_path / "b.toml", timeout=2)).timeout


def test_the_users_own_file_need_not_exist():
    """
    Without a name the user's own file is read if there is one.
    """
    assert 30.0 == load_settings({}, {}).timeout
    path = default_config_file()
    path.parent.mkdir(parents=True)
    toml(path, timeout=3)
    assert 3.0 == load_settings({}, {}).timeout


def test_microsofts_file(tmp_path):
    """
    An arrconfig.json of Microsoft's scripts is understood, byte order mark included.
    """
    path = arrconfig(
        tmp_path / "arrconfig.json",
        accountSettings={"arrAccountId": ACCOUNT, "arrAccountKey": KEY, "arrAccountDomain": "eastus"},
        renderingSessionSettings={"remoteRenderingDomain": "westus2", "vmSize": "standard", "maxLeaseTime": "4:0:0"},
        assetConversionSettings={"resourceGroup": "<resource_group_name>"},
    )  # fmt: skip
    settings = load_settings({}, {}, config_file=path)
    assert (UUID(ACCOUNT), KEY) == (settings.account_id, settings.account_key.reveal())
    assert "https://remoterendering.westus2.mixedreality.azure.com" == settings.endpoint
    assert "https://sts.eastus.mixedreality.azure.com" == settings.sts_endpoint
    assert str(path) == settings.sources["region"]


def test_a_placeholder_is_not_filled_in(tmp_path):
    """
    What still is a placeholder in an arrconfig.json counts as absent, so that other places can give it.
    """
    path = arrconfig(
        tmp_path / "arrconfig.JSON",
        bom=False,
        accountSettings={"arrAccountId": "<fill in>", "arrAccountKey": " <fill in> ", "arrAccountDomain": ""},
        renderingSessionSettings=None,
    )
    assert load_settings({}, {}, config_file=path).embedded
    assert EASTUS == load_settings({**WHOLE, "region": "eastus"}, {}, config_file=path).endpoint


@pytest.mark.parametrize(
    "content",
    [
        b"region = ",
        b"region = 'eastus'\nregion = 'westus2'",
        b"\xff\xfer\x00",
        b"{}",
    ],
)
def test_an_unreadable_file_is_named(tmp_path, content):
    """
    A file that is no TOML or no text is named in the error.
    """
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    error = problem({}, config_file=path)
    assert str(path) in str(error)


@pytest.mark.parametrize("content", ["", "[]", "5", "{", '{"accountSettings": [1]}', '{"accountSettings": "x"}'])
def test_a_strange_arrconfig_is_named(tmp_path, content):
    """
    JSON of another shape than Microsoft's file is refused by its name.
    """
    path = tmp_path / "arrconfig.json"
    path.write_text(content)
    assert str(path) in str(problem({}, config_file=path))


def test_a_missing_file_that_was_named_is_an_error(tmp_path):
    """
    Who names a file means it: its absence, or a folder in its place, is not passed over.
    """
    for path in (tmp_path / "none.toml", tmp_path):
        error = problem({}, config_file=path)
        assert "config_file" == error.field
        assert str(path) in str(error)
        assert str(path) in str(problem({}, {"ARR_CONFIG": str(path)}))


def test_an_unknown_key_is_named_with_the_known_ones(tmp_path):
    """
    A misspelt key is not ignored, and the error lists what there is.
    """
    error = problem({}, config_file=toml(tmp_path / "c.toml", regoin="eastus"))
    assert ("regoin", "eastus") == (error.field, error.value)
    assert str(error).startswith("regoin: 'eastus' in ")
    assert "region" in str(error).split("there are")[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("acount_key", KEY),
        ("account-key", KEY),
        ("AccountKey", KEY),
        ("account_secret", KEY),
        ("token", KEY),
        ("password", KEY),
        ("endpont", f"https://me:{KEY}@example.org"),
    ],
)
def test_an_unknown_key_does_not_show_a_secret(tmp_path, name, value):
    """
    What may be a secret under a misspelt name is masked, and so is a password in an address.
    """
    error = problem({}, config_file=toml(tmp_path / "c.toml", **{name: value}))
    assert name == error.field
    assert KEY not in str(error)
    assert "***" in str(error)


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_a_client_tells_where_it_is_connected(client, monkeypatch):
    """
    The environment reaches a client, which shows its whereabouts and masks its key.
    """
    for name, value in WHOLE.items():
        monkeypatch.setenv(f"ARR_{name.upper()}", value)
    made = client()
    assert "https://remoterendering.westeurope.mixedreality.azure.com" == made.endpoint
    assert ("https://sts.eastus.mixedreality.azure.com", ACCOUNT) == (made.sts_endpoint, made.account_id)
    assert KEY not in repr(made)


def test_an_emulator_is_all_of_that():
    """
    Whatever else names an account or a service beside `emulator=` is pointed out.
    """
    with pytest.raises(ConfigurationError, match="region"):
        Client(emulator=Emulator(), region="eastus")
    with pytest.raises(ConfigurationError, match="emulator"):
        Client(emulator=Emulator(), access_token=lambda: "t")


def test_an_emulator_leaves_version_and_timeout_to_choose():
    """
    The API's version and the timeout are the client's, also on an emulator.
    """
    emulator = Emulator()
    with Client(emulator=emulator, api_version="2021-01-01-preview", timeout=5) as client:
        assert "rendering_2021_01_01_preview" in type(client.generated).__module__
        assert 5.0 == client._connection.timeout
    with pytest.raises(ConfigurationError, match="2020-01-01"):
        Client(emulator=emulator, api_version="2020-01-01")


def test_an_unknown_version_is_named_with_the_known_ones():
    """
    A version that no client was generated for fails before any request.
    """
    with pytest.raises(ConfigurationError, match="2021-01-01, 2021-01-01-preview") as caught:
        Client(**WHOLE, api_version="1999-01-01")
    assert "api_version" == caught.value.field


def test_a_credential_has_to_be_one():
    """
    What is neither a function nor has get_token is refused by its type, without being shown.
    """
    with pytest.raises(ConfigurationError, match="neither a function") as caught:
        Client(account_id=ACCOUNT, region="eastus", credential="hunter2")
    assert "hunter2" not in str(caught.value)
