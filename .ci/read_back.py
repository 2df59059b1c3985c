"""Opens CSV files and workbooks in LibreOffice without a screen, and holds the cells it shows against what was written."""

import csv
import os
import pathlib
import re
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet import CellFlags

# How CSV files are opened: as a double-click does; and comma, UTF-8, American English, special numbers detected.
OPTIONS = {"default": "", "detecting": "44,34,76,1,,1033,false,true"}

# What a double-click takes a file for that has no byte order mark: docs/reference/results.md says what to do about it.
DEFAULT_ENCODING = "cp1252"

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


def office(directory):
    """LibreOffice with a profile of its own: its process, and the desktop it listens at."""
    pipe = f"ctisim-{os.getpid()}"
    profile = (directory / "profile").resolve().as_uri()
    process = subprocess.Popen(
        ["soffice", "--headless", "--norestore", f"-env:UserInstallation={profile}", f"--accept=pipe,name={pipe};urp;"])
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(240):
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return process, there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        except NoConnectException:
            if process.poll() is not None:
                break
            time.sleep(0.5)
    process.kill()
    sys.exit("LibreOffice does not listen")


def opened(desktop, file, options):
    properties = [PropertyValue(Name="Hidden", Value=True)]
    if options:
        properties += [PropertyValue(Name="FilterName", Value="Text - txt - csv (StarCalc)")]
        properties += [PropertyValue(Name="FilterOptions", Value=options)]
    return desktop.loadComponentFromURL(file.resolve().as_uri(), "_blank", 0, tuple(properties))


def cells_of(sheet):
    """The rows of a sheet, as numbers and texts; and what is neither: formulas, dates, times."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    address = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, address.EndColumn, address.EndRow)
    others = area.queryContentCells(CellFlags.FORMULA | CellFlags.DATETIME).RangeAddressesAsString
    return area.DataArray, others


def compare(where, written, seen, is_workbook):
    """Holds the rows of a CSV file against those of a sheet; the texts of a workbook need no mark."""
    wrong = []
    if len(seen) != len(written):
        wrong.append(f"{where}: {len(seen)} rows instead of {len(written)}")
    for at, (texts, cells) in enumerate(zip(written, seen)):
        if len(cells) != len(texts):
            wrong.append(f"{where}, row {at + 1}: {len(cells)} cells instead of {len(texts)}")
        for text, value in zip(texts, cells):
            if NUMBER.fullmatch(text):
                good = value == float(text) and isinstance(value, float)
            else:
                good = value == text or is_workbook and isinstance(value, str) and "'" + value == text
            if not good:
                wrong.append(f"{where}, row {at + 1}: {text!r} is seen as {value!r}")
    return wrong


def main(root):
    files = sorted(root.glob("*/*.csv"))
    workbooks = sorted(root.glob("*/*.xlsx"))
    assert len(files) == 6 and len(workbooks) == 2, f"not what was expected: {files} {workbooks}"
    written = {file: list(csv.reader(file.open(encoding="utf-8", newline=""))) for file in files}
    for file, rows in written.items():
        assert any(NUMBER.fullmatch(text) for row in rows for text in row), f"{file} has no numbers to compare"
    wrong, compared = [], 0
    process, desktop = office(root)
    try:
        for name, options in OPTIONS.items():
            for file, rows in written.items():
                where = f"{file.name} ({name})"
                document = opened(desktop, file, options)
                seen, others = cells_of(document.Sheets.getByIndex(0))
                if not options:
                    rows = [[text.encode().decode(DEFAULT_ENCODING) for text in row] for row in rows]
                wrong += compare(where, rows, seen, False)
                wrong += [f"{where}: {others} are formulas or dates"] if others else []
                compared += sum(map(len, rows))
                document.close(True)
        for file in workbooks:
            document = opened(desktop, file, "")
            for name in document.Sheets.ElementNames:
                sheet = document.Sheets.getByName(name)
                seen, others = cells_of(sheet)
                wrong += [f"{file.name}, {name}: {others} are formulas or dates"] if others else []
                rows = written.get(file.parent / f"{name}.csv")
                if rows:
                    wrong += compare(f"{file.name}, {name}", rows, seen, True)
                    compared += sum(map(len, rows))
                elif name == "charts" and sheet.Charts.Count < 2:
                    wrong.append(f"{file.name}: {sheet.Charts.Count} charts")
                elif name not in ("report", "charts", "chart data", "points", "run"):
                    wrong.append(f"{file.name}: what is the sheet {name}?")
            missing = {it.stem for it in files if it.parent == file.parent} - set(document.Sheets.ElementNames)
            wrong += [f"{file.name}: there is no sheet {name}" for name in missing]
            document.close(True)
        desktop.terminate()
    finally:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
    for line in wrong[:50]:
        print(line, file=sys.stderr)
    if wrong:
        sys.exit(f"{len(wrong)} differences between what was written and what LibreOffice shows")
    print(f"{len(files)} CSV files, each opened in {len(OPTIONS)} ways, and {len(workbooks)} workbooks: "
          f"{compared} cells are what was written")


main(pathlib.Path(sys.argv[1]))
