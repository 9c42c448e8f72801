//! Matchers as an author writes them: read from YAML, written back, with regular expressions compiled once.

use std::fmt;

use regex::Regex;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::number::{Number, NumberRule};
use super::text::{Text, TextRule};

/// A regular expression, compiled when it is read.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    pub fn new(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Err("an empty pattern matches everything".into());
        }
        // The crate's own message draws the place with lines of its own; its last line says what is wrong.
        let short = |e: regex::Error| e.to_string().lines().last().unwrap_or_default().trim().to_owned();
        Regex::new(pattern).map(Self).map_err(|e| {
            format!("`regex` is not a regular expression: {}", short(e).trim_start_matches("error: "))
        })
    }

    pub(in crate::check) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(in crate::check) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

const TEXT_RULES: [&str; 7] = ["one-of", "contains", "prefix", "suffix", "regex", "icase", "not"];

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text, or one of {}", TEXT_RULES.join(", "))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
        if text.trim().is_empty() {
            return Err(E::custom("an empty text matches nothing useful"));
        }
        Ok(Text::Equals(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Text, E> {
        Ok(Text::Equals(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Text, E> {
        Ok(Text::Equals(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Text, E> {
        Ok(Text::Equals(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Text, E> {
        Ok(Text::Equals(value.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let rule = match one_key(&mut map)?.as_str() {
            "one-of" => {
                let all: Vec<Scalar> = map.next_value()?;
                if all.is_empty() || all.iter().any(|s| s.0.trim().is_empty()) {
                    return Err(de::Error::custom("`one-of` needs texts that are not empty"));
                }
                TextRule::OneOf(all.into_iter().map(|s| s.0).collect())
            }
            "contains" => TextRule::Contains(part(&mut map, "contains")?),
            "prefix" => TextRule::Prefix(part(&mut map, "prefix")?),
            "suffix" => TextRule::Suffix(part(&mut map, "suffix")?),
            "icase" => TextRule::Icase(part(&mut map, "icase")?),
            "regex" => TextRule::Regex(map.next_value()?),
            "not" => TextRule::Not(Box::new(map.next_value()?)),
            other => return Err(de::Error::unknown_field(other, &TEXT_RULES)),
        };
        only(&mut map)?;
        Ok(Text::Rule(rule))
    }
}

/// A text for which an author may leave out the quotes around `3` or `yes`.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Plain;

        impl Visitor<'_> for Plain {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a plain text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
        }

        deserializer.deserialize_any(Plain)
    }
}

fn part<'de, A: MapAccess<'de>>(map: &mut A, key: &str) -> Result<String, A::Error> {
    // Blanks count here, but nothing at all matches everything.
    let text: String = map.next_value::<Scalar>()?.0;
    if text.is_empty() { Err(de::Error::custom(format!("`{key}` is empty"))) } else { Ok(text) }
}

fn one_key<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    map.next_key::<String>()?.ok_or_else(|| de::Error::custom("a matcher is empty"))
}

fn only<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    match map.next_key::<String>()? {
        None => Ok(()),
        Some(key) => Err(de::Error::custom(format!("`{key}` is one too many: a matcher has one key"))),
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

fn pair<S: Serializer>(serializer: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Equals(text) => serializer.serialize_str(text),
            Self::Rule(TextRule::OneOf(all)) => pair(serializer, "one-of", all),
            Self::Rule(TextRule::Contains(text)) => pair(serializer, "contains", text),
            Self::Rule(TextRule::Prefix(text)) => pair(serializer, "prefix", text),
            Self::Rule(TextRule::Suffix(text)) => pair(serializer, "suffix", text),
            Self::Rule(TextRule::Regex(pattern)) => pair(serializer, "regex", pattern),
            Self::Rule(TextRule::Icase(text)) => pair(serializer, "icase", text),
            Self::Rule(TextRule::Not(inner)) => pair(serializer, "not", inner),
        }
    }
}

const NUMBER_RULES: [&str; 5] = ["gt", "ge", "lt", "le", "not"];

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number, or one of {}", NUMBER_RULES.join(", "))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number::Equals(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
        i64::try_from(value).map(Number::Equals).map_err(|_| E::custom("the number is too big"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Number, A::Error> {
        let key = one_key(&mut map)?;
        let rule = match key.as_str() {
            "gt" => NumberRule::Gt(map.next_value()?),
            "ge" => NumberRule::Ge(map.next_value()?),
            "lt" => NumberRule::Lt(map.next_value()?),
            "le" => NumberRule::Le(map.next_value()?),
            "not" => NumberRule::Not(map.next_value()?),
            other => return Err(de::Error::unknown_field(other, &NUMBER_RULES)),
        };
        only(&mut map)?;
        Ok(Number::Rule(rule))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Equals(n) => serializer.serialize_i64(*n),
            Self::Rule(NumberRule::Gt(n)) => pair(serializer, "gt", n),
            Self::Rule(NumberRule::Ge(n)) => pair(serializer, "ge", n),
            Self::Rule(NumberRule::Lt(n)) => pair(serializer, "lt", n),
            Self::Rule(NumberRule::Le(n)) => pair(serializer, "le", n),
            Self::Rule(NumberRule::Not(n)) => pair(serializer, "not", n),
        }
    }
}
