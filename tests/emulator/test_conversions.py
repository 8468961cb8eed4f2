"""
Conversions as a client sees them: service.md C, and the Swagger where nothing was recorded.
"""

import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import MISSING_ASSET, MISSING_ASSET_2024, SUCCESS, TOO_LARGE, Emulator, Outcome
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import CONTAINER, SAS, Caller, conversion_body, decoded


def test_a_conversion_lives_through_its_states(call, clock):
    """
    NotStarted, after two seconds Running, after forty-two Succeeded with the asset's address.
    """
    assert call.convert().status == 201
    seen = []
    for step in ("1.9s", "0.1s", "39.9s", "0.1s"):
        clock.advance(step)
        seen.append(call.conversion()["status"])

    assert seen == ["NotStarted", "Running", "Running", "Succeeded"]
    assert call.conversion()["output"] == {"outputAssetUri": f"{CONTAINER}/out/car.arrAsset"}


def test_documents_have_the_recorded_fields_in_order(call, clock):
    """
    Error is always there, output only after success, and creationTime ends in Z.
    """
    first = decoded(call.convert())

    assert list(first) == ["id", "creationTime", "settings", "error", "status"]
    assert first["error"] is None
    assert first["creationTime"] == "2026-01-01T00:00:00Z"
    clock.advance("42s")
    assert list(call.conversion()) == ["id", "creationTime", "settings", "output", "error", "status"]


def test_settings_come_back_normalised_and_without_signatures(call):
    """
    Prefixes end in a slash, the output's name follows the input's, and no signature is repeated or kept.
    """
    answer = call.convert()

    assert decoded(answer)["settings"] == {
        "inputLocation": {
            "storageContainerUri": CONTAINER,
            "blobPrefix": "in/",
            "relativeInputAssetPath": "car.fbx",
        },
        "outputLocation": {
            "storageContainerUri": CONTAINER,
            "blobPrefix": "out/",
            "outputAssetFilename": "car.arrAsset",
        },
    }
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ({"relativeInputAssetPath": "a/b.c/My Car.v2.GLB"}, {}, {"outputAssetFilename": "My Car.v2.arrAsset"}),
        ({}, {"outputAssetFilename": "x.arrAsset"}, {"outputAssetFilename": "x.arrAsset"}),
        ({}, {"outputAssetFilename": ""}, {"outputAssetFilename": "car.arrAsset"}),
        ({}, {"blobPrefix": "a/b/"}, {"blobPrefix": "a/b/"}),
        ({}, {"blobPrefix": "a/b"}, {"blobPrefix": "a/b/"}),
        ({}, {"blobPrefix": ""}, {"blobPrefix": None}),
        ({}, {"blobPrefix": None}, {"blobPrefix": None}),
    ],
)
def test_defaults_of_the_output(call, source, target, expected):
    """
    Empty means default, as the PowerShell scripts send it, and a given name or slash is kept.
    """
    location = decoded(call.convert(source=source, target=target))["settings"]["outputLocation"]

    assert expected == {name: location.get(name) for name in expected}


@pytest.mark.parametrize(
    ("container", "prefix", "uri"),
    [
        (CONTAINER, "out", f"{CONTAINER}/out/car.arrAsset"),
        (CONTAINER + "/", "", f"{CONTAINER}/car.arrAsset"),
        (CONTAINER, None, f"{CONTAINER}/car.arrAsset"),
    ],
)
def test_the_output_uri_is_container_prefix_and_name(call, clock, container, prefix, uri):
    """
    The asset's address has one slash between its parts and no signature.
    """
    call.convert(target={"storageContainerUri": container, "blobPrefix": prefix})
    clock.advance("1m")

    assert call.conversion()["output"]["outputAssetUri"] == uri


@pytest.mark.parametrize(
    ("asset", "outcome"),
    [
        ("car.fbx", SUCCESS),
        ("carWhichDoesNotExist.fbx", MISSING_ASSET),
        ("doesnotexist/car.fbx", SUCCESS),
        ("carTooLarge.glb", TOO_LARGE),
        ("carCancelled.glb", Outcome("Cancelled")),
    ],
)
def test_the_outcome_follows_from_the_asset_name(call, clock, asset, outcome):
    """
    Without blobs the file's name, not its folder, decides how a conversion ends, and HTTP stays 200.
    """
    call.convert(source={"relativeInputAssetPath": asset})
    clock.advance("1m")
    document = call.conversion()

    assert document["status"] == outcome.status
    expected = {"code": outcome.code, "message": outcome.message} if outcome.status == "Failed" else None
    assert document["error"] == expected
    assert ("output" in document) == (outcome is SUCCESS)


def test_a_function_can_decide_the_outcome(clock):
    """
    The given function sees the normalised settings, and what it leaves open the rules decide.
    """
    seen = []

    def decide(settings):
        seen.append(settings)
        return MISSING_ASSET_2024 if "car" in settings["inputLocation"]["relativeInputAssetPath"] else None

    call = Caller(Emulator(clock=clock, decide=decide))
    call.convert("mine")
    call.convert("rules", source={"relativeInputAssetPath": "TooLarge.fbx"})
    clock.advance("1m")

    assert call.conversion("mine")["error"]["code"] == "InputContainerError"
    assert call.conversion("rules")["error"]["message"] == TOO_LARGE.message
    assert seen[0]["inputLocation"]["blobPrefix"] == "in/"
    assert "secret" not in str(seen)


