"""The terminal: every command, and nothing heavy imported before one needs it."""

from __future__ import annotations

import atexit
import gc
import json
import os
import sys
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ingest.errors import BrokenGeneration, UserError
from ingest.offline import stay_offline
from ui.limits import Uploads
from ui.scope_options import DossierOption, FromOption, LetterOption, MinistryOption, ToOption
from ui.server_option import given_server, takes_server

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.scope import Scope
    from ingest.embed import Embedder
    from ingest.home import Home
    from ingest.settings import Settings

app = typer.Typer(
    name="kamervraag",
    help="Ask a Dutch letter to parliament a question, in Dutch or English.\n\n"
    "Every sentence of the answer points at the paragraph it stands in. Works offline; nothing is sent anywhere.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class AnswerLanguage(StrEnum):
    """Languages that answers are given in."""

    nl = "nl"
    en = "en"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LanguageOption = Annotated[
    AnswerLanguage | None, typer.Option(help="Language of the answer; otherwise the question's own.")
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Who words the answer: 'quote' (the letter itself), or a language model: ollama:…, openai:…, anthropic:…, "
        "gguf:/path.",
    ),
]
BaseUrlOption = Annotated[
    str | None, typer.Option(metavar="URL", help="The language model's server, where it is not the provider's own.")
]


def main() -> None:
    """Run the command line; a user's error is one line on stderr and exit status 1."""
    stay_offline()
    _prepare_output()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except UserError as error:
        _explain(str(error))
    except BrokenGeneration as error:
        _explain(f"the index can't be used ({error}); try again, and it is rebuilt from the letters")
    except BrokenPipeError:
        # whoever read our output has gone
        _give_up_output()
        sys.exit(1)
    except OSError as error:
        _give_up_output()
        _explain(f"{error}; check the disk, the permissions and where the output goes")


def _prepare_output() -> None:
    """Let nothing fail for output that was closed, or that takes fewer characters than a letter has."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _give_up_output() -> None:
    """Keep the interpreter from complaining at exit about what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(problem: str) -> NoReturn:
    from ui.terminal import harmless

    sys.stderr.write(f"kamervraag: {harmless(' '.join(problem.split()))}\n")
    sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"kamervraag {version('kamervraag')}")
        raise typer.Exit


@app.callback()
def _global_options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del show_version


@app.command()
@takes_server
def ask(
    question: Annotated[str, typer.Argument(help="The question, in Dutch or English.")],
    as_json: AsJson = False,
    language: LanguageOption = None,
    letter: LetterOption = None,
    date_from: FromOption = "",
    date_to: ToOption = "",
    ministry: MinistryOption = "",
    dossier: DossierOption = "",
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the evidence to this file (.docx, .md or .json).")
    ] = None,
) -> None:
    """Answer a question, each sentence with the paragraph it stands in."""
    from ui.export import check_pack, write_pack_file
    from ui.records import answer_record
    from ui.terminal import print_answer

    if export:
        check_pack(export)
    scope = _scope(letter, date_from, date_to, ministry, dossier)
    assistant = _assistant(_settings(model, base_url))
    answer = assistant.ask(question, language=language.value if language else None, letters=scope)
    if export:
        chosen = assistant.select(scope).letters or assistant.letters
        asked = {letter_id: assistant.letters[letter_id] for letter_id in chosen}
        write_pack_file(export, [answer], asked, assistant.embedder.identity, answer.language)
    if as_json:
        _print_json(answer_record(answer))
    else:
        print_answer(answer)


@app.command()
@takes_server
def chat(
    language: LanguageOption = None,
    letter: LetterOption = None,
    date_from: FromOption = "",
    date_to: ToOption = "",
    ministry: MinistryOption = "",
    dossier: DossierOption = "",
    resume: Annotated[
        str | None, typer.Option(metavar="N|ID", help="Go on with a kept conversation: 1 is the last one.")
    ] = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
) -> None:
    """Talk with the letters in the terminal; /help shows the commands, and conversations are kept."""
    from assistant.conversations import Conversations
    from ui.chat import run_chat

    scope = _scope(letter, date_from, date_to, ministry, dossier)
    home = _home()
    kept = Conversations(home)
    atexit.register(kept.close)
    assistant = _assistant(_settings(model, base_url))
    run_chat(
        assistant,
        kept,
        home.folder,
        language=language.value if language else None,
        scope=scope,
        resume=resume,
    )


