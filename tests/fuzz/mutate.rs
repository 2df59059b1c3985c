//! Changes of a text, as people, scripts and accidents make them: of lines, sections and values, and of bare bytes.

use std::ops::Range;

use crate::luck::Luck;

/// Longer cases take longer and find no more.
const LONGEST: usize = 8_000;

/// Values at the edges of what is read, and beyond them.
const EDGES: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "0.0",
    "-0.0",
    "1e308",
    "1e309",
    "-1e308",
    "1e-320",
    "5e-324",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211455",
    "4294967295",
    "4294967296",
    "65535",
    "65536",
    "1000000",
    "1000001",
    "0.1",
    "0.30000000000000004",
    "1_000",
    "1,5",
    "1e2",
    "1E+2",
    "0x10",
    "0o7",
    "0b1",
    "+5",
    ".5",
    "5.",
    "00",
    "1.2.3",
    "0s",
    "1ns",
    "0.5ns",
    "1us",
    "1ms",
    "250ms",
    "1s",
    "5m",
    "1h",
    "1h30m",
    "30m1h",
    "100d",
    "584y",
    "213503d",
    "213504d",
    "18446744073709551615ns",
    "18446744073709551616ns",
    "5124095h",
    "5124096h",
    "99999999999999999999s",
    "5 s",
    "3:00",
    "0/s",
    "1/s",
    "1/d",
    "1000000/s",
    "1e9/s",
    "36000/h",
    "/h",
    "1/w",
    "0%",
    "100%",
    "100.1%",
    "5%",
    "-5%",
    "1e2%",
    "true",
    "false",
    "off",
    "all",
    "by_hand",
    "",
    " ",
    "\u{a0}",
    "\u{2028}",
    "{}",
    "[]",
    "[[]]",
    "{",
    "[",
    "}",
    "]",
    "1979-05-27T07:32:00Z",
    "07:32:00",
    "'''",
    "\"\"\"",
    "\\",
    "\\u0000",
    "\\u001b",
    "\\u202e",
    "\\U0010ffff",
    "\\x1b",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "e\u{301}",
    "\u{1f4a9}",
    "\u{1f468}\u{200d}\u{1f469}",
    "日本語",
    "ß",
    "ſ",
    "İ",
    "K",
    "٣",
    "½",
    "a.b",
    "a/b",
    "a:b",
    "a=b",
    "a b",
    "node:sub1",
    "../x",
    "/etc/passwd",
    "calls.csv",
    "s3cret",
    "at_s",
    "talk_s",
    "wish",
];

/// Bytes that are put anywhere.
const SPLINTERS: &[&[u8]] = &[
    b"\"",
    b"'",
    b"\"\"\"",
    b"'''",
    b"[",
    b"]",
    b"[[",
    b"]]",
    b"{",
    b"}",
    b"=",
    b"+=",
    b",",
    b".",
    b"..",
    b":",
    b";",
    b"#",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\t",
    b" ",
    b"\\",
    b"\\\n",
    b"\0",
    b"\x1b[2J",
    b"\x07",
    b"\x7f",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xfe",
    b"\xc3",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80\xae",
    b"\xc2\x85",
    b"\xc2\x9b",
    b"e\xcc\x81",
    b"\xf0\x9f\x92\xa9",
    b"-",
    b"--",
    b"-0",
    b"%",
    b"/h",
    b"e9",
    b"<=",
    b">=",
    b"\n#set ",
    b"\n#beside\n",
    b"sep=;\n",
    b"\"\"",
    b"s3cret",
    b",,,",
    b"= ",
    b"\xc2\xa0",
    b"\xe2\x80\xa8",
];

/// What a text is changed with.
pub(crate) struct Matter<'a> {
    /// Texts of the same kind, from which parts are taken.
    pub(crate) others: &'a [Vec<u8>],
    /// Lines that fit somewhere.
    pub(crate) lines: &'a [String],
    /// Whether changes are mostly small, so that more cases are accepted.
    pub(crate) is_gentle: bool,
}

/// One of the texts, changed some times; mostly once or twice, so that much of it is still right.
pub(crate) fn mutated(luck: &mut Luck, matter: &Matter<'_>) -> Vec<u8> {
    // Mostly of two the shorter: it is read sooner.
    let (one, other) = (luck.pick(matter.others), luck.pick(matter.others));
    let mut text = if one.len() <= other.len() || luck.one_in(4) { one.clone() } else { other.clone() };
    for _ in 0..if luck.one_in(8) { 8 } else { 3 } {
        match matter.is_gentle && !luck.one_in(4) {
            true => other_digit(luck, &mut text),
            false => change(luck, &mut text, matter),
        }
        text.truncate(LONGEST);
        if luck.one_in(2) {
            break;
        }
    }
    text
}

