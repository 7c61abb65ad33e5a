"""`/ws` without a subprotocol: questions in, pieces of replies out, nothing else."""

import pytest

from .fake_ollama import FakeOllama
from .hearth import Hearth, eventually, running
from .wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawSocket, raw_socket

pytestmark = pytest.mark.usefixtures("clean_log")


async def hears(socket: RawSocket, text: str) -> str:
    """All text frames, joined, once `text` is in them."""
    heard = ""
    while text not in heard:
        opcode, payload = await socket.of(TEXT)
        assert opcode == TEXT, f"it ended without {text!r}: {heard!r}"
        heard += payload.decode()
    return heard


@pytest.mark.gen_test
async def test_a_question_is_answered_by_the_pieces_of_the_reply() -> None:
    async with running() as hearth:
        socket = await hearth.socket(None)
        await socket.write_message("hi")
        heard = ""
        while "!" not in heard:
            heard += str(await socket.read_message())
        assert heard == "Hello, world!"
        socket.close()


@pytest.mark.gen_test
async def test_each_piece_is_a_frame_of_its_own_while_the_reply_grows_and_thinking_is_none() -> None:
    async with running("--model=thinker") as hearth:
        socket = await raw_socket(hearth)
        socket.send(TEXT, b"hi")
        pieces = [(await socket.of(TEXT))[1] for _ in range(3)]
        assert pieces == [b"The answer", b" is", b" 42."]


@pytest.mark.gen_test
async def test_the_reply_comes_byte_for_byte() -> None:
    async with running("--model=lines") as hearth:
        socket = await raw_socket(hearth)
        socket.send(TEXT, b"hi")
        assert await hears(socket, "\u2028") == "a\rb\r\nc\n\n d é\u2028"


@pytest.mark.gen_test
async def test_questions_are_answered_one_after_the_other_in_their_order() -> None:
    async with running("--model=echo") as hearth:
        socket = await raw_socket(hearth)
        for number in range(5):
            socket.send(TEXT, b"question %d." % number)
        answers = "".join(f"1 messages; the last: question {number}." for number in range(5))
        assert await hears(socket, "question 4.") == answers


@pytest.mark.gen_test
async def test_what_can_not_be_answered_is_told_in_one_frame_and_the_next_question_is_answered() -> None:
    async with running("--model=echo") as hearth:
        socket = await raw_socket(hearth)
        for question in (b"", b" \n\t ", b"x" * 16385):
            socket.send(TEXT, question)
            opcode, payload = await socket.frame()
            assert opcode == TEXT and payload.startswith(b"[error] ")
        socket.send(TEXT, b"ok?")
        assert await hears(socket, "ok?") == "1 messages; the last: ok?"
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_an_error_of_ollamas_is_told_in_its_own_words_behind_what_was_written() -> None:
    async with running("--model=failing") as hearth:
        socket = await raw_socket(hearth)
        socket.send(TEXT, b"hi")
        assert "".join([(await socket.of(TEXT))[1].decode() for _ in range(1)]).startswith("One")
        opcode, payload = await error_frame(socket)
        assert opcode == TEXT and b"unexpected EOF" in payload


async def error_frame(socket: RawSocket) -> tuple[int, bytes]:
    while True:
        opcode, payload = await socket.of(TEXT)
        if opcode != TEXT or payload.startswith(b"[error] "):
            return opcode, payload


@pytest.mark.gen_test
async def test_an_unknown_model_is_told() -> None:
    async with running("--model=nothere") as hearth:
        socket = await raw_socket(hearth)
        socket.send(TEXT, b"hi")
        opcode, payload = await socket.frame()
        assert opcode == TEXT and payload.startswith(b"[error] ") and b"nothere" in payload


@pytest.mark.gen_test
async def test_an_ollama_that_went_away_is_told_and_the_socket_lives_until_it_comes_back() -> None:
    async with running() as hearth:
        socket = await raw_socket(hearth)
        port = hearth.fake.port
        await hearth.fake.stop()
        socket.send(TEXT, b"hi")
        opcode, payload = await socket.frame()
        assert opcode == TEXT and payload.startswith(b"[error] Ollama isn't reachable")
        again = await FakeOllama().start(port)
        socket.send(TEXT, b"hi")
        assert await hears(socket, "!") == "Hello, world!"
        socket.cut()
        await again.stop()


