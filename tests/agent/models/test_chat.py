"""The client of a chat endpoint against a fake one on a real socket: replies, usage, what it learns, what it tells."""

import json
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlpilot.agent.models.protocol import Endpoint, Message, Price, Secret, tokens
from mlpilot.agent.models.thinking import Preview, without_thinking
from mlpilot.agent.models.trouble import retry_after
from mlpilot.agent.models.wire import Complaint, Cut, EventStream, Malformed, reading
from mlpilot.evals import faults
from mlpilot.evals.scripted import Peer, ScriptedServer

Serve = Callable[..., ScriptedServer]
Acting = Callable[[Callable[[Peer], None]], ScriptedServer]
LONG = "Yellow, like every canary — 黄色, 🐤. " * 20
FORMS = pytest.mark.parametrize("refuses", [frozenset(), frozenset({"stream"})], ids=["stream", "document"])


@FORMS
def test_a_reply_comes_whole_with_its_usage(chat: Any, serve: Serve, refuses: frozenset[str]) -> None:
    server = serve(reply=lambda _request: LONG, refuses=refuses)
    pieces: list[str] = []
    reply = chat.ask(chat.client(server), on_text=pieces.append)
    assert reply.text == LONG == "".join(pieces)
    assert reply.usage.completion_tokens == tokens(LONG) and not reply.usage.estimated
    assert reply.finish == "stop" and 0 < reply.first_seconds <= reply.seconds < 5


def test_text_is_shown_as_it_comes(chat: Any, acting: Acting) -> None:
    """The server goes on only when it was shown."""
    shown = threading.Event()

    def act(peer: Peer) -> None:
        peer.head(200, "text/event-stream")
        peer.raw(chunk("Yel"))
        peer.raw(chunk("low" if shown.wait(10) else "no", "stop"))

    assert chat.ask(chat.client(acting(act)), on_text=lambda _text: shown.set()).text == "Yellow"


def test_what_is_asked(chat: Any, serve: Serve) -> None:
    server = serve()
    chat.ask(chat.client(server, key=chat.key, local=False), reply_tokens=321)
    request = server.asked[0]
    assert request.path == "/v1/chat/completions" and request.headers["authorization"] == f"Bearer {chat.key}"
    assert request.json == {
        "model": "scripted-1",
        "messages": [{"role": one.role, "content": one.content} for one in chat.prompt],
        "max_tokens": 321,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    told = {name for name in request.headers if name.startswith("x-stainless") or "openai" in name}
    assert told <= {"x-stainless-raw-response"}
    assert request.headers["user-agent"] == "mlpilot"


def test_a_temperature_is_told_to_local_endpoints_only(chat: Any, serve: Serve) -> None:
    server = serve()
    chat.ask(chat.client(server))
    chat.ask(chat.client(server, local=False, key=chat.key))
    assert ["temperature" in request.json for request in server.asked] == [True, False]


@FORMS
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<think>hm\n\nhm</think>\n\nYellow.", "Yellow."),
        ("\n<THINKING>hm</THINKING>Yellow.", "Yellow."),
        ("<reasoning>hm</reasoning>\nYellow.\n<think>or red?</think>\nYes.", "Yellow.\n\nYes."),
        ("<think>a</think><think>b</think>Yellow.", "Yellow."),
        ("it must be\nyellow\n</think>\n\nYellow.", "Yellow."),
        ("<think>I have to count to ten", ""),
        ("Yellow.\n<think> is what I do, unclosed", "Yellow.\n<think> is what I do, unclosed"),
        ("tag = '<think>'\nend = '</think>' + x", "tag = '<think>'\nend = '</think>' + x"),
        ("a < b <thi", "a < b <thi"),
        ("<thi", "<thi"),
    ],
)
def test_visible_thinking_is_no_part_of_the_text(
    chat: Any, acting: Acting, refuses: frozenset[str], raw: str, text: str
) -> None:
    server = acting(lambda peer: peer.completion({"content": raw})) if not refuses else None
    pieces: list[str] = []
    if server is not None:
        reply = chat.ask(chat.client(server), on_text=pieces.append)
        assert reply.text == text
        assert (reply.thinking > 0) == (len(text) < len(raw))
    kept, thought = without_thinking(raw)
    assert kept == text and len(kept) + len(thought) <= len(raw)
    if raw.lower().lstrip().startswith(("<think", "<reason")) and pieces:
        assert "hm" not in "".join(pieces)