fn change(luck: &mut Luck, text: &mut Vec<u8>, matter: &Matter<'_>) {
    let other = luck.pick(matter.others);
    match luck.below(26) {
        0..=3 => replace_token(luck, text, |luck, _| luck.pick(EDGES).as_bytes().to_vec()),
        4 => {
            let own = text.clone();
            replace_token(luck, text, |luck, _| token_of(luck, &own));
        }
        5 => replace_token(luck, text, |luck, _| token_of(luck, other)),
        6..=7 => replace_token(luck, text, nearly),
        8 => replace_token(luck, text, nested),
        9 => remove(text, lines, luck),
        10 => repeat(text, lines, luck),
        11 => {
            let line = taken(text, lines, luck);
            insert(luck, text, lines, &line);
        }
        12 => {
            let line = part(luck, other, lines(other));
            insert(luck, text, lines, &line);
        }
        13 if !matter.lines.is_empty() => {
            let line = format!("{}\n", luck.pick(matter.lines));
            insert(luck, text, lines, line.as_bytes());
        }
        14 => remove(text, blocks, luck),
        15 => repeat(text, blocks, luck),
        16 => {
            let block = part(luck, other, blocks(other));
            insert(luck, text, blocks, &block);
        }
        17 => {
            let block = taken(text, blocks, luck);
            insert(luck, text, blocks, &block);
        }
        18 if !text.is_empty() => {
            let at = luck.below(text.len());
            text[at] ^= 1 << luck.below(8);
        }
        19..=20 => {
            let at = luck.below(text.len() + 1);
            let splinter = luck.pick(SPLINTERS);
            text.splice(at..at, splinter.iter().copied());
        }
        21 if !text.is_empty() => {
            let at = luck.below(text.len());
            let end = (at + 1 + luck.below(12)).min(text.len());
            text.drain(at..end);
        }
        22 if luck.one_in(3) => text.truncate(luck.below(text.len() + 1)),
        23 => line_ends(luck, text),
        24 if luck.one_in(4) => {
            let splinter = luck.pick(SPLINTERS).repeat(1 + luck.below(3000));
            let at = luck.below(text.len() + 1);
            text.splice(at..at, splinter);
        }
        25 if luck.one_in(4) => {
            // The beginning of this and the end of another.
            let (at, from) = (luck.below(text.len() + 1), luck.below(other.len() + 1));
            text.truncate(at);
            text.extend_from_slice(&other[from..]);
        }
        _ => replace_token(luck, text, nearly),
    }
}

/// The lines with their ends.
fn lines(text: &[u8]) -> Vec<Range<usize>> {
    ranges(text, |text, at| text[at - 1] == b'\n')
}

/// What stands between the headers of sections.
fn blocks(text: &[u8]) -> Vec<Range<usize>> {
    ranges(text, |text, at| text[at - 1] == b'\n' && text[at] == b'[')
}

/// The parts of a text; a new one begins where `begins` says so.
fn ranges(text: &[u8], begins: impl Fn(&[u8], usize) -> bool) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    for at in 1..text.len() {
        if begins(text, at) {
            found.push(start..at);
            start = at;
        }
    }
    found.push(start..text.len());
    found
}

/// Words, numbers and quoted texts.
fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let is_of_a_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-/%".contains(&byte) || byte >= 0x80;
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let start = at;
        if text[at] == b'"' {
            let length = text[at + 1..].iter().position(|&byte| byte == b'"' || byte == b'\n');
            at = length.map_or(text.len(), |length| at + length + 2);
        } else if is_of_a_word(text[at]) {
            at += text[at..].iter().position(|&byte| !is_of_a_word(byte)).unwrap_or(text.len() - at);
        } else {
            at += 1;
            continue;
        }
        found.push(start..at);
    }
    found
}

fn token_of(luck: &mut Luck, text: &[u8]) -> Vec<u8> {
    part(luck, text, tokens(text))
}

/// A part of a text, or nothing if it has none.
fn part(luck: &mut Luck, text: &[u8], parts: Vec<Range<usize>>) -> Vec<u8> {
    if parts.is_empty() { Vec::new() } else { text[luck.pick(&parts).clone()].to_vec() }
}