@pytest.mark.gen_test
async def test_a_binary_frame_closes_with_1003_and_text_that_is_none_with_1007() -> None:
    async with running() as hearth:
        for opcode, payload, code in (
            (BINARY, b"hi", 1003),
            (BINARY, b"", 1003),
            (TEXT, b"\xff\xfe", 1007),
            (TEXT, b"ab\xc3", 1007),
            (TEXT, b"\xed\xa0\x80", 1007),  # half of a surrogate pair
        ):
            socket = await raw_socket(hearth)
            socket.send(opcode, payload)
            assert await socket.close_code() == code, payload
        assert not hearth.fake.chats


@pytest.mark.gen_test
async def test_a_question_in_several_frames_may_be_cut_within_a_character() -> None:
    async with running("--model=echo") as hearth:
        socket = await raw_socket(hearth)
        socket.send(TEXT, b"\xc3", final=False)
        socket.send(PING, b"between")
        socket.send(CONTINUATION, b"\xa9", final=False)
        socket.send(CONTINUATION, b".")
        assert await socket.frame() == (PONG, b"between")
        assert (await hears(socket, ".")).endswith("the last: é.")
        socket.send(TEXT, b"\xc3", final=False)
        socket.send(CONTINUATION, b"x")
        assert await socket.close_code() == 1007


@pytest.mark.gen_test
async def test_who_closes_stops_ollama_at_once() -> None:
    async with running("--model=slow") as hearth:
        for leave in (RawSocket.cut, say_goodbye):
            socket = await raw_socket(hearth)
            socket.send(TEXT, b"hi")
            await hears(socket, "word1 ")
            assert hearth.fake.at_work == {"slow"}
            leave(socket)
            await eventually(lambda: not hearth.fake.at_work, seconds=5)  # below the eight of GET /chat


def say_goodbye(socket: RawSocket) -> None:
    socket.send(CLOSE, b"\x03\xe8")


@pytest.mark.gen_test
async def test_who_closes_before_the_first_word_stops_ollama_too_and_what_waited_is_never_asked() -> None:
    async with running("--model=mute") as hearth:
        socket = await raw_socket(hearth)
        socket.send(TEXT, b"one")
        socket.send(TEXT, b"two")
        await eventually(lambda: hearth.fake.at_work)
        socket.cut()
        await eventually(lambda: not hearth.fake.at_work, seconds=5)
        await asked_afterwards(hearth)
        assert [one.body["messages"][0]["content"] for one in hearth.fake.chats] == ["one", "later"]


async def asked_afterwards(hearth: Hearth) -> None:
    await hearth.get("/chat?model=quick&question=later")


@pytest.mark.gen_test
async def test_a_ping_is_answered_while_a_reply_runs_and_a_silent_reply_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.talk_plain.HEARTBEAT", 0.05)
    async with running("--model=hushed") as hearth:
        socket = await raw_socket(hearth)
        socket.send(TEXT, b"hi")
        await hears(socket, "two")
        socket.send(PING, b"there?")
        assert await socket.of(PONG) == (PONG, b"there?")
        assert (await socket.of(PING))[0] == PING


@pytest.mark.gen_test
async def test_more_questions_than_anybody_asks_close_the_socket_instead_of_filling_the_memory() -> None:
    async with running("--model=mute") as hearth:
        socket = await raw_socket(hearth)
        for _ in range(200):
            socket.send(TEXT, b"and?")
        assert await socket.close_code() == 1008
        socket.cut()
        await eventually(lambda: not hearth.fake.at_work, seconds=5)
        assert len(hearth.fake.chats) <= 1


@pytest.mark.gen_test
async def test_two_sockets_are_answered_side_by_side() -> None:
    async with running("--model=slow") as hearth:
        sockets = [await raw_socket(hearth) for _ in range(2)]
        for socket in sockets:
            socket.send(TEXT, b"hi")
        for socket in sockets:
            await hears(socket, "word2 ")
        assert len(hearth.fake.chats) == 2