@pytest.mark.parametrize("text", [" \n Yellow.\n ", " " * 5000 + "Yellow", " <b>Yellow", "\n"])
def test_white_space_at_the_start_is_text(chat: Any, acting: Acting, text: str) -> None:
    pieces: list[str] = []
    reply = chat.ask(chat.client(acting(lambda peer: peer.completion({"content": text}))), on_text=pieces.append)
    assert reply.text == "".join(pieces) == text


def test_a_preview_never_shows_the_thinking_at_the_start() -> None:
    whole = " \n<think>secret</think>\n <reasoning>secret</reasoning>\n\nYellow, <b>bold</b>."
    for size in range(1, len(whole)):
        preview = Preview()
        shown = "".join(preview.feed(whole[at : at + size]) for at in range(0, len(whole), size))
        assert shown == "Yellow, <b>bold</b>."


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thinking_that_comes_apart_is_counted(chat: Any, acting: Acting, name: str) -> None:
    def act(peer: Peer) -> None:
        peer.completion({name: "let me think " * 4, "content": "Yellow.", "tool_calls": [{"index": 0}]})

    reply = chat.ask(chat.client(acting(act)))
    assert (reply.text, reply.thinking) == ("Yellow.", 52)
    assert reply.usage.estimated and reply.usage.completion_tokens >= tokens("let me think " * 4)


@pytest.mark.parametrize(
    ("said", "finish"),
    [("stop", "stop"), ("length", "length"), ("max_tokens", "length"), ("content_filter", "filter"), ("eos", "stop")],
)
def test_why_it_ended(chat: Any, acting: Acting, said: str, finish: str) -> None:
    assert chat.ask(chat.client(acting(lambda peer: peer.completion({"content": "x"}, said)))).finish == finish


def test_nothing_but_thinking_until_the_tokens_ran_out_is_an_empty_reply(chat: Any, acting: Acting) -> None:
    reply = chat.ask(chat.client(acting(lambda peer: peer.completion({"reasoning": "hm"}, "length"))))
    assert (reply.text, reply.finish, reply.thinking) == ("", "length", 2)


