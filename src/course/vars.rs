//! Values that are drawn once for each attempt at an exercise, so that an answer that was copied does not fit.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Values by the names of their variables.
pub type Vars = BTreeMap<String, String>;

/// How a value is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Var {
    /// One of these.
    Pick(Vec<String>),
    /// So many small letters.
    Random(usize),
}

const MOST_LETTERS: usize = 32;

/// The same seed draws the same values.
pub fn draw(vars: &BTreeMap<String, Var>, seed: u64) -> Vars {
    let mut dice = Dice(seed);
    let value = |var: &Var, dice: &mut Dice| match var {
        Var::Pick(words) => words.get(dice.below(words.len())).cloned().unwrap_or_default(),
        Var::Random(letters) => (0..*letters).map(|_| dice.letter()).collect(),
    };
    vars.iter().map(|(name, var)| (name.clone(), value(var, &mut dice))).collect()
}

/// splitmix64: the same on every machine and in every version.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let count = u64::try_from(count).unwrap_or(1).max(1);
        usize::try_from((z ^ (z >> 31)) % count).unwrap_or(0)
    }

    fn letter(&mut self) -> char {
        // Without those that look like another letter or a digit.
        const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
        char::from(LETTERS[self.below(LETTERS.len())])
    }
}

/// Puts values in for `$NAME` and `${NAME}`. Only names that are declared are touched: `$HOME` and `$(pwd)` stay.
/// Before anything is drawn, `…` stands in the place of a value.
pub(super) fn put_in(text: &str, declared: &BTreeMap<String, Var>, vars: &Vars) -> String {
    if declared.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let in_braces = after.strip_prefix('{').and_then(|inner| inner.split_once('}')).map(|(name, _)| name);
        let bare = &after[..after.find(|c: char| !is_letter(c)).unwrap_or(after.len())];
        let (name, length) = in_braces.map_or((bare, bare.len()), |name| (name, name.len() + 2));
        match declared.contains_key(name) {
            true => {
                out.push_str(vars.get(name).map_or("…", String::as_str));
                rest = &after[length..];
            }
            false => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_letter(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}

/// Whether a variable may be called so: capital letters, digits and `_`, so that no bound name looks like it.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(is_letter)
}

impl<'de> Deserialize<'de> for Var {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl<'de> Visitor<'de> for One {
            type Value = Var;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`{pick: [one, two]}` or `{random: 6}`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Var, A::Error> {
                let key: String = map.next_key()?.ok_or_else(|| de::Error::custom("a variable is empty"))?;
                let var = match key.as_str() {
                    "pick" => {
                        let words: Vec<String> = map.next_value()?;
                        if words.len() < 2 || words.iter().any(|w| w.trim().is_empty()) {
                            return Err(de::Error::custom("`pick` needs at least two words"));
                        }
                        Var::Pick(words)
                    }
                    "random" => match map.next_value()? {
                        letters @ 1..=MOST_LETTERS => Var::Random(letters),
                        _ => {
                            return Err(de::Error::custom(format!(
                                "`random` takes 1 to {MOST_LETTERS} letters"
                            )));
                        }
                    },
                    other => return Err(de::Error::unknown_field(other, &["pick", "random"])),
                };
                match map.next_key::<String>()? {
                    None => Ok(var),
                    Some(key) => {
                        Err(de::Error::custom(format!("`{key}` is one too many: a variable has one key")))
                    }
                }
            }
        }

        deserializer.deserialize_map(One)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> BTreeMap<String, Var> {
        let pick = Var::Pick(["harbour", "anchor"].map(str::to_owned).to_vec());
        [("WORD".to_owned(), pick), ("TOKEN".to_owned(), Var::Random(6))].into()
    }

    #[test]
    fn a_seed_draws_what_it_drew_before() {
        let drawn = draw(&declared(), 7);
        assert_eq!(drawn, draw(&declared(), 7));
        assert!(["harbour", "anchor"].contains(&drawn["WORD"].as_str()));
        assert!(drawn["TOKEN"].len() == 6 && drawn["TOKEN"].chars().all(|c| c.is_ascii_lowercase()));
        let tokens: std::collections::BTreeSet<String> =
            (0..50).map(|seed| draw(&declared(), seed)["TOKEN"].clone()).collect();
        assert!(tokens.len() > 45, "{tokens:?}");
    }

    #[test]
    fn only_declared_names_are_replaced() {
        let vars: Vars = [("WORD".to_owned(), "anchor".to_owned())].into();
        let put = |text| put_in(text, &declared(), &vars);
        assert_eq!(
            put("hello $WORD, ${WORD}s $WORDS $HOME $(pwd) $r.image $"),
            "hello anchor, anchors $WORDS $HOME $(pwd) $r.image $"
        );
        assert_eq!(put("before it is drawn: $TOKEN."), "before it is drawn: ….");
        assert_eq!(put_in("$WORD", &BTreeMap::new(), &vars), "$WORD");
    }
}
