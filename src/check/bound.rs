//! Names for what was found: which object a check's `as` stands for, and the values of `$name.field`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::asked::names;
use super::image;
use crate::facts::{Content, Evidence, Image, Network, Run, Volume, short_id};

/// Something that a name can stand for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Object<'e> {
    Run(&'e Run),
    Image(&'e Image),
    /// An image that is gone by now: what this container was made from.
    ImageOf(&'e Run),
    Volume(&'e Volume),
    Network(&'e Network),
}

pub(super) type Bound<'e> = BTreeMap<String, Object<'e>>;

impl<'e> Object<'e> {
    /// What identifies it among its kind.
    pub(super) fn id(&self) -> &'e str {
        match self {
            Self::Run(run) => &run.id,
            Self::Image(image) => &image.id,
            Self::ImageOf(run) => &run.image_id,
            Self::Volume(volume) => &volume.name,
            Self::Network(network) => &network.id,
        }
    }

    /// What identifies it for good: an image is known by its content.
    pub(super) fn key(&self) -> &'e str {
        self.content().map_or(self.id(), |content| content.key())
    }

    /// Of an image, also of one that is known from what was made from it.
    pub(super) fn content(&self) -> Option<Content<'e>> {
        match self {
            Self::Image(image) => Some(image.content()),
            Self::ImageOf(run) => Some(run.content()),
            _ => None,
        }
    }

    /// The object with this id, whatever its kind.
    pub(super) fn of_id(id: &str, evidence: &'e Evidence) -> Option<Self> {
        let run = evidence.runs.iter().find(|run| run.id == id).map(Object::Run);
        let image =
            || evidence.images.iter().find(|i| i.content().keys().any(|key| key == id)).map(Object::Image);
        let volume = || evidence.volumes.iter().find(|volume| volume.name == id).map(Object::Volume);
        let network = || evidence.networks.iter().find(|network| network.id == id).map(Object::Network);
        let gone = || {
            evidence.runs.iter().rfind(|run| run.content().keys().any(|key| key == id)).map(Object::ImageOf)
        };
        run.or_else(image).or_else(volume).or_else(network).or_else(gone)
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        match (self.content(), other.content()) {
            (Some(own), Some(others)) => own.is(others),
            _ => self.is_kind_of(other) && self.id() == other.id(),
        }
    }

    pub(super) fn is_kind_of(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) || (self.is_image() && other.is_image())
    }

    pub(super) fn is_image(&self) -> bool {
        matches!(self, Self::Image(_) | Self::ImageOf(_))
    }

    /// Whether it was made from that image; anything else may be of anything.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        match self {
            Self::Run(run) => other.content().is_none_or(|content| run.content().is(content)),
            _ => true,
        }
    }

    /// When it was made; of a container, when it was last started.
    pub(super) fn at(&self, evidence: &Evidence) -> Option<Timestamp> {
        match self {
            Self::Run(run) | Self::ImageOf(run) => run.created.max(run.started),
            Self::Image(image) => image::made_at(image, evidence),
            Self::Volume(volume) => volume.created,
            Self::Network(network) => network.created,
        }
    }

    /// What a person calls it.
    pub(super) fn name(&self, evidence: &Evidence) -> String {
        match self {
            Self::Run(run) if run.name.is_empty() => short_id(&run.id).to_owned(),
            Self::Run(run) => run.name.clone(),
            Self::Image(image) => image::known_as(image, evidence),
            Self::ImageOf(run) => image::called(run, evidence),
            Self::Volume(volume) => volume.name.clone(),
            Self::Network(network) => network.name.clone(),
        }
    }

    /// None where an object of this kind has no such value, or it is not known.
    pub(super) fn value(&self, field: &str, evidence: &Evidence) -> Option<String> {
        match (field, self) {
            ("name", _) => Some(self.name(evidence)),
            ("id", _) => Some(self.id().to_owned()),
            ("short-id", _) => Some(short_id(self.id()).to_owned()),
            ("image", Self::Run(run)) => Some(image::called(run, evidence)),
            ("image", Self::Image(_) | Self::ImageOf(_)) => Some(self.name(evidence)),
            ("image-id", Self::Run(run)) => Some(run.image_id.clone()),
            ("host-port", Self::Run(run)) => run.ports.iter().find_map(|p| p.host).map(|p| p.to_string()),
            ("exit-code", Self::Run(run)) => run.exit_code.map(|code| code.to_string()),
            ("size", Self::Image(image)) => Some(image.size.to_string()),
            ("layers", Self::Image(image)) => {
                image.config.as_ref().map(|config| config.layers.len().to_string())
            }
            ("largest-layer", Self::Image(image)) => {
                let sizes = image.config.as_ref()?.history.iter().map(|layer| layer.size);
                sizes.max().map(as_docker_counts)
            }
            _ => None,
        }
    }
}