@app.command()
@takes_server
def search(
    question: Annotated[str, typer.Argument(help="What to look for, in Dutch or English.")],
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many paragraphs, or letters, at most.")] = 10,
    as_json: AsJson = False,
    by_letter: Annotated[
        bool,
        typer.Option(
            "--by-letter", help="Which letters mention it: in how many paragraphs each, and the best of these."
        ),
    ] = False,
    letter: LetterOption = None,
    date_from: FromOption = "",
    date_to: ToOption = "",
    ministry: MinistryOption = "",
    dossier: DossierOption = "",
) -> None:
    """Rank the paragraphs nearest to a question, without answering it."""
    from ui.records import citation_record, mention_record
    from ui.terminal import print_hits, print_overview

    scope = _scope(letter, date_from, date_to, ministry, dossier)
    assistant = _assistant()
    _tell_undated(assistant, scope)
    if by_letter:
        overview = assistant.mentions(question, top, letters=scope)
        if as_json:
            _print_json([mention_record(mention) for mention in overview.mentions])
        else:
            print_overview(overview)
        return
    hits = assistant.search(question, top, letters=scope)
    citations = [assistant.cite_hit(number, hit) for number, hit in enumerate(hits, 1)]
    if as_json:
        _print_json([citation_record(citation) for citation in citations])
    else:
        print_hits(citations)


@app.command()
@takes_server
def batch(
    questions: Annotated[Path, typer.Argument(metavar="IN", help="A .jsonl, .csv or .txt file of questions.")],
    out: Annotated[Path, typer.Option(help="The .jsonl or .csv file to write.")],
    letter: LetterOption = None,
    date_from: FromOption = "",
    date_to: ToOption = "",
    ministry: MinistryOption = "",
    dossier: DossierOption = "",
    language: LanguageOption = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
) -> None:
    """Answer a file of questions, one answer a row, order kept."""
    from ui.batch import check_output, read_rows, run_batch, write_records
    from ui.terminal import progress_bar

    scope = _scope(letter, date_from, date_to, ministry, dossier)
    check_output(out)
    rows = read_rows(questions)
    assistant = _assistant(_settings(model, base_url))
    _tell_undated(assistant, scope)
    with progress_bar("answering", len(rows)) as show:
        records = run_batch(
            assistant, rows, letters=scope, language=language.value if language else None, progress=show
        )
        errors = write_records(out, records)
    failed = f", {errors} of them error rows" if errors else ""
    sys.stderr.write(f"kamervraag: {len(rows)} rows written to {out}{failed}\n")


@app.command()
@takes_server
def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH…", help="Letters (.pdf, .docx, .html, .xml, .md, .txt) or folders of them."),
    ],
    translation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The letter's English, a line a sentence; else NAME.en.txt beside it."),
    ] = None,
    translate: Annotated[
        bool, typer.Option("--translate", help="Have --model write the English of the only letter given, beside it.")
    ] = False,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    correct: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Corrections to how it was cut, such as 'heading: Inleiding'; kept for later."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add letters, or folders of them; a letter that is here already stays as it is."""
    from ingest.pipeline import ingest as ingest_paths
    from ingest.pipeline import prepare_home
    from ui.adding import find_quotes, print_results, results_record
    from ui.terminal import stage_bar

    if translate:
        _translate(paths, translation, _settings(model, base_url))
    home, embedder = _home(), _embedder()
    prepare_home(home)
    with stage_bar() as show:
        results = ingest_paths(paths, home, embedder, show, translation, correct)
    failed = [result.reason for result in results if result.outcome == "failed"]
    if as_json:
        _print_json(results_record(results, find_quotes(results, home), home))
    elif len(results) > 1 or not failed:
        print_results(results, find_quotes(results, home), home)
    if failed:
        several = f"{len(failed)} of {len(results)} files could not be added, for the reasons above"
        raise UserError(several if len(results) > 1 else failed[0])


