"""look.py BROWSER DIRECTORY: every report.html below the directory, looked at in a browser without a network."""

import csv
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Everything with words that is shown, where it is, and in which chart.
TEXTS = """() => [...document.querySelectorAll('figure')].map(figure => {
  const shown = [...figure.querySelectorAll('svg text, svg foreignObject, .label')].filter(it =>
    it.textContent.trim() && getComputedStyle(it).display !== 'none' && getComputedStyle(it).visibility !== 'hidden' && !it.closest('details'));
  return {chart: figure.id, texts: shown.map(it => {const r = it.getBoundingClientRect();
    return {words: it.textContent, left: r.left, right: r.right, top: r.top, bottom: r.bottom, scrolls: !!it.closest('.sc')}})
    .filter(it => it.right > it.left)}})"""
# What has no words of its own for readers who do not see it, or nothing drawn.
UNTITLED = """() => [...document.querySelectorAll('svg[role=img]')].filter(it => {
  const named = (it.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id)).filter(Boolean);
  const title = named.length ? named.map(it => it.textContent).join(' ') : (it.querySelector('title') || {}).textContent;
  return !(title || '').trim()}).length"""
EMPTY = """() => [...document.querySelectorAll('figure')].filter(figure => {
  const drawn = [...figure.querySelectorAll('svg path, svg line, svg rect, svg circle, svg polyline, svg polygon')].filter(it => {
    const r = it.getBoundingClientRect(); return r.width > 0 || r.height > 0});
  return figure.querySelector('svg') && drawn.length < 3 && !/no values/i.test(figure.textContent)}).map(it => it.id || it.textContent.slice(0, 40))"""
# The table behind each chart: the names of its columns, and its rows with all digits.
TABLES = """() => Object.fromEntries([...document.querySelectorAll('figure')].filter(it => it.querySelector('details table')).map(figure => {
  const value = it => {const data = it.querySelector('data'); return data ? data.value : it.textContent};
  const table = figure.querySelector('details table');
  return [figure.id.replace('chart-', ''), {
    head: [...table.querySelectorAll('thead th')].map(it => it.dataset.k || it.textContent),
    rows: [...table.querySelectorAll('tbody tr')].map(row => [...row.children].map(value))}]}))"""
WIDTH = "() => document.documentElement.scrollWidth"


def overlapping(figures, width):
    """Texts of a chart that are cut by the edge of the page, or lie on another."""
    for figure in figures:
        texts = figure["texts"]
        for it in texts:
            if not it["scrolls"] and (it["left"] < -1 or it["right"] > width + 1):
                yield f"{figure['chart']}: cut: {it['words']}"
        for at, one in enumerate(texts):
            for two in texts[at + 1:]:
                across = min(one["right"], two["right"]) - max(one["left"], two["left"])
                down = min(one["bottom"], two["bottom"]) - max(one["top"], two["top"])
                if across > 1 and down > 4:
                    yield f"{figure['chart']}: {one['words']!r} covers {two['words']!r}"