def chunk(content: object, finish: object = None) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
PARTS = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Yel"}, {"type": "text", "text": "low"}]
STREAMS = {
    "no [DONE]": chunk("Yellow", "stop"),
    "no finish_reason": chunk("Yellow") + DONE,
    "no empty line at the end": (chunk("Yellow", "stop") + DONE).rstrip(),
    "CRLF": (chunk("Yellow", "stop") + DONE).replace(b"\n", b"\r\n"),
    "comments and other fields": b": ping\n\nid: 7\nretry: 3\n" + chunk("Yellow") + b":\n\n" + chunk("", "stop"),
    "a mark of byte order": b"\xef\xbb\xbf" + chunk("Yellow", "stop"),
    "no space": chunk("Yellow", "stop").replace(b"data: ", b"data:"),
    "parts": chunk(PARTS, "stop"),
    "events about other things": b'data: {"object": "ping"}\n\ndata: {"choices": []}\n\n' + chunk("Yellow", "stop"),
    "other choices": chunk("Red").replace(b'"index": 0', b'"index": 1') + chunk("Yellow", "stop"),
    "a message instead of a delta": chunk("Yellow", "stop").replace(b'"delta"', b'"message"'),
    "more after the end": chunk("Yellow", "stop") + DONE + b"<html>" + chunk("Red"),
    "a document instead": b'{"choices": [{"message": {"content": "Yellow"}}]}',
    "an event over several lines": b'data: {"choices": [{"delta":\ndata: {"content": "Yellow"}}]}\n\n' + DONE,
    "a refusal": chunk(None, "stop").replace(b'"content": null', b'"content": null, "refusal": "Yellow"'),
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_streams_as_servers_write_them(name: str, size: int) -> None:
    body, data = EventStream(), STREAMS[name]
    for at in range(0, len(data), size):
        if not body.done:
            body.feed(data[at : at + size])
    body.close()
    assert body.answer.parts() == ("Yellow", "")


def test_bytes_that_are_no_text_and_halves_of_characters_are_replaced(chat: Any, acting: Acting) -> None:
    def act(peer: Peer) -> None:
        peer.head(200, "text/event-stream; charset=utf-8")
        bird = chunk("🐤", None)
        halves = (b'data: {"choices": [{"delta": {"content": "\\ud83d"}}]}\n\n', bird)
        assert b"\\ud83d\\udc24" in bird
        peer.raw(halves[0] + halves[0].replace(b"d83d", b"dc24"))
        peer.raw(chunk("X").replace(b"X", "黄".encode()[:2]))
        whole = chunk("X").replace(b"X", "黄".encode())
        peer.raw(whole[:-9])
        peer.wait(0.05)
        peer.raw(whole[-9:] + chunk("\ud83d", "stop"))

    pieces: list[str] = []
    reply = chat.ask(chat.client(acting(act)), on_text=pieces.append)
    assert reply.text == "🐤�黄�"
    "".join(pieces).encode()


@pytest.mark.parametrize(
    "content_type", ["text/event-stream", "application/json", "application/json; charset=latin-1", "Application/JSON"]
)
def test_the_kinds_of_body_that_are_read(content_type: str) -> None:
    body = reading(content_type)
    body.feed(b'{"choices": [{"message": {"content": "\xff"}}]}')
    body.close()
    assert body.answer.parts()[0] == "�"


VALID = chunk("Yellow") + chunk(PARTS) + b'data: {"usage": {"prompt_tokens": 3}, "choices": []}\n\n' + chunk("", "stop")


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([VALID, VALID + DONE, chunk("x" * 50, "length"), b'{"choices": [{"message": {"content": "x"}}]}']),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 6), st.binary(max_size=6)), max_size=6),
    st.sampled_from(["text/event-stream", "application/json"]),
    st.integers(1, 64),
)
@example(b"data: " + b"[" * 100_000 + b"\n\n", [], "text/event-stream", 64_000)
@example(b'{"choices": ' + b"1" * 10_000 + b"}", [], "application/json", 64_000)
@example(b"data: null\n\n", [], "text/event-stream", 5)
def test_damaged_bodies_are_told_by_one_of_three_exceptions(
    data: bytes, edits: list[tuple[int, int, bytes]], content_type: str, size: int
) -> None:
    for at, length, new in edits:
        data = data[:at] + new + data[at + length :]
    body = reading(content_type)
    try:
        for at in range(0, len(data), size):
            if not body.done:
                body.feed(data[at : at + size])
        body.close()
    except (Malformed, Complaint, Cut):
        return
    text, thought = body.answer.parts()
    (text + thought).encode()
    body.answer.reason()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["<think>", "</think>", "<THINKING>", "</thinking>", "\n", " ", "x", "İ", "<", "</"])))
def test_thinking_is_split_off_any_text(parts: list[str]) -> None:
    text = "".join(parts)
    kept, thought = without_thinking(text)
    assert len(kept) + len(thought) <= len(text)
    preview = Preview()
    assert len("".join(preview.feed(part) for part in parts)) <= len(text)


def test_thinking_takes_no_time_to_split_off() -> None:
    for text in ("<think>\n" * 500_000, "\n</think" * 500_000, " " * 4_000_000 + "<", "<think>x</think>\n" * 200_000):
        began = time.monotonic()
        without_thinking(text)
        assert time.monotonic() - began < 10