@app.command()
@takes_server
def letters(
    as_json: AsJson = False,
    date_from: FromOption = "",
    date_to: ToOption = "",
    ministry: MinistryOption = "",
    dossier: DossierOption = "",
) -> None:
    """List the letters that can be asked, or those within a period, of a ministry or a dossier."""
    from ui.records import letter_record
    from ui.terminal import print_letters

    scope = _scope(None, date_from, date_to, ministry, dossier)
    assistant = _assistant()
    _tell_undated(assistant, scope)
    records = [letter_record(assistant.letters[one]) for one in assistant.select(scope).letters or assistant.letters]
    if as_json:
        _print_json(records)
    else:
        print_letters(records)


@app.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="The letter's id, from 'kamervraag letters'.")],
    as_json: AsJson = False,
    template: Annotated[
        bool, typer.Option("--translation-template", help="Print the sidecar for 'ingest --translation', to be filled.")
    ] = False,
) -> None:
    """Show a letter as it was understood: header, sections, paragraphs, footnotes, signatories."""
    from ingest.pipeline import prepare_home
    from ingest.translation import write_template
    from ui.records import structure_record
    from ui.terminal import print_structure

    home = _home()
    prepare_home(home)
    letter = home.load(letter_id)
    if template:
        typer.echo(write_template(letter))
    elif as_json:
        _print_json(structure_record(letter))
    else:
        print_structure(letter)


@app.command()
@takes_server
def remove(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="The letter's id, from 'kamervraag letters'.")],
) -> None:
    """Take a letter out again; the file it came from is not touched."""
    from ingest.pipeline import remove as remove_letter

    # not from the assistant, whose index can't be opened as long as the letter to be removed is damaged
    remove_letter(letter_id, _home(), _embedder())
    typer.echo(f"removed {letter_id}")


@app.command(name="eval")
@takes_server
def evaluate(
    gold: Annotated[
        Path | None,
        typer.Argument(metavar="GOLD", help="A .jsonl gold set for your letters; else the bundled letter's own."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where answers, figures and reports go.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="DIR", help="An earlier run to be held against; exit status 1 if worse.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Score these answers, made elsewhere, in batch's .jsonl format.")
    ] = None,
    letter_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Put the questions to this letter, without adding it for good.")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(metavar="PROVIDER:NAME", help="Also ask a LangChain chat model's opinion.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check the gold set.")] = False,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
) -> None:
    """Measure the answers against a gold set, write a report, and hold it against an earlier run."""
    from ui.evaluation import Options, check_gold, run_evaluation

    if check:
        check_gold(gold, _home(), letter_file)
        return
    if out is None:
        raise typer.BadParameter("say where the report should go", param_hint="'--out'")
    options = Options(gold, out, answers, baseline, letter_file, judge)
    run_evaluation(options, _settings(model, base_url), _assistant)


@app.command(name="ui")
@takes_server
def serve_page(
    host: Annotated[str, typer.Option(help="Address to listen on; only this computer unless you say otherwise.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 7860,
    auth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Let in only these users: lines from 'kamervraag password'.")
    ] = None,
    uploads: Annotated[
        Uploads, typer.Option(help="Who may ask a letter that a visitor adds: only they, everybody, or none is taken.")
    ] = Uploads.private,
    mcp: Annotated[bool, typer.Option("--mcp", help="Also answer programs that speak MCP.")] = False,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Let visitors choose who words the answers: this language model, named as for 'ask', or none at all; "
            "may be repeated, the first is the default.",
        ),
    ] = None,
    base_url: BaseUrlOption = None,
) -> None:
    """Open the chat page: the conversation with the letter beside it, in a browser."""
    from assistant.llm import QUOTE, load_chat_model
    from ui.models import load_models
    from ui.web import serve

    settings = _settings(QUOTE if model else None, base_url)
    models = load_models(model or (), lambda name: load_chat_model(name, settings.base_url, settings.timeout_s))
    serve(_assistant(settings), settings, host, port, auth, uploads, mcp, models)


