"""
Upstream's files fetched from servers and folders of all kinds: what was pinned arrives, or one clear error does.
"""

import dataclasses
import itertools
import json

import httpx
import pytest
import regenerate
from pipeline import command
from pipeline.documents import DocumentError, sha256
from pipeline.errors import PipelineError
from pipeline.pull import ATTEMPTS, Cache, Folder, NotFoundError, Puller, PullError, Server, open_source

from tests.pipeline import toy
from tests.pipeline.fileserver import serve

BASE = f"{toy.REPOSITORY}/{toy.COMMIT}"


@pytest.fixture(scope="module")
def running():
    with serve({f"{BASE}/{path}": content for path, content in toy.FILES.items()}) as server:
        yield server


@pytest.fixture
def server(running):
    running.script.clear()
    running.log.clear()
    return running


@pytest.fixture
def waits():
    """
    The seconds that were waited between attempts.
    """
    return []


@pytest.fixture
def source(server, waits):
    with httpx.Client(timeout=httpx.Timeout(5, read=0.2), follow_redirects=True) as client:
        yield Server(server.url, client, sleep=waits.append, now=lambda: 0.0)


def pulled(source, api=toy.API, **options):
    return Puller(source, toy.REPOSITORY, toy.COMMIT, **options).pinned(api)


def is_whole(fetched):
    return fetched.swagger == toy.FILES[toy.API.path] and {
        toy.API.path_of(file): content for file, content in fetched.files.items()
    } == {path: content for path, content in toy.FILES.items() if path != toy.API.path}


@pytest.mark.parametrize(
    "trouble", [[], ["drop"], ["truncate", "drop"], [503], [429, 500], ["hang"], ["redirect"], ["trickle"]]
)
def test_what_passes_is_waited_for(server, source, waits, trouble):
    """
    Dropped, truncated and hung connections and passing statuses are tried again, redirects and slow answers followed.
    """
    server.script["toys.json"] = list(trouble)
    assert is_whole(pulled(source))
    retried = [kind for kind in trouble if kind not in ("redirect", "trickle")]
    assert [0.5 * 2**number for number in range(len(retried))] == waits


@pytest.mark.parametrize("trouble", ["drop", "truncate", 503])
def test_what_does_not_pass_is_given_up(server, source, waits, trouble):
    """
    After five attempts with growing waits the last reason is told.
    """
    server.script["toys.json"] = [trouble] * ATTEMPTS
    with pytest.raises(PullError, match=r"toys\.json: gave up after 5 attempts: "):
        pulled(source)
    assert [0.5, 1.0, 2.0, 4.0] == waits


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ("change", f"pins.toml says {toy.API.sha256}; the source has another file"),
        ("html", "the sha256 is"),
        (403, "403 Forbidden"),
        ("loop", "TooManyRedirects"),
    ],
)
def test_what_cannot_pass_is_told_at_once(server, source, waits, trouble, message):
    """
    A wrong hash, a page of something else, a refusal and a redirect loop are told without another attempt.
    """
    server.script["toys.json"] = [trouble]
    with pytest.raises(PullError, match=r"toys\.json: ") as caught:
        pulled(source)
    assert message in str(caught.value)
    assert [] == waits


def test_a_slow_file_has_a_deadline(server, waits):
    """
    A file that keeps trickling in is given up when its time is over, though no single wait was too long.
    """
    server.script["toys.json"] = ["trickle"]
    ticks = itertools.count(0, 1000)
    with httpx.Client() as client, pytest.raises(PullError, match="not complete after 120 seconds"):
        pulled(Server(server.url, client, sleep=waits.append, now=lambda: float(next(ticks))))


def test_an_endless_file_is_cut_off(server, source, monkeypatch):
    """
    No file may be larger than a Swagger can be.
    """
    monkeypatch.setattr("pipeline.pull.LARGEST", 100)
    with pytest.raises(PullError, match="larger than 100 bytes"):
        pulled(source)


def test_nobody_listens(waits):
    """
    Where nothing answers, the error names the URL and the attempts.
    """
    with httpx.Client() as client, pytest.raises(PullError, match="gave up after 5 attempts: ConnectError"):
        pulled(Server("http://127.0.0.1:1", client, sleep=waits.append))


def test_a_missing_file_is_named(tmp_path, server, source):
    """
    A file that is not at the source is named, on a server and in a folder.
    """
    gone = dataclasses.replace(toy.API, files={"examples/Gone.json": "0" * 64})
    with pytest.raises(NotFoundError, match=r"Gone\.json: 404"):
        pulled(source, gone)
    with pytest.raises(NotFoundError, match=r"Gone\.json: no such file"):
        pulled(Folder(toy.make(tmp_path).source), gone)


def test_both_layouts_of_upstream_work(tmp_path):
    """
    The folder is also found under the name upstream gave it later.
    """
    moved = {path.replace("Microsoft.MixedReality", "MixedReality"): content for path, content in toy.FILES.items()}
    assert is_whole(pulled(Folder(toy.make(tmp_path, moved).source)))


def test_what_was_fetched_is_not_fetched_again(tmp_path, server, source):
    """
    Files of a known hash come out of the cache, and a file that changed there does not count.
    """
    cache = Cache(tmp_path)
    assert is_whole(pulled(source, cache=cache))
    server.log.clear()
    assert is_whole(pulled(source, cache=cache))
    assert [] == server.log
    (tmp_path / toy.API.sha256).write_bytes(b"rotten")
    assert is_whole(pulled(source, cache=cache))
    assert [f"/{BASE}/{toy.API.path}"] == server.log


