"""The page's files: compressed for those who take it, and not sent a second time while they stay the same."""

import gzip
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from .hearth import ROOT, Hearth, running

pytestmark = pytest.mark.usefixtures("clean_log")

FILE = "/static/app.js"
TEXT = (Path(ROOT) / "static" / "app.js").read_bytes()


async def get(hearth: Hearth, path: str, method: str = "GET", **headers: str) -> HTTPResponse:
    """As it comes over the wire."""
    wanted = {"Accept-Encoding": "gzip"} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = HTTPRequest(hearth.url + path, method=method, headers=wanted, decompress_response=False)
    return await AsyncHTTPClient().fetch(request, raise_error=False)


@pytest.mark.gen_test
async def test_files_come_compressed_to_those_who_take_it() -> None:
    async with running() as hearth:
        for path in (
            FILE,
            "/built/app.js",
            "/built/app.css",
            "/static/locales/zh.json",
            "/static/styles/base.css",
            "/",
            "/c/abc",
            "/service-worker.js",
        ):
            plain, small = await get(hearth, path, Accept_Encoding="identity"), await get(hearth, path)
            assert "Content-Encoding" not in plain.headers
            assert small.headers["Content-Encoding"] == "gzip"
            assert "Accept-Encoding" in small.headers["Vary"] and small.headers["Vary"] == plain.headers["Vary"]
            assert small.headers["Content-Type"] == plain.headers["Content-Type"]
            assert gzip.decompress(small.body) == plain.body
            assert len(small.body) < 0.7 * len(plain.body)


@pytest.mark.gen_test
async def test_what_does_not_shrink_comes_as_it_is() -> None:
    async with running() as hearth:
        answer = await get(hearth, "/static/icons/192.png")
        assert "Content-Encoding" not in answer.headers and answer.body.startswith(b"\x89PNG")


@pytest.mark.gen_test
async def test_a_file_that_stayed_the_same_is_not_sent_again() -> None:
    async with running() as hearth:
        for path in (FILE, "/"):
            plain, small = await get(hearth, path, Accept_Encoding="identity"), await get(hearth, path)
            assert plain.headers["ETag"] != small.headers["ETag"]
            for first, encoding in ((plain, "identity"), (small, "gzip")):
                again = await get(hearth, path, Accept_Encoding=encoding, If_None_Match=first.headers["ETag"])
                assert again.code == 304 and not again.body
                assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.gen_test
async def test_a_part_of_a_file_and_its_head() -> None:
    async with running() as hearth:
        part = await get(hearth, FILE, Range="bytes=0-9")
        assert (part.code, part.body) == (206, TEXT[:10])
        head = await get(hearth, FILE, "HEAD")
        assert head.code == 200 and not head.body
        assert head.headers["Content-Length"] == str(len((await get(hearth, FILE)).body))


@pytest.mark.gen_test
async def test_only_files_of_the_page_are_given_also_compressed() -> None:
    async with running() as hearth:
        for path in ("/static/../server.py", "/static/%2e%2e/pyproject.json", "/static/nothing.js", "/static/%00.js"):
            assert (await get(hearth, path)).code == 404, path


@pytest.mark.gen_test
async def test_the_page_knows_which_languages_there_are() -> None:
    async with running() as hearth:
        assert b'data-languages="en zh"' in (await hearth.get("/")).body
