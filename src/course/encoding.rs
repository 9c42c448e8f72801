//! Bytes of an author's file as text, whatever they were written in, and what is said of that.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// What a file was written in where it was not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The first line, from 1, that says so.
    pub(super) line: usize,
    pub(super) message: String,
}

pub(super) const REMEDY: &str = "save the file as UTF-8";

/// Never fails. A byte order mark is believed, then UTF-8 is tried, and then what the letters look most like is taken.
pub(super) fn decode(bytes: &[u8]) -> (String, Option<Foreign>) {
    let wide = |encoding: &'static Encoding| {
        let (text, _, broken) = encoding.decode(bytes);
        let broken = if broken { "; some of it could not be read" } else { "" };
        (
            text.trim_start_matches('\u{feff}').to_owned(),
            Some(Foreign {
                line: 1,
                message: format!("this file is in {}, and was read as that{broken}", encoding.name()),
            }),
        )
    };
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) if encoding != UTF_8 => return wide(encoding),
        _ => {}
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return (text.trim_start_matches('\u{feff}').to_owned(), None),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    // Without a mark, every second byte of a text in UTF-16 is a zero.
    let zeros =
        |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|b| **b == 0).count() * 5 > bytes.len() * 2;
    match (zeros(0), zeros(1)) {
        (true, false) => return wide(UTF_16BE),
        (false, true) => return wide(UTF_16LE),
        _ => {}
    }
    let Some(error) = error else { return (String::from_utf8_lossy(bytes).into_owned(), None) };
    let at = error.valid_up_to();
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    // A few letters tell nothing, unless they are most of the text: then it is Western, as most such files are.
    let high = bytes.iter().filter(|b| !b.is_ascii()).count();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let encoding = if high < 8 && high * 4 < letters {
        WINDOWS_1252
    } else {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(bytes, true);
        detector.guess(None, Utf8Detection::Deny)
    };
    let (text, _, _) = encoding.decode(bytes);
    let message =
        format!("the byte 0x{byte:02X} on this line is not UTF-8; the file was read as {}", encoding.name());
    (text.into_owned(), Some(Foreign { line, message }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_utf_8_is_taken_as_it_is() {
        assert_eq!(decode("# Café\n".as_bytes()), ("# Café\n".into(), None));
        assert_eq!(decode("\u{feff}id: a".as_bytes()), ("id: a".into(), None));
        assert_eq!(decode(b""), (String::new(), None));
    }

    #[test]
    fn other_encodings_are_read_and_named_with_their_line() {
        let (text, said) = decode(b"# One\n\nna\xefve caf\xe9\n");
        let said = said.expect("it is said");
        assert_eq!((text.as_str(), said.line), ("# One\n\nnaïve café\n", 3));
        assert!(said.message.contains("0xEF") && said.message.contains("windows-1252"), "{}", said.message);
        for (bom, big) in [(true, true), (true, false), (false, true), (false, false)] {
            let text = "# Deck\n\nwords\n";
            let units = bom.then_some('\u{feff}').into_iter().chain(text.chars()).map(|c| c as u16);
            let bytes: Vec<u8> =
                units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect();
            let (read, said) = decode(&bytes);
            assert_eq!(read, text);
            assert!(said.expect("it is said").message.contains("UTF-16"));
        }
        let (text, said) =
            decode(b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0. \xdd\xf2\xee \xf2\xe5\xea\xf1\xf2.");
        assert_eq!(text, "Привет, мир. Это текст.");
        assert!(said.is_some());
    }
}