@app.command()
def password(name: Annotated[str, typer.Argument(help="The user's name.")]) -> None:
    """Print a line for the file of 'kamervraag ui --auth', with the password hashed."""
    from ui.passwords import hash_password

    typer.echo(hash_password(name, typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)))


@app.command()
@takes_server
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="First set broken files aside and build the index from the letters.")
    ] = False,
) -> None:
    """Show what is installed and which settings are in force, what is wrong and how to mend it."""
    from ui.doctor import examine

    problems = 0
    if repair:
        from ui.keeping import repair_home

        problems += repair_home(_settings(), _home())
    for finding in examine(_settings()):
        typer.echo(f"{finding.name:31}{finding.value}")
        if finding.mend:
            problems += 1
            typer.echo(f"{'':31}-> {finding.mend}")
    if problems:
        raise UserError(f"{problems} {'thing' if problems == 1 else 'things'} to mend, marked '->' above")


@app.command(name="export-home")
def export_home(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .zip to write.")],
) -> None:
    """Save letters, their files, conversations and all else that can't be made again in one file."""
    from ui.keeping import export_home

    export_home(_settings(), _home(), file)


@app.command(name="import-home")
@takes_server
def import_home(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What 'kamervraag export-home' wrote.")],
) -> None:
    """Add what such a file holds to the letters here; nothing that is here is overwritten."""
    from ui.keeping import import_home

    import_home(_settings(), _home(), file)


def _translate(paths: list[Path], translation: Path | None, settings: Settings) -> None:
    from assistant.llm import load_chat_model
    from assistant.translate import translate_file
    from ui.terminal import Preparation, harmless

    if translation or len(paths) != 1:
        raise UserError("--translate takes one letter, and no --translation beside it")
    model = load_chat_model(settings.model, settings.base_url, settings.timeout_s)
    if model is None:
        raise UserError("--translate needs a language model: name one with --model, for example 'ollama:llama3.1'")
    for line in translate_file(paths[0], model, Preparation()):
        _report(harmless(f"left in Dutch: {line}"))


def _settings(model: str | None = None, base_url: str | None = None) -> Settings:
    from ingest.settings import load_settings

    given = {name: value for name, value in (("model", model), ("base_url", base_url)) if value}
    return load_settings(chroma_url=given_server()).model_copy(update=given)


def _scope(letter: list[str] | None, date_from: str, date_to: str, ministry: str, dossier: str) -> Scope:
    from assistant.scope import read_scope

    return read_scope(letter or (), date_from, date_to, ministry, dossier)


def _tell_undated(assistant: Assistant, scope: Scope) -> None:
    if left_out := assistant.select(scope).undated:
        _report(f"left out, being without a date: {', '.join(left_out)}")


def _home() -> Home:
    from ingest.settings import load_home

    return load_home(_settings(), _report)


def _embedder() -> Embedder:
    from ingest.embed import load_embedder
    from ui.terminal import Preparation

    settings = _settings()
    return load_embedder(settings.embedder, settings.models, threads=settings.threads, progress=Preparation())


def _report(line: str) -> None:
    print(f"kamervraag: {line}", file=sys.stderr)


def _assistant(settings: Settings | None = None) -> Assistant:
    from assistant.pipeline import build_assistant
    from ui.terminal import Preparation

    assistant = build_assistant(
        settings or _settings(),
        report=_report,
        progress=Preparation(),
    )
    # never closed: the end of the process lets go of its files, and at Ctrl-C a step may still be reading them
    gc.freeze()
    gc.enable()
    return assistant


def _print_json(value: Any) -> None:
    # in full where the output takes it; escaped, and so not a character lost, where it does not
    text = json.dumps(value, ensure_ascii=not _takes_unicode(), indent=2)
    typer.echo(text.encode("utf-8", "replace").decode("utf-8"))


def _takes_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
