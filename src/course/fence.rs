//! What an author says of a fence after its language, in pandoc's form: `{.bash status=1 type="ls;exit"}`.

/// The `key=value` pairs of an info string, in order. Classes and ids are no pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// Reads what it can: where a quote is never closed, the value goes on to the end.
    pub fn of(info: &str) -> Self {
        let Some(inner) = info.find('{').map(|at| &info[at + 1..]) else { return Self::default() };
        let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
        let mut pairs = Vec::new();
        let mut rest = inner.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            rest = after;
            if let Some(value) = after.strip_prefix('=') {
                let (value, after) = value_of(value);
                if !name.is_empty() {
                    pairs.push((name.to_owned(), value));
                }
                rest = after;
            }
            rest = rest.trim_start();
        }
        Self(pairs)
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// A value and what comes after it. In double quotes, `\"` is a quote and `\\` a backslash.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => {
                value.extend(chars.next().map(|(_, escaped)| escaped));
            }
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_pandoc_reads_them() {
        let cases: [(&str, &[(&str, &str)]); 8] = [
            ("bash", &[]),
            ("{.bash}", &[]),
            ("{.bash status=1}", &[("status", "1")]),
            ("{ .bash #id type=\"ls;exit\" status=0 }", &[("type", "ls;exit"), ("status", "0")]),
            ("{.dockerfile file=Dockerfile}", &[("file", "Dockerfile")]),
            (r#"{.bash type="print(\"a\")\\n;^D"}"#, &[("type", r#"print("a")\n;^D"#)]),
            ("{.bash type=\"never closed}", &[("type", "never closed")]),
            ("bash {status=3}", &[("status", "3")]),
        ];
        for (info, expected) in cases {
            let found = Attributes::of(info);
            let pairs: Vec<(&str, &str)> = found.0.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(pairs, expected, "{info}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_info_string_panics(info in "[{}=\"\\\\ .a\u{e9}#]{0,30}") {
            let _ = Attributes::of(&info);
        }
    }
}