/// As `docker history` prints a size: three digits that count, and 1 kB is 1000 bytes.
fn as_docker_counts(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let power = (0..units.len() - 1).take_while(|power| bytes / 1000_u64.pow(*power as u32 + 1) > 0).count();
    let whole = bytes as f64 / 1000_f64.powi(power as i32);
    let digits = if whole >= 100.0 {
        0
    } else if whole >= 10.0 {
        1
    } else {
        2
    };
    let number = format!("{whole:.digits$}");
    let number = if digits == 0 { &number } else { number.trim_end_matches('0').trim_end_matches('.') };
    format!("{number}{}", units[power])
}

/// Puts the values of bound names in; what is not bound, or not known, stays as it is written.
pub(super) fn put_in(text: &str, bound: &Bound<'_>, evidence: &Evidence) -> String {
    replaced(text, |name, field| bound.get(name)?.value(field, evidence))
}

/// The same for a learner's eyes: an author's name for something is never shown, and what is not known is `…`.
pub(super) fn put_in_words(text: &str, bound: &Bound<'_>, evidence: &Evidence) -> String {
    let known = |name: &str, field: &str| bound.get(name)?.value(field, evidence);
    replaced(text, |name, field| Some(known(name, field).unwrap_or_else(|| "…".into())))
}

fn replaced(text: &str, value: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (place, name, field) in names::references(text) {
        let Some(value) = value(name, field.unwrap_or("name")) else { continue };
        out.push_str(&text[done..place.start]);
        out.push_str(&value);
        done = place.end;
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_written_as_docker_does() {
        let sizes = [0, 999, 1000, 1_234, 12_300_000, 78_640_000, 187_400_000, 1_500_000_000];
        let expected = ["0B", "999B", "1kB", "1.23kB", "12.3MB", "78.6MB", "187MB", "1.5GB"];
        assert_eq!(sizes.map(as_docker_counts), expected);
    }

    #[test]
    fn an_image_is_found_again_after_it_was_built_once_more() {
        let built = |index: &str| Image { id: index.into(), manifests: vec!["m".into()], ..Image::default() };
        let (first, again) = (built("index-1"), built("index-2"));
        let here = Evidence { images: vec![again.clone()], ..Evidence::default() };
        let found = Object::of_id(Object::Image(&first).key(), &here).expect("its content is here");
        assert!(found.is(&Object::Image(&again)) && found.is(&Object::Image(&first)));
        assert!(Object::of_id("index-2", &here).is_some(), "as a program before this one kept it");
        assert!(Object::of_id("index-1", &here).is_none());
    }

    #[test]
    fn values_are_put_in_where_a_name_is_bound() {
        let run = Run { id: "0123456789abcdef".into(), name: "quiet_fox".into(), ..Run::default() };
        let evidence = Evidence::default();
        let bound = Bound::from([("r".to_owned(), Object::Run(&run))]);
        let put = |text| put_in(text, &bound, &evidence);
        assert_eq!(put("$r ran, as $r.short-id."), "quiet_fox ran, as 0123456789ab.");
        assert_eq!(
            put("$r.id, $(pwd) $HOME $x.id $r.colour"),
            "0123456789abcdef, $(pwd) $HOME $x.id quiet_fox.colour"
        );
        assert_eq!(put("$r.host-port is unknown"), "$r.host-port is unknown");
        let in_words = |text| put_in_words(text, &bound, &evidence);
        assert_eq!(in_words("$r and $x.id on $r.host-port, in $(pwd)"), "quiet_fox and … on …, in $(pwd)");
        assert_eq!(names::names("$r.image, $(pwd), $web-1- $HOME $").collect::<Vec<_>>(), ["r", "web-1"]);
    }
}
