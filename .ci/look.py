"""look.py BROWSER DIRECTORY: every report.html below the directory, looked at in a browser without a network."""

import csv
import re
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Everything with words that is shown, where it is, and in which chart.
TEXTS = """() => [...document.querySelectorAll('figure')].map(figure => {
  const shown = [...figure.querySelectorAll('svg text, svg foreignObject, .label')].filter(it =>
    it.textContent.trim() && getComputedStyle(it).display !== 'none' && getComputedStyle(it).visibility !== 'hidden' && !it.closest('details'));
  return {chart: figure.id, texts: shown.map(it => {const r = it.getBoundingClientRect();
    return {words: it.textContent, left: r.left, right: r.right, top: r.top, bottom: r.bottom, scrolls: !!it.closest('.scroll')}})
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
WIDTH = "() => document.documentElement.scrollWidth"
VIEWS = "() => [...document.querySelectorAll('[data-time] svg[viewBox]')].map(it => it.getAttribute('viewBox'))"


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


def looked_at(page, width, wrong, where):
    wrong += [f"{where}: {it}" for it in overlapping(page.evaluate(TEXTS), width)]
    if page.evaluate(WIDTH) > width:
        wrong.append(f"{where}: wider than the screen")
    if untitled := page.evaluate(UNTITLED):
        wrong.append(f"{where}: {untitled} charts without a title")
    if empty := page.evaluate(EMPTY):
        wrong.append(f"{where}: nothing drawn in {empty}")


def main():
    browser_path, root = sys.argv[1], Path(sys.argv[2])
    pages = sorted(root.glob("*/report.html"))
    assert pages, "no pages"
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-quic", "--disable-sync"])
        for path in pages:
            wrong = []
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
                context.close()
            print(path, "ok" if not wrong else f"{len(wrong)} wrong: " + "; ".join(wrong[:8]))
            failed |= bool(wrong)
        browser.close()
    sys.exit(failed)


main()
