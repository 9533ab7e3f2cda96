"""The page and its server: Gradio's queue and events behind our own HTML."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from assistant.dialogue import Turn
from assistant.pipeline import Assistant
from ingest.errors import UserError
from ingest.letter import Language
from ui.page.answers import Message, render_conversation, render_opening
from ui.page.letter import render_letter
from ui.page.words import WORDS

MOST_CHARACTERS = 4_000
_MOST_MESSAGES = 200
_MOST_WAITING, _AT_ONCE = 64, 4
_FILES = Path(__file__).parent
# Gradio's page needs inline and evaluated script of its own; nothing may come from or go to another host.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; font-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_SIGN = (
    "<svg viewBox='0 0 28 28' aria-hidden='true'><path d='M4 5h20v14H13l-5 5v-5H4z'/>"
    "<path class='lines' d='M9 10h10M9 14h6'/></svg>"
)
_FONTS = {("Serif", 400): "serif-regular", ("Serif", 600): "serif-semibold", ("Sans", 400): "sans-regular",
          ("Sans", 600): "sans-semibold"}  # fmt: skip
_READ_BROWSER = "() => [navigator.language || '', location.search]"
_SHOW_LATEST = "() => window.kamervraag && window.kamervraag.showLatest()"
_FOLLOW_LINK = "() => window.kamervraag && window.kamervraag.followLink()"


class Page:
    """What the events of the page do; every one of them may be called by anybody with anything."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._letters = assistant.letters
        self._first = next(reversed(self._letters))

    def start(self, browser_language: str, query: str) -> tuple[str, str]:
        """Return the language and the letter that the browser and its address ask for."""
        language = "nl" if str(browser_language).lower().startswith("nl") else "en"
        asked = parse_qs(str(query)[:MOST_CHARACTERS].lstrip("?"))
        language = asked.get("lang", [language])[0]
        letter_id = asked.get("letter", [self._first])[0]
        return _language(language), letter_id if letter_id in self._letters else self._first

    def show(self, messages: Sequence[Message], letter_id: str, language: str) -> tuple[str, str]:
        """Return the conversation and the letter as HTML."""
        letter = self._letters.get(letter_id) or self._letters[self._first]
        known = _language(language)
        conversation = (
            render_conversation(messages, self._letters, known) if messages else render_opening(letter, known)
        )
        return conversation, render_letter(letter, known)

    def ask(
        self, question: str, messages: list[Message], letter_id: str, language: str
    ) -> Iterator[tuple[str, list[Message]]]:
        """Yield the conversation with the question in it, then with its answer."""
        known = _language(language)
        question = str(question).strip()
        if not question:
            yield self.show(messages, letter_id, known)[0], messages
            return
        yield render_conversation(messages, self._letters, known, waiting=question[:MOST_CHARACTERS]), messages
        message = self._answer(question, messages, letter_id, known)
        messages = [*messages, message][-_MOST_MESSAGES:]
        yield render_conversation(messages, self._letters, known), messages

    def _answer(self, question: str, messages: Sequence[Message], letter_id: str, language: Language) -> Message:
        if len(question) > MOST_CHARACTERS:
            error = WORDS[language].too_long.format(most=MOST_CHARACTERS)
            return Message(f"{question[:200]} …", error=error)
        history = [
            Turn(answer.question, tuple(citation.paragraph_id for citation in answer.citations))
            for message in messages
            for answer in [message.answer]
            if answer is not None
        ]
        only = (letter_id,) if letter_id in self._letters else ()
        try:
            answer, hits = self._assistant.examine(question, history, letters=only)
        except UserError as error:
            return Message(question, error=str(error))
        return Message(question, answer, tuple(hits))


def _language(value: str) -> Language:
    return "en" if value == "en" else "nl"