def test_finish_conversion_ends_it_now(call, emulator):
    """
    A test can end a conversion whenever and however it wants.
    """
    call.convert()
    emulator.finish_conversion("c", Outcome("Failed", "Mine", "Said so."))

    assert call.conversion()["error"] == {"code": "Mine", "message": "Said so."}
    with pytest.raises(ConfigurationError, match="conversion_id: 'x' is no conversion"):
        emulator.finish_conversion("x", SUCCESS)


def test_begin_conversion_lets_it_run_now(call, emulator, clock):
    """
    A conversion that is NotStarted runs when a test says so; one that runs already is left as it is.
    """
    call.convert()
    assert "NotStarted" == call.conversion()["status"]
    emulator.control.begin_conversion("c")
    emulator.control.begin_conversion("c")
    assert "Running" == call.conversion()["status"]
    clock.advance("42s")
    assert "Succeeded" == call.conversion()["status"]
    with pytest.raises(ConfigurationError, match="conversion_id: 'x' is no conversion"):
        emulator.control.begin_conversion("x")


def test_a_repeated_create_returns_the_existing_conversion(call, clock):
    """
    The same settings again, also with a fresh signature, are the same conversion.
    """
    call.convert()
    clock.advance("1m")
    again = call.convert(source={"storageContainerReadListSas": "?another"})

    assert again.status == 200
    assert decoded(again) == call.conversion()
    assert decoded(again)["status"] == "Succeeded"


def test_other_settings_under_the_same_id_are_a_conflict(call):
    """
    The same id with other settings is 409 with the Swagger's error.
    """
    call.convert()
    refused = call.convert(target={"blobPrefix": "elsewhere"})

    assert refused.status == 409
    assert decoded(refused)["error"] == {
        "code": "Conflict",
        "message": "A resource already exists under the given ID.",
    }


def test_list_has_every_conversion_oldest_first(call, clock):
    """
    Ended ones stay listed, and the link to the next page is null where there is none.
    """
    for name in ("z", "a"):
        call.convert(name)
        clock.advance("40d")

    answer = decoded(call("GET", "conversions"))

    assert answer == {"conversions": [call.conversion("z"), call.conversion("a")], "@nextLink": None}


def test_list_is_paged(clock):
    """
    Pages follow each other by their links until one has none.
    """
    call = Caller(Emulator(clock=clock, page_size=1))
    call.convert("first")
    call.convert("second")
    page = decoded(call("GET", "conversions"))
    token = page["@nextLink"].rpartition("continuationToken=")[2].replace("%3D", "=")
    rest = decoded(call("GET", "conversions", query={"api-version": "2021-01-01", "continuationToken": token}))

    assert [one["id"] for one in page["conversions"]] == ["first"]
    assert [one["id"] for one in rest["conversions"]] == ["second"]
    assert rest["@nextLink"] is None


def test_an_unknown_conversion_is_404_without_a_body(call):
    """
    Swagger declares 404 without a schema.
    """
    answer = call("GET", "conversions/x")

    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize(("shape", "explained"), [("late", True), ("early", False)])
def test_unlinked_storage_without_signatures_is_403_with_a_body(shape, explained):
    """
    The recorded text, which names the documentation from April 2021 on, and no conversion.
    """
    call = Caller(Emulator(clock=ManualClock(), shape=shape))
    refused = call.convert(sas=False)
    error = decoded(refused)["error"]

    assert (refused.status, error["code"]) == (403, "DelegatedResourceAccessError")
    assert error["message"].startswith("Error accessing connected storage account due to insufficient permissions.")
    assert error["message"].endswith("#link-storage-accounts.") == explained
    assert list(error) == ["code", "message"]
    assert call("GET", "conversions/c").status == 404


@pytest.mark.parametrize(
    ("source", "target"),
    [({"storageContainerReadListSas": None}, {}), ({}, {"storageContainerWriteSas": ""})],
)
def test_each_container_needs_its_own_signature(call, source, target):
    """
    One signature does not open the other container.
    """
    assert call.convert(source=source, target=target).status == 403


@pytest.mark.parametrize("name", ["models", "models.blob.core.windows.net", "*"])
def test_linked_storage_needs_no_signature(clock, name):
    """
    A storage account is linked by name or host, when the emulator is made or later.
    """
    assert Caller(Emulator(clock=clock, linked_storage=[name])).convert(sas=False).status == 201
    emulator = Emulator(clock=clock)
    emulator.link_storage(name)
    assert Caller(emulator).convert(sas=False).status == 201


def test_another_linked_account_does_not_help(clock):
    """
    Linking is by storage account.
    """
    assert Caller(Emulator(clock=clock, linked_storage=["model"])).convert(sas=False).status == 403


