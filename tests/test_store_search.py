"""Searching over titles and messages."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from store import search as search_module
from store.conversations import first_number, newest, searchable
from store.files import DATABASE
from store.folder import open_folder
from store.personal import PersonalSQLiteStore
from store.records import HOUSE, Conversation, Message
from store.words import SHOWN, Query, index_words

from .store_records import add, exchange, opened, question, reply, search, titles

TEXTS = {
    "crème": "How do I make a Crème Brûlée?",
    "straße": "Die STRASSE nach Ålesund, и ёлка",
    "chinese": "我想学习机器学习，怎么开始？",
    "japanese": "東京タワーはどこですか。ﾃｽﾄ",
    "korean": "안녕하세요, 날씨가 좋네요",
    "code": "In C++ and C# it's snake_case_name, in Python foo.bar(baz)",
    "thai": "ฉันรักประเทศไทย",
    "hindi": "हिन्दी में लिखो",
    "emoji": "Party 🎉🎂!",
    "full-width": "ＨＥＬＬＯ　ｗｏｒｌｄ",
}


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("creme", "crème"),
        ("CRÈME", "crème"),
        ("bru", "crème"),
        ("brulee make", "crème"),
        ("strasse", "straße"),
        ("straße", "straße"),
        ("alesund", "straße"),
        ("Елка", "straße"),
        ("机", "chinese"),
        ("学习", "chinese"),
        ("机器学习", "chinese"),
        ("开始 机器", "chinese"),
        ("東京", "japanese"),
        ("タワー", "japanese"),
        ("京", "japanese"),
        ("は", "japanese"),
        ("テスト", "japanese"),
        ("날씨", "korean"),
        ("안녕", "korean"),
        ("c++", "code"),
        ("c#", "code"),
        ("snake_case", "code"),
        ("foo.bar", "code"),
        ("pyth", "code"),
        ("ประเทศ", "thai"),
        ("हिन्दी", "hindi"),
        ("🎂", "emoji"),
        ("hello", "full-width"),
        ("ｗｏｒ", "full-width"),
    ],
)
async def test_a_message_is_found_by_what_is_typed(tmp_path: Path, query: str, expected: str) -> None:
    async with opened(tmp_path) as store:
        for name, text in TEXTS.items():
            await exchange(store, await add(store, None, model=name), text, None)
        found = await search(store, query)
        assert [one.conversation.model for one in found] == [expected]
        assert found[0].snippet is not None


@pytest.mark.gen_test
@pytest.mark.parametrize(
    "query",
    ["rulee", "学机", "机械", "京東", "brulee strasse", "...", "???", "\0", "+", "“”", "%", "_", "nothing", "c++x"],
)
async def test_what_is_not_there_is_not_found(tmp_path: Path, query: str) -> None:
    async with opened(tmp_path) as store:
        for name, text in TEXTS.items():
            await exchange(store, await add(store, None, model=name), text, None)
        assert await search(store, query) == []


@pytest.mark.gen_test
@pytest.mark.parametrize(
    "query",
    ['"tea', "tea OR", "tea AND", "NOT tea", "(tea", "tea*", "words:tea", "^tea", "NEAR(tea)", "-tea", "tea;--"],
)
async def test_operators_of_the_index_are_plain_words(tmp_path: Path, query: str) -> None:
    async with opened(tmp_path) as store:
        await add(store, "tea or and not near words")
        assert await titles(store, query) == ["tea or and not near words"]


@pytest.mark.gen_test
async def test_titles_questions_and_finished_replies_are_found_newest_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await add(store, "about apples", 1)
        await exchange(store, await add(store, "q", 3), "an apple?")
        await exchange(store, await add(store, "a", 2), "what?", "an apple, of course")
        writing = await add(store, "w", 4)
        _, second = await exchange(store, writing, "what?", None)
        assert await titles(store, "apple") == ["q", "a", "about apples"]
        await store.update_message(replace(second, content="an apple", state="running"))
        assert await titles(store, "apple") == ["q", "a", "about apples"]
        await store.update_message(replace(second, content="an apple", state="stopped"))
        assert await titles(store, "apple") == ["w", "q", "a", "about apples"]
        await store.update_message(replace(second, content="a pear", state="done"))
        assert await titles(store, "apple") == ["q", "a", "about apples"]
        assert await titles(store, "pear") == ["w"]
        await store.change_conversation(writing.id, title="apple")
        await store.change_conversation(writing.id, title="cherry")
        assert await titles(store, "apple") == ["q", "a", "about apples"]
        assert await titles(store, "cherry") == ["cherry"]


@pytest.mark.gen_test
async def test_a_conversation_with_many_hits_is_listed_once_with_a_snippet_of_the_latest(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store, "tea")
        await exchange(store, one, "Green tea?", "Yes, green tea.")
        await exchange(store, one, "Black tea?", "No.")
        only_title = await add(store, "Tea again", 1)
        found = await search(store, "tea")
    assert [(hit.conversation.id, hit.snippet) for hit in found] == [(only_title.id, None), (one.id, "Black tea?")]


@pytest.mark.parametrize(
    ("text", "query", "snippet"),
    [
        ("one\n\n  two\tthree", "two", "one two three"),
        ("x " * 500 + "the needle in\nhay " + "y " * 500, "needle", "the needle in hay y y"),
        ("é " * 500 + "der Größenwahn " + "ß" * 500, "grossen", "der Größenwahn ß"),
        ("ﬁ" * 300 + " needle", "needle", "needle"),
        ("。" * 300 + "机器学习" + "，" * 300, "机器学习", "。机器学习，"),
        ("<b>bold</b> & **strong**", "bold", "<b>bold</b> & **strong**"),
        ("first " + "x " * 300 + "first second", "first second", "first second"),
    ],
)
def test_a_snippet_shows_the_place_on_one_line(text: str, query: str, snippet: str) -> None:
    shown = Query(query).snippet(text)
    assert snippet in shown
    assert len(shown) <= SHOWN
    assert "\n" not in shown
    assert shown.startswith("…") == (len(text) > SHOWN)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=400), st.text(st.characters(), max_size=30))
def test_any_text_has_a_snippet_for_any_query(text: str, query: str) -> None:
    assert len(Query(query).snippet(text)) <= SHOWN


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.one_of(st.characters(), st.sampled_from('"*()^:+-{}#\0 ANDORNOTté机学')), max_size=40)))
def test_any_text_is_a_legal_query(queries: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened_folder = open_folder(Path(folder))
        for query in queries:
            newest(opened_folder.db, HOUSE, query, None, 5)
        opened_folder.close()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.data())
def test_every_text_is_found_by_any_of_its_words(text: str, data: st.DataObject) -> None:
    words = [word for word in text.split() if Query(word).match]
    if not words:
        return
    query = Query(data.draw(st.sampled_from(words)))
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE search USING fts5(words, detail='none', tokenize=\"ascii tokenchars '+#'\")")
    db.execute("INSERT INTO search VALUES (?)", (index_words(text),))
    assert db.execute("SELECT count(*) FROM search WHERE search MATCH ?", (query.match,)).fetchone() == (1,)
    db.close()


@pytest.mark.gen_test
@pytest.mark.parametrize(("many", "patience"), [(10_000, 150), (5, 150), (5, 3)])
async def test_frequent_and_rare_words_are_found_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, patience: int
) -> None:
    """However the store looks for them: all at once, or one conversation after the other."""
    monkeypatch.setattr(search_module, "MANY", many)
    monkeypatch.setattr(search_module, "PATIENCE", patience)
    async with opened(tmp_path) as store:
        for number in sorted(range(20), key=lambda number: number * 7 % 20):  # not in the order of their times
            one = await add(store, str(number), number)
            await exchange(store, one, "tea and coffee" if number % 4 == 0 else "water and coffees")
        for query, step in (("tea", 4), ("and", 1), ("coffee", 1), ("coffee tea", 4)):
            expected = [str(number) for number in range(0, 20, step)][::-1]
            assert await titles(store, query) == expected
            page, more = await store.conversations(query, None, 2)
            rest, end = await store.conversations(query, page[-1].conversation.id, 50)
            assert [hit.conversation.title for hit in page + rest] == expected
            assert (more, end) == (True, False)


@pytest.mark.gen_test
@pytest.mark.parametrize("seed", range(5))
async def test_after_any_changes_the_index_is_what_it_would_be_if_made_anew(tmp_path: Path, seed: int) -> None:
    async with opened(tmp_path) as store:
        await asyncio.gather(*(change_at_random(store, random.Random(seed * 10 + asker)) for asker in range(4)))
    db = sqlite3.connect(tmp_path / DATABASE)
    db.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    db.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab('main', 'search', 'instance')")
    indexed = set(db.execute("SELECT doc, term FROM temp.indexed"))
    texts = [(first_number(number), title) for number, title in db.execute("SELECT number, title FROM conversations")]
    for number, *message in db.execute("SELECT number, role, state, content FROM messages"):
        texts.append((number, searchable(*message)))
    db.close()
    assert indexed == {(number, word) for number, text in texts for word in index_words(text or "").split()}
    assert len(texts) > 20


async def change_at_random(store: PersonalSQLiteStore, chance: random.Random) -> None:
    def text() -> str:
        return " ".join(chance.choices(["tea", "teas", "teapot", "茶", "茶道", "Öl", "c++"], k=chance.randrange(6)))

    made: list[tuple[Conversation, list[Message]]] = []
    for _ in range(80):
        if not made or chance.random() < 0.2:
            made.append((await add(store, chance.choice([None, text()])), []))
        one, replies = chance.choice(made)
        match chance.randrange(5):
            case 0 | 1:
                first = question(one, text())
                second = reply(first)
                await store.add_exchange(replace(one, title=text()), first, second, None)
                replies.append(second)
            case 2 | 3 if replies:
                state = chance.choice(["done", "running", "stopped", "failed"])
                await store.update_message(replace(chance.choice(replies), content=text(), state=state))
            case 4 if chance.random() < 0.2:
                await store.delete_conversation(one.id)
                made.remove((one, replies))
            case _:
                await store.change_conversation(one.id, title=text())