/// Replaces a token. One in quotes mostly stays in quotes.
fn replace_token(luck: &mut Luck, text: &mut Vec<u8>, by: impl FnOnce(&mut Luck, &[u8]) -> Vec<u8>) {
    let found = tokens(text);
    if found.is_empty() {
        return;
    }
    let place = luck.pick(&found).clone();
    let old = &text[place.clone()];
    let quoted = old.len() >= 2 && old[0] == b'"' && old[old.len() - 1] == b'"';
    let inner = if quoted { &old[1..old.len() - 1] } else { old };
    let mut new = by(luck, inner);
    // Quotes stay, and now and then they come or go.
    let has_quotes = match quoted {
        true => !new.starts_with(b"\"") && !luck.one_in(8),
        false => luck.one_in(8),
    };
    if has_quotes {
        new = [b"\"", new.as_slice(), b"\""].concat();
    }
    text.splice(place, new);
}

/// Another digit in place of one.
fn other_digit(luck: &mut Luck, text: &mut [u8]) {
    let mut digits: Vec<&mut u8> = text.iter_mut().filter(|byte| byte.is_ascii_digit()).collect();
    if !digits.is_empty() {
        let at = luck.below(digits.len());
        *digits[at] = b"0123456789"[luck.below(10)];
    }
}

/// A value with another digit, another unit, a digit more or a letter less.
fn nearly(luck: &mut Luck, old: &[u8]) -> Vec<u8> {
    let mut new = old.to_vec();
    if new.is_empty() {
        return b"0".to_vec();
    }
    let at = luck.below(new.len());
    match luck.below(6) {
        0 => new[at] = b"0123456789"[luck.below(10)],
        1 => new.insert(at, b"0123456789.-"[luck.below(12)]),
        2 => drop(new.remove(at)),
        3 => {
            new.extend_from_slice(luck.pick(&["s", "ms", "h", "m", "/h", "%", "0", ".5", "e5", "000000000"]).as_bytes())
        }
        4 => {
            let other = luck.below(new.len());
            new.swap(at, other);
        }
        _ => new[at] = new[at].wrapping_add(1),
    }
    new
}

/// A value within brackets, mostly a few.
fn nested(luck: &mut Luck, old: &[u8]) -> Vec<u8> {
    let depth = if luck.one_in(16) { 1 + luck.below(2000) } else { 1 + luck.below(4) };
    match luck.one_in(2) {
        true => [b"[".repeat(depth), old.to_vec(), b"]".repeat(depth)].concat(),
        false => [b"{ a = ".repeat(depth), old.to_vec(), b" }".repeat(depth)].concat(),
    }
}

type Parts = fn(&[u8]) -> Vec<Range<usize>>;

fn remove(text: &mut Vec<u8>, parts: Parts, luck: &mut Luck) {
    taken(text, parts, luck);
}

fn taken(text: &mut Vec<u8>, parts: Parts, luck: &mut Luck) -> Vec<u8> {
    let found = parts(text);
    let place = luck.pick(&found).clone();
    text.drain(place).collect()
}

/// Repeats a part once, or many times.
fn repeat(text: &mut Vec<u8>, parts: Parts, luck: &mut Luck) {
    let found = parts(text);
    let place = luck.pick(&found).clone();
    let times = if luck.one_in(16) { luck.below(300) } else { 1 };
    let more = text[place.clone()].repeat(times);
    text.splice(place.end..place.end, more);
}

/// Puts `new` before a part or at the end.
fn insert(luck: &mut Luck, text: &mut Vec<u8>, parts: Parts, new: &[u8]) {
    let found = parts(text);
    let at = if luck.one_in(8) { text.len() } else { luck.pick(&found).start };
    text.splice(at..at, new.iter().copied());
}

/// Other ends of lines: of some of them, or of all.
fn line_ends(luck: &mut Luck, text: &mut Vec<u8>) {
    let end: &[u8] = luck.pick::<&[u8]>(&[b"\r\n", b"\r", b"\n\r", b"\n\n"]);
    let share = 1 + luck.below(3);
    let mut new = Vec::with_capacity(text.len() + 64);
    for &byte in text.iter() {
        match byte == b'\n' && luck.one_in(share) {
            true => new.extend_from_slice(end),
            false => new.push(byte),
        }
    }
    *text = new;
}