def test_a_pasted_signature_gives_the_reported_validation_error(call):
    """
    A container's address with its signature is refused by the nested error that a user once reported.
    """
    long = CONTAINER + SAS + "x" * 40 + "="
    codes = "BlobContainerInvalidLength, BlobContainerEndIsNotAlphanumeric, BlobContainerIsNotOnlyAlphanumericOrDash"
    refused = call.convert(source={"storageContainerUri": long})
    error = decoded(refused)["error"]
    path = []
    while True:
        path.append(error["message"])
        if "details" not in error:
            break
        assert error["code"] == "ValidationError"
        error = error["details"][0]

    assert refused.status == 400
    assert path == [
        *(
            f"Input validation failed at '{name}' property. Found errors: {codes}. Check inner errors for details."
            for name in ("settings", "inputLocation", "storageContainerUri")
        ),
        (
            "Input validation failed at 'BlobContainerName' property. Found errors: BlobContainerInvalidLength. "
            "Container name has to be between 3 and 63 characters."
        ),
    ]


def test_flaws_in_both_locations_are_told_side_by_side(call):
    """
    Each location has its own branch, and the outermost message names every code once.
    """
    refused = call.convert(source={"relativeInputAssetPath": "car.docx"}, target={"outputAssetFilename": "car.fbx"})
    error = decoded(refused)["error"]

    assert "AssetFormatNotSupported, OutputAssetExtensionInvalid." in error["message"]
    assert ["inputLocation", "outputLocation"] == [one["message"].split("'")[1] for one in error["details"]]
    (leaf,) = error["details"][0]["details"]
    assert "'relativeInputAssetPath'" in leaf["message"]
    assert "details" not in leaf


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://a.blob.core.windows.net/ab", "BlobContainerInvalidLength"),
        ("https://a.blob.core.windows.net/" + "a" * 64, "BlobContainerInvalidLength"),
        ("https://a.blob.core.windows.net/-abc", "BlobContainerStartIsNotAlphanumeric"),
        ("https://a.blob.core.windows.net/abc-", "BlobContainerEndIsNotAlphanumeric"),
        ("https://a.blob.core.windows.net/a/b", "BlobContainerIsNotOnlyAlphanumericOrDash"),
        ("https://a.blob.core.windows.net", "BlobContainerInvalidLength"),
        ("models/cars", "UriInvalid"),
        ("ftp://a.blob.core.windows.net/abc", "UriInvalid"),
        ("https://[/abc", "UriInvalid"),
    ],
)
def test_bad_containers_are_refused(call, uri, code):
    """
    A container's name follows Azure's rules, and its address is an absolute one.
    """
    refused = call.convert(target={"storageContainerUri": uri})

    assert refused.status == 400
    assert f"Found errors: {code}" in decoded(refused)["error"]["message"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("inputLocation"), "The inputLocation field is required and has to be an object."),
        (lambda s: s.update(outputLocation=[]), "The outputLocation field is required and has to be an object."),
        (
            lambda s: s["inputLocation"].pop("relativeInputAssetPath"),
            "The relativeInputAssetPath field is required and has to be a text.",
        ),
        (
            lambda s: s["outputLocation"].update(storageContainerUri=5),
            "The storageContainerUri field is required and has to be a text.",
        ),
        (lambda s: s["inputLocation"].update(blobPrefix=5), "The blobPrefix field has to be a text."),
    ],
)
def test_bodies_that_lack_something_are_refused(call, change, message):
    """
    What the Swagger requires is required, and the answer names the field.
    """
    body = conversion_body()
    change(body["settings"])
    refused = call("PUT", "conversions/c", body)

    assert refused.status == 400
    assert decoded(refused)["error"] == {"code": "BadRequest", "message": message}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {}, {"settings": None}])
def test_bodies_that_are_no_settings_are_refused(call, body):
    """
    A body without settings is 400.
    """
    assert call("PUT", "conversions/c", body).status == 400


def test_bad_ids_are_refused(call):
    """
    A conversion's id follows the rule of a session's.
    """
    assert call.convert("a.b").status == 400


def test_timing_can_be_set(clock):
    """
    Both instants of a conversion are settings.
    """
    call = Caller(Emulator(clock=clock, conversion_start="0s", conversion_end="1h"))

    assert decoded(call.convert())["status"] == "Running"
    clock.advance("59m")
    assert call.conversion()["status"] == "Running"
    clock.advance("1m")
    assert call.conversion()["status"] == "Succeeded"


def test_the_result_has_a_uri_whatever_its_name(call, clock):
    """
    A folder or name that cannot stand in a URI is percent-encoded there, and nowhere else.
    """
    call.convert(source={"relativeInputAssetPath": "a car+.fbx"}, target={"blobPrefix": "größe 1"})
    clock.advance("42s")

    document = call.conversion()
    assert document["output"]["outputAssetUri"].endswith("/cars/gr%C3%B6%C3%9Fe%201/a%20car+.arrAsset")
    assert document["settings"]["outputLocation"]["blobPrefix"] == "größe 1/"