def build_page(assistant: Assistant) -> Any:
    """Return the page as Gradio blocks."""
    import gradio as gr

    page = Page(assistant)
    choices = [(f"{letter.date or ''} {letter.title}"[:90].strip(), key) for key, letter in assistant.letters.items()]
    with gr.Blocks(title="Kamervraag", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        messages = gr.State([])
        browser, query = gr.Textbox(visible=False), gr.Textbox(visible=False)
        with gr.Row(elem_id="top"):
            title = gr.HTML(elem_id="title")
            letter = gr.Dropdown(choices, elem_id="which", show_label=False, visible=len(choices) > 1, container=False)
            language = gr.Radio(
                [("Nederlands", "nl"), ("English", "en")], elem_id="language", show_label=False, container=False
            )
        with gr.Row(elem_id="panes"):
            with gr.Column(elem_id="talk"):
                conversation = gr.HTML(elem_id="conversation", apply_default_css=False)
                with gr.Row(elem_id="asking"):
                    question = gr.Textbox(
                        elem_id="question",
                        show_label=False,
                        container=False,
                        max_length=MOST_CHARACTERS,
                        autofocus=True,
                    )
                    send = gr.Button(elem_id="send", variant="primary", scale=0)
                    new = gr.Button(elem_id="new", scale=0)
            with gr.Column(elem_id="reading"):
                reader = gr.HTML(elem_id="reader", apply_default_css=False)

        def begin(browser_language: str, address: str) -> list[Any]:
            chosen, letter_id = page.start(browser_language, address)
            return [chosen, letter_id, *renew([], letter_id, chosen)]

        def renew(asked: list[Message], letter_id: str, chosen: str) -> list[Any]:
            words = WORDS[_language(chosen)]
            shown = page.show(asked, letter_id, chosen)
            heading = (
                f"{_SIGN}<h1>Kamervraag</h1><p>{words.tagline}</p>"
                f"<button type='button' id='show-letter'>{words.show_letter}</button>"
            )
            return [
                *shown,
                heading,
                gr.update(placeholder=words.ask),
                gr.update(value=words.send),
                gr.update(value=words.new),
            ]

        parts = [conversation, reader, title, question, send, new]
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        blocks.load(begin, [browser, query], [language, letter, *parts], js=_READ_BROWSER, **private).then(
            None, js=_FOLLOW_LINK
        )
        for control in (language, letter):
            control.input(renew, [messages, letter, language], parts, **private)
        new.click(lambda letter_id, chosen: ([], *renew([], letter_id, chosen)), [letter, language], [messages, *parts],
                  **private)  # fmt: skip
        asking = [question, messages, letter, language]
        for event in (question.submit, send.click):
            event(page.ask, asking, [conversation, messages], concurrency_id="ask", **private).then(
                None, js=_SHOW_LATEST
            )
            event(lambda: "", None, question, queue=False, **private)
    blocks.queue(max_size=_MOST_WAITING, default_concurrency_limit=_AT_ONCE, api_open=False)
    return blocks


def build_server(assistant: Assistant, check: Callable[[str, str], bool] | None = None) -> Any:
    """Return the page as a web application with its security headers."""
    import gradio as gr
    from fastapi import FastAPI, Request, Response

    app = FastAPI(docs_url=None, openapi_url=None)

    @app.middleware("http")
    async def _secure(request: Request, following: Callable[[Request], Any]) -> Response:
        response: Response = await following(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    style, script = ((_FILES / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return gr.mount_gradio_app(
        app,
        build_page(assistant),
        path="/",
        server_name="127.0.0.1",
        auth=check,
        css=style,
        head=f"<style>{_font_faces()}</style><script>{script}</script>",
        theme=_theme(gr),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        # uploads are refused: the route is there whether or not the page has any
        max_file_size=1,
        app_kwargs={"docs_url": None, "openapi_url": None},
    )


def _font_faces() -> str:
    """Return the fonts as part of the page, so that none is asked for, here or elsewhere."""
    return "".join(
        f"@font-face {{ font-family: 'Kamervraag {family}'; font-weight: {weight}; "
        f"src: url(data:font/woff2;base64,{b64encode((_FILES / 'fonts' / f'{name}.woff2').read_bytes()).decode()}) }}"
        for (family, weight), name in _FONTS.items()
    )


def _theme(gr: Any) -> Any:
    """Return a theme whose fonts are those of the reader's own machine."""
    plain = ["system-ui", "-apple-system", "Segoe UI", "sans-serif"]
    return gr.themes.Base(primary_hue="blue", neutral_hue="stone", font=plain, font_mono=["ui-monospace", "monospace"])


def serve(assistant: Assistant, host: str, port: int, check: Callable[[str, str], bool] | None = None) -> None:
    """Serve the page until it is interrupted.

    Raises:
        UserError: the address is taken or can't be used.
    """
    import socket

    import uvicorn

    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise UserError(f"{host}:{port} can't be used ({error.strerror or error}); choose another --port") from error
    uvicorn.run(build_server(assistant, check), host=host, port=port, log_level="warning")