PLAUSIBLE = {"prompt_tokens": 20, "completion_tokens": 3}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (PLAUSIBLE, (20, 3, 0.000029, False)),
        ({**PLAUSIBLE, "cost": 0.25}, (20, 3, 0.25, False)),
        ({**PLAUSIBLE, "cost": float("nan")}, (20, 3, 0.000029, False)),
        ({**PLAUSIBLE, "cost": -1}, (20, 3, 0.000029, False)),
        ({**PLAUSIBLE, "prompt_tokens": 10**9}, (30, 3, 0.000039, True)),
        ({**PLAUSIBLE, "prompt_tokens": -1}, (30, 3, 0.000039, True)),
        ({**PLAUSIBLE, "completion_tokens": True}, (20, 3, 0.000029, True)),
        ({**PLAUSIBLE, "completion_tokens": 0}, (20, 3, 0.000029, True)),
        ({**PLAUSIBLE, "completion_tokens": "3"}, (20, 3, 0.000029, True)),
        ({}, (30, 3, 0.000039, True)),
        ("much", (30, 3, 0.000039, True)),
    ],
)
@FORMS
def test_usage_is_the_endpoint_s_where_it_can_be_true(
    chat: Any, serve: Serve, refuses: frozenset[str], usage: object, expected: tuple[int, int, float, bool]
) -> None:
    fault = faults.Fault("usage", "server", lambda peer: peer.completion({"content": "Yellow"}, usage=usage))
    server = serve(fault=lambda _n, request: None if refuses and "stream" in request else fault, refuses=refuses)
    used = chat.ask(chat.client(server, price=Price(1.0, 3.0))).usage
    prompt = sum(tokens(one.content) + 4 for one in chat.prompt)
    assert prompt == 30
    assert (used.prompt_tokens, used.completion_tokens, used.estimated) == (expected[0], expected[1], expected[3])
    assert used.cost_usd == pytest.approx(expected[2])


def test_without_usage_in_the_stream_it_is_estimated(chat: Any, serve: Serve) -> None:
    used = chat.ask(chat.client(serve(stream_usage=False))).usage
    assert used.estimated and used.completion_tokens == tokens("Hello.") and used.cost_usd == 0


def test_a_server_that_holds_on_after_the_reply_does_not_hold_us_up(chat: Any, acting: Acting) -> None:
    def act(peer: Peer) -> None:
        peer.head(200, "text/event-stream")
        peer.raw(chunk("Yellow", "stop"))
        peer.wait(60)

    reply = chat.ask(chat.client(acting(act)), seconds=30)
    assert reply.text == "Yellow" and reply.seconds < 10


def test_an_error_amid_a_stream_is_no_reply_and_is_not_asked_for_again(chat: Any, acting: Acting) -> None:
    def act(peer: Peer) -> None:
        peer.head(200, "text/event-stream")
        peer.raw(chunk("Yellow") + b'event: error\ndata: {"message": "out of memory", "code": 503}\n\n')

    server = acting(act)
    error = chat.error(chat.client(server))
    assert error.kind == "server" and error.billed and "out of memory" in str(error)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "value", "kind"),
    [
        (400, [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}], "key"),
        (400, {"error": {"message": "gpt-x is not a valid model ID", "code": 400}}, "no model"),
        (400, {"error": {"message": "the request exceeds the available context size", "n_ctx": 4096}}, "too long"),
        (400, {"error": "the input is too long"}, "too long"),
        (413, "", "too long"),
        (
            422,
            {"detail": [{"loc": ["body", "n"], "msg": "Extra inputs are not permitted", "input": "stream"}]},
            "refused",
        ),
        (408, {}, "timeout"),
        (418, None, "refused"),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "server"),
    ],
)
def test_errors_as_servers_write_them(chat: Any, acting: Acting, status: int, value: object, kind: str) -> None:
    server = acting(lambda peer: peer.json(value, status))
    assert chat.error(chat.client(server, key=chat.key)).kind == kind
    assert len(server.asked) == (3 if kind == "server" else 1)


def test_errors_that_are_nested_as_deeply_as_can_be_read(chat: Any, acting: Acting) -> None:
    """At some depth they can be read, and hardly be looked at."""
    for depth in range(800, 1000, 7):
        deep = b"[" * depth + b"]" * depth
        error = b'{"error": {"message": ' + deep + b', "code": ' + deep + b', "param": ' + deep + b"}}"
        server = acting(lambda peer, error=error: peer.body(400, "application/json", error))
        assert chat.error(chat.client(server)).kind == "refused"


# What it learns


