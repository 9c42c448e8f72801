//! For which Docker a quoted output is: a client's version, or how the engine keeps its images.

use super::Attributes;

/// The Docker that a rehearsal plays on, in what its words depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// The docker client's version, number by number. It writes most of what a learner reads.
    pub client: Vec<u32>,
    /// The engine keeps its images in containerd's store.
    pub containerd: bool,
}

/// What a fence of output is only for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    since: Vec<u32>,
    containerd: bool,
}

impl Dialect {
    pub fn new(client: &str, containerd: bool) -> Self {
        Self { client: version(client), containerd }
    }
}

impl Variant {
    /// From `{.output since=29 store=containerd}`. None is for every Docker; an Err says what is wrong.
    pub(super) fn of(attributes: &Attributes) -> Result<Option<Self>, String> {
        let mut variant = Self::default();
        for key in attributes.keys() {
            let value = attributes.get(key).unwrap_or_default();
            match (key, value) {
                ("since", value) if value.split('.').all(|part| part.parse::<u32>().is_ok()) => {
                    variant.since = version(value);
                }
                ("store", "containerd") => variant.containerd = true,
                ("since" | "store", value) => return Err(format!("an output has no `{key}={value}`")),
                (key, _) => return Err(format!("an output has no `{key}`")),
            }
        }
        Ok(Some(variant).filter(|variant| *variant != Self::default()))
    }

    pub fn fits(&self, dialect: &Dialect) -> bool {
        self.since <= dialect.client && (dialect.containerd || !self.containerd)
    }
}

/// The numbers at the beginning: `28.5.2+dfsg4` is 28, 5, 2.
fn version(text: &str) -> Vec<u32> {
    let numbers = text.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or_default();
    numbers.split('.').map_while(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_for_newer_clients_and_for_one_store() {
        let of = |info: &str| Variant::of(&Attributes::of(info));
        let fits = |info: &str, client: &str, containerd| {
            of(info).unwrap().unwrap().fits(&Dialect::new(client, containerd))
        };
        assert_eq!(of("output"), Ok(None));
        assert_eq!(of("{.output}"), Ok(None));
        for (client, is) in
            [("29.0.1", true), ("29", true), ("30.1", true), ("28.5.2+dfsg4", false), ("", false)]
        {
            assert_eq!(fits("{.output since=29}", client, true), is, "{client}");
        }
        assert!(fits("{.output since=28.2}", "28.10.0", false));
        assert!(!fits("{.output since=28.10}", "28.2.0", false));
        assert!(fits("{.output store=containerd}", "20.10.24", true));
        assert!(!fits("{.output store=containerd}", "20.10.24", false));
        assert!(!fits("{.output since=29 store=containerd}", "29", false));
        for wrong in
            ["{.output since=new}", "{.output since=}", "{.output store=overlay2}", "{.output status=1}"]
        {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