def number(text):
    """A cell as a number; a text is a text."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return text or None


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def timeline(tables, directory):
    """What the charts over time show, and the columns of `timeline.csv` that it has to equal."""
    lines = rows_of(directory / "timeline.csv")
    for chart, table in tables.items():
        name = None
        for at, column in enumerate(table["head"]):
            base = column if column in ("l", "h") else next((it for it in (column, f"{column}_mean_ms") if it in lines[0]), None)
            if base in ("l", "h") and name:
                edge = {"l": "p5", "h": "p95"}[base]
                base = name.replace("_mean_ms", f"_mean_{edge}_ms") if name.endswith("_mean_ms") else f"{name}_{edge}"
            elif base not in ("l", "h"):
                name = base
            if base is None or base in ("l", "h") or len(table["rows"]) != len(lines):
                continue
            for row, line in zip(table["rows"], lines):
                expected = number(line[base])
                yield f"{chart}: {base} at {line['start_s']} s", number(row[at]), None if expected == "not estimable" else expected


def percentiles(tables, directory):
    """The percentile curves, and the percentiles of `summary.csv`."""
    cluster = {it["metric"]: it for it in rows_of(directory / "summary.csv") if it["scope"] == "cluster"}
    table = tables.get("delays", {"head": [], "rows": []})
    for at, column in enumerate(table["head"]):
        for row in table["rows"]:
            share = {0.5: "p50", 0.9: "p90", 0.95: "p95", 0.99: "p99", 0.999: "p999"}.get(number(row[0]))
            if column in cluster and share:
                if int(cluster[column]["censored"] or 0):
                    share = f"km_{share}"
                if share in cluster[column]:
                    expected = number(cluster[column][share])
                    yield f"delays: {column} {share}", number(row[at]), None if expected == "not reached" else expected


def stations(tables, directory):
    """The utilisation of stations."""
    busy = {it["name"]: it for it in rows_of(directory / "summary.csv") if it["scope"] == "station" and it["metric"] == "utilisation"}
    for row in tables.get("stations", {"rows": []})["rows"]:
        yield f"stations: {row[0]}", number(row[1]), number(busy[row[0]]["mean"])


def run(tables, directory):
    """The charts of a run."""
    yield from timeline(tables, directory)
    yield from percentiles(tables, directory)
    yield from stations(tables, directory)


def sweep(tables, directory):
    """The percentiles of a sweep, with their intervals."""
    lines = [it for it in rows_of(directory / "sweep.csv") if it["scope"] == "cluster"]
    for table in tables.values():
        metric, _, statistic = table["head"][1].partition(".")
        of_metric = [it for it in lines if it["metric"] == metric]
        for row, line in zip(table["rows"], of_metric if statistic in lines[0] else []):
            estimate = f"km_{statistic}" if int(line["censored"] or 0) else statistic
            for at, column in enumerate([estimate, f"{estimate}_low", f"{estimate}_high"] if estimate in line else [], 1):
                yield f"{metric}.{column} at {row[0]}", number(row[at]), number(line[column])


def comparison(tables, directory):
    """How much a measure differs, in percent."""
    lines = {it["metric"] if it["statistic"] == "mean" else f"{it['metric']}.{it['statistic']}": it
             for it in rows_of(directory / "comparison.csv") if it["scope"] == "cluster"}
    for row in tables["differences"]["rows"]:
        if row[0] in lines and number(row[1]) is not None:
            # Computed in another order: equal to twelve digits.
            close = lambda it: float(f"{it:.12g}")
            yield f"differences: {row[0]}", close(number(row[1])), close(number(lines[row[0]]["relative_percent"]))


def capacity(tables, directory):
    """The values of the walk, with their intervals."""
    for row, line in zip(tables["walk"]["rows"], rows_of(directory / "capacity.csv")):
        for at, column in enumerate(["value", "low", "high"], 1):
            yield f"walk: {column} at {row[0]}", number(row[at]), number(line[column]) if line[column] != "unknown" else None


# What each command leaves, which charts that is held against, and how many numbers that is at least.
FILES = {"timeline.csv": (run, 100), "sweep.csv": (sweep, 15), "comparison.csv": (comparison, 5), "capacity.csv": (capacity, 15)}


def compared(tables, directory, wrong):
    """Every number of the charts that a CSV file has too; how many these are."""
    count = 0
    for file, (numbers, least) in FILES.items():
        found = list(numbers(tables, directory)) if (directory / file).exists() else [None] * least
        if len(found) < least:
            wrong.append(f"only {len(found)} numbers could be compared with {file}")
        for what, shown, expected in filter(None, found):
            count += 1
            if shown != expected:
                wrong.append(f"{what}: {shown} in the page, {expected} in the file")
    return count


def looked_at(page, width, wrong, where):
    wrong += [f"{where}: {it}" for it in overlapping(page.evaluate(TEXTS), width)]
    if page.evaluate(WIDTH) > width:
        wrong.append(f"{where}: wider than the screen")
    if untitled := page.evaluate(UNTITLED):
        wrong.append(f"{where}: {untitled} charts without a title")
    if empty := page.evaluate(EMPTY):
        wrong.append(f"{where}: nothing drawn in {empty}")


def used(page, wrong, where):
    """Reads and zooms charts as somebody would, with the mouse and by keyboard."""
    plots = page.locator(".plot")
    if not plots.count():
        return
    tip, whole = page.locator("#tip"), "0 0 10000 10000"

    def views():
        return {it.get_attribute("viewBox") for it in page.locator(".time .plot .d").all()}

    plot = plots.first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    across, middle = lambda share: box["x"] + share * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(across(0.5), middle)
    pointed = tip.text_content() if tip.is_visible() else ""
    cells = page.locator("figure").filter(has=plot).first.locator("details td").all_text_contents()
    if not any(it and it in pointed for it in cells):
        wrong.append(f"{where}: no tooltip with a value of the chart: {pointed!r}")
    plot.focus()
    page.keyboard.press("Home")
    first = tip.text_content()
    page.keyboard.press("ArrowRight")
    if not tip.is_visible() or tip.text_content() == first:
        wrong.append(f"{where}: the arrow keys do not read: {first!r}")
    page.keyboard.press("Escape")
    if not page.locator(".time .plot").count():
        return
    page.mouse.move(across(0.3), middle)
    page.mouse.down()
    page.mouse.move(across(0.6), middle, steps=4)
    page.mouse.up()
    if len(views()) != 1 or views() == {whole}:
        wrong.append(f"{where}: zooming one chart does not zoom all: {views()}")
    wrong += [f"{where}, zoomed: {it}" for it in overlapping(page.evaluate(TEXTS), page.viewport_size["width"])]
    page.locator("#whole").click()
    if views() != {whole}:
        wrong.append(f"{where}: the button does not show the whole run")
    plot.focus()
    page.keyboard.press("+")
    zoomed = views()
    page.keyboard.press("Escape")
    if zoomed == {whole} or views() != {whole}:
        wrong.append(f"{where}: + and Escape do not zoom: {zoomed}, {views()}")


def printed(page, wrong, where):
    """On A4: nothing is cut, and there are few pages."""
    page.emulate_media(media="print", color_scheme="light")
    # A4 less the margins, at 96 pixels an inch.
    page.set_viewport_size({"width": 688, "height": 1016})
    looked_at(page, 688, wrong, where)
    pages = page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n") or 99
    if pages > 12:
        wrong.append(f"{where}: {pages} pages")


def main():
    browser_path, root = sys.argv[1], Path(sys.argv[2])
    pages = sorted(root.glob("*/report.html"))
    assert pages, "no pages"
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-quic", "--disable-sync"])
        for path in pages:
            wrong = []
            numbers = 0
            for width, scheme, script in ((400, "light", True), (1280, "dark", True), (1280, "light", False), (400, "dark", False)):
                where = f"{width} {scheme}{'' if script else ' without JavaScript'}"
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, java_script_enabled=script)
                page = context.new_page()
                requests = []
                page.on("console", lambda it: wrong.append(f"{where}: console: {it.text}"))
                page.on("pageerror", lambda it: wrong.append(f"{where}: error: {it}"))
                page.on("request", lambda it: requests.append(it.url))
                page.goto(path.resolve().as_uri(), wait_until="load")
                if len(requests) != 1:
                    wrong.append(f"{where}: it asks for {requests[1:]}")
                looked_at(page, width, wrong, where)
                if not script:
                    numbers = compared(page.evaluate(TABLES), path.parent, wrong)
                if script:
                    used(page, wrong, where)
                else:
                    printed(page, wrong, f"on paper, from {width}")
                context.close()
            print(path, f"ok, {numbers} numbers as in the files" if not wrong else f"{len(wrong)} wrong: " + "; ".join(wrong[:8]))
            failed |= bool(wrong)
        browser.close()
    sys.exit(failed)


main()