@pytest.mark.parametrize("names_param", [True, False], ids=["by field", "by message"])
@pytest.mark.parametrize("name", ["stream_options", "stream", "temperature", "max_tokens", "system"])
def test_what_is_refused_is_left_out_and_that_is_remembered(
    chat: Any, serve: Serve, tmp_path: Path, name: str, names_param: bool
) -> None:
    server = serve(refuses=frozenset({name}), names_param=names_param)
    memory = tmp_path / "deep" / "endpoints.json"
    assert chat.ask(chat.client(server, key=chat.key, memory=memory)).text == "Hello."
    assert len(server.asked) == 2
    assert chat.ask(chat.client(server, key=chat.key, memory=memory)).text == "Hello."
    assert len(server.asked) == 3, "another client knows it from the file"
    last = server.asked[-1].json
    assert name not in last
    if name == "system":
        assert last["messages"] == [{"role": "user", "content": "\n\n".join(one.content for one in chat.prompt)}]
    if name == "max_tokens":
        assert last["max_completion_tokens"] == 500
    assert chat.key not in memory.read_text()


SCHEMA = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}


@pytest.mark.parametrize("how", ["it says so", "it falls over"])
def test_a_schema_is_sent_where_it_is_taken(chat: Any, serve: Serve, tmp_path: Path, how: str) -> None:
    taken = serve()
    chat.ask(chat.client(taken), schema=SCHEMA)
    assert taken.asked[0].json["response_format"]["json_schema"]["schema"] == SCHEMA

    def fails(_number: int, request: dict[str, Any]) -> faults.Fault | None:
        wrong = faults.status(400, "response_format is not supported", "refused")
        return (
            (wrong if how == "it says so" else faults.status(500, "oops", "server"))
            if "response_format" in request
            else None
        )

    server, memory = serve(fault=fails), tmp_path / "endpoints.json"
    assert chat.ask(chat.client(server, memory=memory), schema=SCHEMA).text == "Hello."
    assert len(server.asked) == 2
    assert "response_format" not in server.asked[-1].json
    chat.ask(chat.client(server, memory=memory), schema=SCHEMA)
    assert len(server.asked) == 3, "it is remembered"


def test_all_that_can_be_refused_at_once(chat: Any, serve: Serve) -> None:
    names = {"stream_options", "stream", "temperature", "max_tokens", "max_completion_tokens", "system"}
    server = serve(refuses=frozenset(names))
    client = chat.client(server)
    assert chat.ask(client).text == "Hello."
    assert len(server.asked) == len(names) + 1 - 1, "without a stream there are no options for it"
    assert set(server.asked[-1].json) == {"model", "messages"}
    chat.ask(client)
    assert len(server.asked) == len(names) + 1


def test_a_limit_that_is_too_large_is_lowered(chat: Any, serve: Serve) -> None:
    said = (
        "max_tokens is too large: 9000. This model supports at most 4096 completion tokens, whereas you provided 9000."
    )
    refusal = faults.Fault("limit", "refused", lambda peer: peer.error(400, said, param="max_tokens"))
    server = serve(fault=lambda _number, request: refusal if request["max_tokens"] > 4096 else None)
    chat.ask(chat.client(server), reply_tokens=9000)
    assert [request.json["max_tokens"] for request in server.asked] == [9000, 4096]


def test_what_refuses_everything_is_asked_a_few_times_only(chat: Any, serve: Serve) -> None:
    said = "stream, stream_options, temperature, max_tokens, max_completion_tokens and the system role are wrong"
    server = serve(fault=lambda _number, _request: faults.status(400, said, "refused"))
    assert chat.error(chat.client(server)).kind == "refused"
    assert len(server.asked) <= 8


