"""Figures for Prometheus: who may read them, and that they are true."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chat.tally import Histogram

from .hearth import Hearth, error_code, eventually, running

Figures = dict[str, float]


async def figures(hearth: Hearth) -> Figures:
    """By the name of the sample with its labels, as in `hearth_readers{transport="sse"}`."""
    answer = await hearth.get("/metrics")
    assert answer.code == 200 and answer.headers["Content-Type"].startswith("text/plain; version="), answer.body
    found: Figures = {}
    for family in text_string_to_metric_families(answer.body.decode()):
        assert family.documentation or not family.name.startswith("hearth_")
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


async def becomes(hearth: Hearth, name: str, value: float) -> None:
    async def is_so() -> bool:
        return (await figures(hearth)).get(name) == value

    await eventually(is_so)


@pytest.mark.gen_test
async def test_there_are_none_unless_they_are_asked_for() -> None:
    async with running() as hearth:
        assert error_code(await hearth.get("/metrics")) == "not_found"


@pytest.mark.gen_test
async def test_only_programs_on_this_machine_may_read_them() -> None:
    async with running("--metrics", "--hosts=hearth.example", "--auth=none") as hearth:
        assert (await hearth.get("/metrics")).code == 200
        assert (await hearth.get("/metrics", Host="localhost:1")).code == 200
        for headers in (
            {"X_Forwarded_For": "127.0.0.1"},
            {"Forwarded": "for=127.0.0.1"},
            {"Via": "1.1 proxy"},
            {"X_Real_IP": "127.0.0.1"},
            {"Host": "hearth.example"},
            {"Host": "192.168.1.5:8080"},
        ):
            assert error_code(await hearth.get("/metrics", **headers)) == "forbidden", headers


@pytest.mark.gen_test
async def test_others_may_who_are_named() -> None:
    proxied = ("--trusted-proxies=127.0.0.1", "--auth=none", "--metrics", "--metrics-for=192.168.1.0/24,fd00::7")
    async with running(*proxied) as hearth:
        for caller, code in (("192.168.1.9", 200), ("fd00::7", 200), ("192.168.2.9", 403), ("127.0.0.1", 403)):
            assert (await hearth.get("/metrics", X_Forwarded_For=caller)).code == code, caller


@pytest.mark.gen_test
async def test_they_tell_how_replies_fared() -> None:
    async with running("--metrics") as hearth:
        before = await figures(hearth)
        assert before['hearth_generations_ended_total{state="done"}'] == 0
        assert before['hearth_build_info{version="0.1.0"}'] == 1 and before["process_resident_memory_bytes"] > 0
        quick = await hearth.conversation(model="quick")
        for _ in range(2):
            await hearth.events((await hearth.ask(quick, "hi"))["generation"])
        failing = await hearth.ask(await hearth.conversation(model="failing"), "hi")
        await hearth.events(failing["generation"])
        await becomes(hearth, 'hearth_generations_ended_total{state="failed"}', 1)
        after = await figures(hearth)
        assert after['hearth_generations_ended_total{state="done"}'] == 2
        assert after['hearth_ollama_errors_total{code="model_failed"}'] == 1
        assert after['hearth_tokens_total{kind="reply"}'] > 0 and after['hearth_tokens_total{kind="prompt"}'] > 0
        assert after["hearth_line_wait_seconds_count"] == after['hearth_line_wait_seconds_bucket{le="+Inf"}'] == 3
        assert after["hearth_first_token_seconds_count"] == 3 and after["hearth_first_token_seconds_sum"] > 0
        assert after["hearth_tokens_per_second_count"] == 2
        await hearth.fake.stop()
        await hearth.get("/api/status")
        await becomes(hearth, 'hearth_ollama_errors_total{code="ollama_unreachable"}', 1)


@pytest.mark.gen_test
async def test_they_tell_of_a_model_that_was_loaded() -> None:
    async with running("--metrics") as hearth:
        hearth.fake.load = 0.05
        await hearth.events((await hearth.ask(await hearth.conversation(model="cold"), "hi"))["generation"])
        after = await figures(hearth)
        assert after["hearth_model_load_seconds_count"] == 1 and after["hearth_model_load_seconds_sum"] >= 0.05


@pytest.mark.gen_test
async def test_they_tell_who_is_there_and_who_waits() -> None:
    async with running("--metrics", "--parallel=1") as hearth:
        first = await hearth.ask(await hearth.conversation(model="mute"), "hi")
        await hearth.ask(await hearth.conversation(model="mute"), "hi")
        await hearth.ask(await hearth.conversation(model="mute"), "hi")
        await becomes(hearth, 'hearth_line_waiting{model="mute:latest"}', 2)
        one = await hearth.stream(f"/api/generations/{first['generation']}/events")
        page = await hearth.stream(f"/c/{first['conversation']}/plain")
        line = await hearth.socket()
        await line.write_message(f'{{"type":"follow","generation":"{first["generation"]}"}}')
        await one.until(b"event: status")
        await page.until(b"<section")
        assert await line.read_message()
        now = await figures(hearth)
        assert [now[f'hearth_readers{{transport="{name}"}}'] for name in ("sse", "websocket", "page")] == [1, 1, 1]
        assert now['hearth_line_running{model="mute:latest"}'] == 1
        assert now['hearth_generations{state="running"}'] == 1 and now['hearth_generations{state="queued"}'] == 2
        assert now["hearth_websockets"] == 1 and now["hearth_connections"] == 4
        one.cut()
        line.close()
        await becomes(hearth, 'hearth_readers{transport="sse"}', 0)
        await becomes(hearth, "hearth_websockets", 0)


@pytest.mark.gen_test
async def test_they_tell_what_was_sent_over_connections_old_and_new() -> None:
    async with running("--metrics") as hearth:
        before = (await figures(hearth))["hearth_sent_bytes_total"]
        sizes = [len((await hearth.get("/static/icons/192.png")).body) for _ in range(3)]
        after = (await figures(hearth))["hearth_sent_bytes_total"]
        assert after - before > sum(sizes) > 0


def test_who_does_not_ask_does_not_pay() -> None:
    code = "import server, sys; sys.exit('prometheus_client' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=True, timeout=60)


def test_a_histogram_counts_what_is_not_above_each_bound() -> None:
    histogram = Histogram((1, 2.5))
    for value in (0.5, 1, 2, 2.5, 100):
        histogram.add(value)
    assert histogram.at_most() == [2, 4, 5] and histogram.sum == 106
