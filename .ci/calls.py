"""calls.py BROWSER LIBRARIES FILE...: calls as others read them, without a network. A `.mmd` is a sequence diagram that Mermaid's own
parser takes and draws; the slices of a `.trace.json` lie within each other on every track, to the nanosecond, and speedscope shows them.
LIBRARIES holds the packages `mermaid` and `speedscope`."""

import json
import re
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import sync_playwright

# What each kind of event of a trace must have.
FIELDS = {"B": ("ts", "cat"), "E": ("ts",), "i": ("ts", "s"), "M": ("args",)}
# The diagram as Mermaid reads it and draws it: its kind, and all words that can be seen.
MERMAID = """async text => {
  mermaid.initialize({startOnLoad: false, securityLevel: 'strict', suppressErrorRendering: true});
  try {
    const {diagramType} = await mermaid.parse(text), {svg} = await mermaid.render('drawn', text);
    document.body.innerHTML = svg;
    const words = [...document.querySelectorAll('.messageText, .noteText, .actor')].map(it => it.textContent);
    return {diagramType, words, ran: document.body.querySelectorAll('img, script, iframe').length};
  } catch (error) { return {error: String(error)} }
}"""


def diagram(page, path):
    """A file for Mermaid."""
    text = path.read_text()
    drawn = page.evaluate(MERMAID, text)
    if "error" in drawn:
        yield drawn["error"]
        return
    if drawn["diagramType"] != "sequence":
        yield f"it is a {drawn['diagramType']}"
    if drawn["ran"]:
        yield "a name has become markup"
    # What is said, with the codes of characters that would mean something.
    said = [line.split(mark, 1)[1] for line in text.splitlines() for mark in (": ", " as ") if line.startswith("  ") and mark in line][:2000]
    seen = "".join("".join(drawn["words"]).split())
    for words in said:
        words = re.sub(r"#(\d+);", lambda it: chr(int(it[1])), words)
        if "".join(words.split()) not in seen:
            yield f"not drawn: {words}"
    if len(said) < 4:
        yield "nothing is said"


def nested(path):
    """A trace: every event has its fields and a named track; on a track, what begins last ends first, and time does not go back."""
    trace = json.loads(path.read_text(), parse_float=Decimal)
    open_slices, clocks, names = defaultdict(list), defaultdict(Decimal), set()
    for number, event in enumerate(trace["traceEvents"]):
        missing = [it for it in ("name", "ph", "pid", "tid", *FIELDS.get(event.get("ph"), ("a known ph",))) if it not in event]
        if missing:
            yield f"event {number} has no {', '.join(missing)}"
            continue
        track = event["pid"], event["tid"]
        if event["ph"] == "M":
            names.add(track if event["name"] == "thread_name" else event["pid"])
            continue
        if not {track, event["pid"]} <= names:
            yield f"event {number} is on a track without a name"
        at, name, around = event["ts"], event["name"], open_slices[track]
        if at < 0 or (at * 1000) % 1:
            yield f"event {number}: {at} is no time in whole nanoseconds"
        if event["ph"] == "i":
            continue
        if at < clocks[track]:
            yield f"event {number}: {at} is before {clocks[track]}"
        clocks[track] = at
        if event["ph"] == "B":
            around.append((event["cat"], name))
            kinds = [kind for kind, _ in around]
            if kinds != ["call", "place", "part"][:len(kinds)]:
                yield f"event {number}: {name} is a {kinds[-1]} in {kinds[:-1]}"
        elif not around or around.pop()[1] != name:
            yield f"event {number}: {name} ends, which is not what began last"
    for track, around in open_slices.items():
        if around:
            yield f"on track {track}, {around} do not end"
    if not clocks:
        yield "no slices"


def shown(page, speedscope, path):
    """The same in speedscope, a viewer that runs without a network."""
    told = []
    listen = lambda it: told.append(it.text) if it.type in ("error", "warning") and "GL Driver" not in it.text else None
    page.on("console", listen)
    page.on("pageerror", lambda it: told.append(str(it)))
    page.goto((speedscope / "dist/release/index.html").resolve().as_uri())
    page.set_input_files("input[type=file]", path)
    try:
        page.wait_for_function("name => document.title.includes(name)", arg=path.name, timeout=20_000)
    except Exception as error:
        yield f"speedscope does not open it: {error}"
        return
    # The names of all slices stand in its table.
    page.keyboard.press("3")
    page.wait_for_timeout(500)
    seen = page.locator("body").inner_text()
    events = json.loads(path.read_text())["traceEvents"]
    first = next(event["tid"] for event in events if event["ph"] == "B")
    for name in {event["name"] for event in events if event["ph"] == "B" and event["tid"] == first}:
        if name not in seen:
            yield f"speedscope does not show {name!r}"
    yield from (f"speedscope says: {it}" for it in told)


def main():
    browser_path, libraries, files = sys.argv[1], Path(sys.argv[2]), [Path(it) for it in sys.argv[3:]]
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-quic", "--disable-sync"])
        context = browser.new_context(offline=True)
        for path in files:
            page = context.new_page()
            if path.suffix == ".mmd":
                page.add_script_tag(path=libraries / "mermaid/dist/mermaid.min.js")
                wrong = list(diagram(page, path))
            else:
                wrong = list(nested(path)) or list(shown(page, libraries / "speedscope", path))
            page.close()
            print(path, "ok" if not wrong else f"{len(wrong)} wrong: " + "; ".join(wrong[:8]))
            failed |= bool(wrong)
        browser.close()
    assert files, "no files"
    sys.exit(failed)


main()