def test_what_did_not_help_is_not_remembered(chat: Any, serve: Serve, tmp_path: Path) -> None:
    server = serve(fault=lambda _number, _request: faults.status(400, "bad temperature", "refused"))
    chat.error(chat.client(server, memory=tmp_path / "endpoints.json"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"version": 1}',
        '{"version": 1, "endpoints": []}',
        '{"version": 2, "endpoints": {}}',
        '{"version": 1, "endpoints": {"x": {"stream": "no"}}}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_memory_is_begun_anew(chat: Any, serve: Serve, tmp_path: Path, content: str | bytes) -> None:
    memory = tmp_path / "endpoints.json"
    memory.write_bytes(content if isinstance(content, bytes) else content.encode())
    server = serve(refuses=frozenset({"temperature"}))
    chat.ask(chat.client(server, memory=memory))
    assert json.loads(memory.read_text())["endpoints"]
    chat.ask(chat.client(server, memory=memory))
    assert len(server.asked) == 3


def test_a_memory_that_cannot_be_written_costs_no_reply(chat: Any, serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    server = serve(refuses=frozenset({"temperature"}))
    client = chat.client(server, memory=tmp_path / "file" / "endpoints.json")
    assert chat.ask(client).text == chat.ask(client).text == "Hello."
    assert len(server.asked) == 3


def test_memory_is_kept_by_address_and_model_without_what_is_secret_in_an_address(tmp_path: Path, serve: Serve) -> None:
    from mlpilot.agent.models.capabilities import Capabilities, Memory

    memory = Memory(tmp_path / "endpoints.json")
    one = Endpoint("m", "https://user:hunter2@example.org/v1?key=hunter2", "example.org", False, Secret("hunter2"))
    memory.learn(one, Capabilities(stream=False))
    other = Endpoint("n", one.base_url, "example.org", False)
    memory.learn(other, Capabilities(system=False))
    again = Memory(tmp_path / "endpoints.json")
    assert not again.of(one).stream and again.of(other).stream and not again.of(other).system
    assert "hunter2" not in (tmp_path / "endpoints.json").read_text()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("https://mine.openai.azure.com/v1", "max_completion_tokens"),
        ("https://notopenai.com/v1", "max_tokens"),
        ("http://127.0.0.1:8080/v1", "max_tokens"),
    ],
)
def test_the_first_guess_of_the_limit_s_name(url: str, name: str) -> None:
    from mlpilot.agent.models.capabilities import first_guess

    assert first_guess(Endpoint("m", url, "x", False)).limit == name


# Trying again


def failing(times: int, fault: faults.Fault) -> Callable[[int, dict[str, Any]], faults.Fault | None]:
    """A fault for the first calls."""
    return lambda number, _request: fault if number < times else None


@pytest.mark.parametrize("fault", [faults.STATUSES[5], faults.STATUSES[10], faults.STATUSES[11], faults.BROKEN[0]])
def test_what_may_be_over_in_a_moment_is_tried_twice_more(chat: Any, serve: Serve, fault: faults.Fault) -> None:
    server = serve(fault=failing(2, fault))
    assert chat.ask(chat.client(server)).text == "Hello."
    assert len(server.asked) == 3
    server = serve(fault=failing(3, fault))
    assert chat.error(chat.client(server)).kind == fault.kind
    assert len(server.asked) == 3, "tries do not multiply"


@pytest.mark.parametrize("fault", [*faults.STATUSES[:5], *faults.STATUSES[8:10], *faults.BROKEN[1:], faults.WRONG[0]])
def test_what_is_not_or_may_be_charged_for_is_not(chat: Any, serve: Serve, fault: faults.Fault) -> None:
    server = serve(fault=failing(1, fault))
    chat.error(chat.client(server))
    assert len(server.asked) == 1


@pytest.mark.parametrize("header", [{"Retry-After": "1"}, {"retry-after-ms": "1000", "Retry-After": "900"}])
def test_the_wait_that_is_asked_for_is_kept(chat: Any, serve: Serve, header: dict[str, str]) -> None:
    busy = faults.Fault("busy", "rate", lambda peer: peer.error(429, "busy", header))
    server = serve(fault=failing(1, busy))
    assert chat.ask(chat.client(server)).text == "Hello."
    first, second = server.asked
    assert 1.0 <= second.moment - first.moment < 4


def test_a_wait_that_does_not_fit_is_told_at_once(chat: Any, serve: Serve) -> None:
    server = serve(fault=lambda _number, _request: faults.status(503, "later", "server", "20"))
    began = time.monotonic()
    error = chat.error(chat.client(server), seconds=10)
    assert error.retry_after == 20 and time.monotonic() - began < 5 and len(server.asked) == 1


def test_how_retry_after_is_read() -> None:
    assert retry_after({}) is None
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({"retry-after": "nan"}) is None
    assert retry_after({"retry-after": "2.5"}) == 2.5
    assert retry_after({"retry-after": "-3"}) == 0
    assert retry_after({"retry-after": "1e9"}) == 3600
    assert retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)}) == pytest.approx(60, abs=2)
    assert retry_after({"retry-after": formatdate(time.time() - 60, usegmt=True)}) == 0