def test_every_file_is_reported(source):
    """
    Whoever waits is told of each file as it comes.
    """
    lines = []
    pulled(source, report=lines.append)
    assert [f"{path}: {len(content):,} bytes" for path, content in toy.FILES.items()] == sorted(
        lines, key=lambda line: [*toy.FILES].index(line.partition(":")[0])
    )


def test_an_unknown_commit_is_discovered(tmp_path):
    """
    Without hashes, the Swagger and all it refers to are fetched, at any depth.
    """
    fetched = Puller(Folder(toy.make(tmp_path).source), toy.REPOSITORY, toy.COMMIT).discovered(toy.API)
    assert is_whole(fetched)
    assert {"types.json", "examples/Get.json"} == set(fetched.files)


def test_a_reference_does_not_leave_the_repository(tmp_path):
    """
    A `$ref` upwards out of the repository is not followed.
    """
    evil = json.dumps({"x": {"$ref": "../" * 20 + "etc/passwd"}} | toy.SWAGGER).encode()
    project = toy.make(tmp_path, {toy.API.path: evil})
    with pytest.raises(PullError, match="outside of the repository"):
        Puller(Folder(project.source), toy.REPOSITORY, toy.COMMIT).discovered(toy.API)


@pytest.mark.parametrize("content", [b"<html>", b"[1]", b'{"openapi": "3.0.0"}', b"{}", b"\xff\xfe"])
def test_what_is_not_swagger_is_refused(tmp_path, content):
    """
    A file with the pinned hash that is not Swagger 2.0 is named as that.
    """
    project = toy.make(tmp_path, {toy.API.path: content})
    api = dataclasses.replace(toy.API, sha256=sha256(content), files={})
    with pytest.raises(DocumentError, match=r"toys\.json: not a (Swagger 2\.0|JSON) "):
        pulled(Folder(project.source), api)


def test_a_source_is_a_url_or_a_folder(tmp_path):
    """
    A name that is neither is refused.
    """
    with pytest.raises(PullError, match="neither a URL nor a folder"), open_source(str(tmp_path / "nothing")):
        pass


def run(project, *words):
    """
    The command on a toy project.
    """
    options = regenerate.parser().parse_args([*words, "--cache", str(project.root.parent / "cache")])
    return command.run(project.root, options)


@pytest.mark.parametrize(
    ("end", "trouble"),
    [
        ("toys.json", {"change": "the source has another file"}),
        ("examples/Get.json", {"change": "the source has another file"}),
        ("types.json", {404: "404 Not Found"}),
        ("examples/Get.json", {403: "403 Forbidden"}),
    ],
)
def test_a_failed_pull_changes_nothing(tmp_path, server, capsys, end, trouble):
    """
    Whichever file fails, the command says so once, exits 1 and leaves every byte of the project alone.
    """
    project = toy.make(tmp_path)
    before = project.tree()
    ((behaviour, message),) = trouble.items()
    server.script[end] = [behaviour, behaviour]
    assert 1 == run(project, "--pull", "--source", server.url)
    errors = capsys.readouterr().err
    assert 1 == errors.count(message)
    assert "Nothing was changed." in errors
    assert before == project.tree()


@pytest.mark.parametrize(
    "overlay",
    [
        pytest.param(toy.OVERLAY.replace("/toys/{id}", "/gone"), id="matches nothing"),
        pytest.param("x: 1", id="no overlay"),
        pytest.param(toy.OVERLAY.replace("summary: A toy.", "operationId: 1"), id="invalid document"),
    ],
)
def test_a_failed_step_after_the_pull_changes_nothing(tmp_path, overlay, capsys):
    """
    When the files are good and an overlay is not, the project is left alone as well.
    """
    project = toy.make(tmp_path)
    (project.root / "spec/overlay/toys.yaml").write_text(overlay)
    before = project.tree()
    assert 1 == run(project, "--pull", "--source", str(project.source))
    assert "Nothing was changed." in capsys.readouterr().err
    assert before == project.tree()


def test_a_pull_from_a_server_is_the_pull_from_a_folder(tmp_path, server, capsys):
    """
    Both sources build the same bytes, and afterwards nothing has drifted and a second pull asks for nothing.
    """
    one, two = toy.make(tmp_path / "1"), toy.make(tmp_path / "2")
    server.script["types.json"] = ["redirect"]
    assert 0 == run(one, "--pull", "--source", server.url)
    assert "[3/3]" in capsys.readouterr().err
    assert 0 == run(two, "--pull", "--source", str(two.source))
    assert one.tree() == two.tree()
    names = {path.as_posix() for path in one.tree()}
    assert "generated/arr_client/toys_1/api/toys/get.py" in names
    assert "generated/arr_client/old.py" not in names
    assert [] == one.workspace.drift()
    server.log.clear()
    assert 0 == run(one, "--pull", "--source", server.url)
    assert [] == server.log
    assert one.tree() == two.tree()


def test_an_interrupted_generation_changes_nothing(tmp_path, monkeypatch):
    """
    Ctrl-C while the client is being made leaves the old one whole.
    """
    project = toy.make(tmp_path)
    before = project.tree()

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.build.generate_packages", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(project, "--pull", "--source", str(project.source))
    assert before == project.tree()


def test_every_refusal_is_a_pipeline_error():
    """
    Whoever catches the root of the pipeline's errors catches them all.
    """
    assert all(issubclass(error, PipelineError) for error in (PullError, NotFoundError, DocumentError))
