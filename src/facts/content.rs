//! What makes two images the same: what is in them, and not the number that an engine lists them under.
//!
//! An image store that keeps indexes (containerd's) lists an image under the digest of its index. Each `docker build`
//! writes a new index, for it says when and how it was built, also where every step came from the cache. The manifest
//! of the platform below it names settings and layers, and stays. The engine tells it of images (`Manifests`, API 1.47)
//! and of containers (`ImageManifestDescriptor`, API 1.48). Where it does not, the id is the content's.

use super::{Container, Image, Run};

/// The content of an image, as far as the engine told it.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    id: &'a str,
    manifests: &'a [String],
}

impl<'a> Content<'a> {
    /// Whether both are one image. What is not known is the same as nothing.
    pub fn is(self, other: Content<'_>) -> bool {
        let by_id = !self.id.is_empty() && self.id == other.id;
        by_id || self.manifests.iter().any(|manifest| other.manifests.contains(manifest))
    }

    /// What stays when the same image is built once more.
    pub fn key(self) -> &'a str {
        self.manifests.first().map_or(self.id, String::as_str)
    }

    pub fn is_known(self) -> bool {
        !self.id.is_empty()
    }

    /// Every name under which its content can be kept: one of them is the `key` of what is the same.
    pub fn keys(self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.id).chain(self.manifests.iter().map(String::as_str))
    }
}

fn of<'a>(id: &'a str, manifest: &'a Option<String>) -> Content<'a> {
    Content { id, manifests: manifest.as_slice() }
}

impl Image {
    pub fn content(&self) -> Content<'_> {
        Content { id: &self.id, manifests: &self.manifests }
    }
}

impl Container {
    /// That of the image it was made from.
    pub fn content(&self) -> Content<'_> {
        of(&self.image_id, &self.manifest)
    }
}

impl Run {
    /// That of the image it was made from.
    pub fn content(&self) -> Content<'_> {
        of(&self.image_id, &self.manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(id: &str, manifests: &[&str]) -> Image {
        let manifests = manifests.iter().map(|m| (*m).to_owned()).collect();
        Image { id: id.into(), manifests, ..Image::default() }
    }

    fn run(id: &str, manifest: Option<&str>) -> Run {
        Run { image_id: id.into(), manifest: manifest.map(str::to_owned), ..Run::default() }
    }

    #[test]
    fn a_build_that_repeats_itself_gives_the_same_image() {
        let (first, again) = (image("index-1", &["m"]), image("index-2", &["m"]));
        assert!(first.content().is(again.content()));
        assert!(run("index-1", Some("m")).content().is(again.content()));
        assert_eq!(first.content().key(), again.content().key());
        assert!(!run("index-1", Some("m")).content().is(image("index-2", &["other"]).content()));
    }

    #[test]
    fn where_the_engine_tells_no_manifest_the_id_decides() {
        assert!(run("a", None).content().is(image("a", &[]).content()));
        assert!(
            run("a", None).content().is(image("a", &["m"]).content()),
            "a run that was kept by an older program"
        );
        assert!(!run("a", None).content().is(image("b", &["m"]).content()));
        assert!(!run("", None).content().is(image("", &[]).content()), "both unknown");
        assert!(!run("", None).content().is_known());
    }

    #[test]
    fn an_image_of_several_platforms_is_that_of_each() {
        let both = image("index", &["amd64", "arm64"]);
        assert!(run("gone", Some("arm64")).content().is(both.content()));
        assert!(both.content().keys().any(|key| key == run("gone", Some("arm64")).content().key()));
    }
}