def test_all_tries_together_keep_to_the_time(chat: Any, serve: Serve) -> None:
    server = serve(fault=lambda _number, _request: faults.status(429, "busy", "rate", "2"))
    began = time.monotonic()
    assert chat.error(chat.client(server), seconds=3.5).retry_after == 2
    assert time.monotonic() - began < 4.5 and len(server.asked) == 2


# Keys and the environment

LEAKS = {
    "OPENAI_API_KEY": "sk-leak-1",
    "OPENAI_ADMIN_KEY": "sk-leak-2",
    "OPENAI_ORG_ID": "org-leak",
    "OPENAI_PROJECT_ID": "proj-leak",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer sk-leak-3\nX-Mine: leak-4",
    "OPENAI_WEBHOOK_SECRET": "leak-5",
}


@pytest.mark.parametrize("key", [None, "sk-mine-123456"])
def test_nothing_of_the_environment_reaches_an_endpoint(
    chat: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str | None
) -> None:
    for name, value in LEAKS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password leak-6\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve()
    for local in (True, False):
        chat.ask(chat.client(server, key=key, local=local))
    for request in server.requests:
        assert request.headers["authorization"] == f"Bearer {key or 'none'}"
        assert not request.holds("leak")


def test_a_proxy_of_the_environment_is_used_for_remote_endpoints_only(
    chat: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(), serve()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    chat.ask(chat.client(server))
    assert (len(server.requests), len(proxy.requests)) == (1, 0)
    chat.error(chat.client(server, local=False, key=chat.key))
    assert (len(server.requests), len(proxy.requests)) == (1, 1), "which shows that a proxy was there to be used"


@pytest.mark.parametrize("key", ["sk-with space", "sk-with\nX-Header: line", "sk-ümlaut", ""])
def test_a_key_that_cannot_be_one_is_told_and_not_sent(chat: Any, serve: Serve, key: str) -> None:
    server = serve()
    client = chat.client(server)
    client.endpoint = Endpoint("scripted-1", server.base_url, "Scripted", False, Secret(key))
    error = chat.error(client)
    assert error.kind == "key" and server.requests == []
    assert not key or key not in str(error)


def test_a_key_shows_itself_nowhere(chat: Any, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server = serve(fault=failing(1, faults.status(401, f"bad key {chat.key}", "key")))
    client = chat.client(server, local=False, key=chat.key)
    error = chat.error(client)
    chat.ask(client)
    for shown in (repr(client), repr(client.endpoint), repr(vars(client)), repr(error), repr(vars(error)), caplog.text):
        assert chat.key not in shown
    assert "canary" not in caplog.text and caplog.records, "there are logs of the HTTP client to look through"


# Messages and threads


def test_text_that_cannot_be_encoded_is_sent_all_the_same(chat: Any, serve: Serve) -> None:
    server = serve()
    reply = chat.client(server).ask([Message("user", "half \ud83d, nul \0")], reply_tokens=9, seconds=5)
    assert reply.text == "Hello." and server.asked[0].json["messages"][0]["content"] == "half ?, nul \0"


def test_several_threads_may_ask_at_once(chat: Any, serve: Serve) -> None:
    server = serve(reply=lambda request: request["messages"][0]["content"].upper())
    client = chat.client(server)
    got: dict[str, str] = {}

    def ask(word: str) -> None:
        got[word] = client.ask([Message("user", word)], reply_tokens=99, seconds=20).text

    words = [f"word {number}" for number in range(8)]
    threads = [threading.Thread(target=ask, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {word: word.upper() for word in words}


def test_what_on_text_raises_comes_through_and_ends_the_call(chat: Any, acting: Acting) -> None:
    def act(peer: Peer) -> None:
        peer.head(200, "text/event-stream")
        peer.raw(chunk("Yellow"))
        peer.wait(60)

    def full(_text: str) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        chat.ask(chat.client(acting(act)), seconds=30, on_text=full)


def test_no_time_at_all(chat: Any, serve: Serve) -> None:
    server = serve()
    assert chat.error(chat.client(server), seconds=0).kind == "timeout" and server.requests == []


def test_the_list_of_models(serve: Serve) -> None:
    import urllib.request

    with urllib.request.urlopen(serve(models=("a", "b")).base_url + "/models", timeout=5) as page:
        assert [one["id"] for one in json.load(page)["data"]] == ["a", "b"]
