//! The text of a file: UTF-8, or the name of what it is instead.

/// The text of a file without its byte order mark; or why it is none, in words that follow its name.
pub(super) fn text(bytes: &[u8]) -> Result<&str, String> {
    if let Some(order) = utf_16(bytes) {
        return Err(format!("is in UTF-16{order}, and has to be in UTF-8: {SAVE}"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Bytes that no text has: of programs, archives, images.
    if bytes.iter().take(SAMPLE).any(|byte| matches!(byte, 0..=8 | 14..=26)) {
        return Err("is not a text file".to_owned());
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
        let byte = bytes[at];
        format!("is not in UTF-8, but perhaps in Windows-1252 or Latin-1 (byte {byte:02X} in line {line}): {SAVE}")
    })
}

const SAVE: &str = "save it again as UTF-8; in a spreadsheet, as \"CSV UTF-8\"";

/// So many bytes show what a file is.
const SAMPLE: usize = 4096;

/// The byte order of UTF-16, with or without a mark: in texts such as ours nearly every second byte is zero.
fn utf_16(bytes: &[u8]) -> Option<&'static str> {
    let zeros = |from: usize| bytes.iter().take(SAMPLE).skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let half = bytes.len().min(SAMPLE) / 2;
    match bytes {
        [0xff, 0xfe, ..] => Some(" (little endian, as \"Unicode text\")"),
        [0xfe, 0xff, ..] => Some(" (big endian)"),
        _ if half > 0 && zeros(1) * 4 > half * 3 && zeros(0) * 4 < half => Some(" (little endian, without a mark)"),
        _ if half > 0 && zeros(0) * 4 > half * 3 && zeros(1) * 4 < half => Some(" (big endian, without a mark)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf_8_is_named() {
        let utf_16 = |mark: &str, to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("{mark}at_s,talk_s\n1,5\n").encode_utf16().flat_map(to_bytes).collect()
        };
        for (bytes, words) in [
            (utf_16("\u{feff}", u16::to_le_bytes), "UTF-16 (little endian, as"),
            (utf_16("\u{feff}", u16::to_be_bytes), "UTF-16 (big endian)"),
            (utf_16("", u16::to_le_bytes), "UTF-16 (little endian, without"),
            (utf_16("", u16::to_be_bytes), "UTF-16 (big endian, without"),
            (b"at_s,Gespr\xe4ch\n1,5\n".to_vec(), "Windows-1252 or Latin-1 (byte E4 in line 1)"),
            (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00".to_vec(), "not a text file"),
        ] {
            let why = text(&bytes).expect_err(words);
            assert!(why.contains(words), "{why}");
        }
        assert_eq!(text("\u{feff}Gespräch\t1\r\n".as_bytes()), Ok("Gespräch\t1\r\n"));
        assert_eq!(text(b""), Ok(""));
    }
}
