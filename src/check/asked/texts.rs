//! Every text that an author writes into a check, visited one by one: where `$name` stands for a value, and where for the object itself.

use std::collections::BTreeMap;

use super::answer::AnswerMatch;
use super::dockerfile::DockerfileMatch;
use super::exec::{ExecMatch, ExecOf};
use super::file::FileMatch;
use super::gone::{GoneContainer, GoneMatch, GoneNamed};
use super::http::{AnswerOfPort, HttpMatch};
use super::image::{ImageAsked, ImageMatch};
use super::mount::MountMatch;
use super::network::NetworkMatch;
use super::output::OutputMatch;
use super::pattern::Pattern;
use super::port::{PortAsked, PortMatch};
use super::run::RunMatch;
use super::seen::SeenMatch;
use super::text::{Text, TextRule};
use super::volume::VolumeMatch;
use super::{Check, CountMatch};

/// What a `$name` in a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Means {
    /// A value of it, put in there.
    Value,
    /// The very object, where the name is all of the text.
    Object,
}

/// Gets each text; what it returns takes the text's place.
pub(in crate::check) type Tell<'a> = dyn FnMut(&str, Means) -> Option<String> + 'a;

/// Something with texts in it. Each field is named, so that a new one is thought of.
pub(in crate::check) trait Texts {
    fn visit(&mut self, tell: &mut Tell<'_>);
}

fn tell_of(text: &mut String, means: Means, tell: &mut Tell<'_>) {
    if let Some(other) = tell(text, means) {
        *text = other;
    }
}

fn object(name: &mut Option<String>, tell: &mut Tell<'_>) {
    name.iter_mut().for_each(|name| tell_of(name, Means::Object, tell));
}

fn object_or_text(text: &mut Text, tell: &mut Tell<'_>) {
    match text {
        Text::Equals(name) => tell_of(name, Means::Object, tell),
        Text::Rule(_) => text.visit(tell),
    }
}

impl Texts for String {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        tell_of(self, Means::Value, tell);
    }
}

impl Texts for Pattern {
    /// One that breaks by it stays as it was.
    fn visit(&mut self, tell: &mut Tell<'_>) {
        if let Some(Ok(other)) = tell(self.as_str(), Means::Value).map(|text| Self::new(&text)) {
            *self = other;
        }
    }
}

impl Texts for Text {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        match self {
            Self::Equals(text)
            | Self::Rule(
                TextRule::Contains(text)
                | TextRule::Prefix(text)
                | TextRule::Suffix(text)
                | TextRule::Icase(text),
            ) => text.visit(tell),
            Self::Rule(TextRule::OneOf(all)) => all.visit(tell),
            Self::Rule(TextRule::Regex(pattern)) => pattern.visit(tell),
            Self::Rule(TextRule::Not(inner)) => inner.visit(tell),
        }
    }
}

impl<T: Texts> Texts for Option<T> {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        self.iter_mut().for_each(|one| one.visit(tell));
    }
}

impl<T: Texts> Texts for Box<T> {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        (**self).visit(tell);
    }
}

impl<T: Texts> Texts for Vec<T> {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        self.iter_mut().for_each(|one| one.visit(tell));
    }
}

/// Keys stay.
impl<T: Texts> Texts for BTreeMap<String, T> {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        self.values_mut().for_each(|one| one.visit(tell));
    }
}

impl Texts for Check {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        match self {
            Self::Image(wanted) => wanted.visit(tell),
            Self::Container(wanted) | Self::Run(wanted) => wanted.visit(tell),
            Self::Volume(wanted) => wanted.visit(tell),
            Self::Network(wanted) => wanted.visit(tell),
            Self::Http(wanted) => wanted.visit(tell),
            Self::Exec(wanted) => wanted.visit(tell),
            Self::File(wanted) => wanted.visit(tell),
            Self::Dockerfile(wanted) => wanted.visit(tell),
            Self::Gone(wanted) => wanted.visit(tell),
            Self::Seen(wanted) => wanted.visit(tell),
            Self::Answer(wanted) => wanted.visit(tell),
            Self::All(checks) | Self::Any(checks) | Self::None(checks) => checks.visit(tell),
            Self::Count(CountMatch { of, is: _ }) => of.visit(tell),
        }
    }
}

impl Texts for ImageMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self {
            bind: _,
            repo,
            tag,
            reference,
            same_as,
            built: _,
            based_on,
            program,
            has_default_program: _,
            env,
            workdir,
            user,
            exposes: _,
            step,
            layers: _,
            size: _,
            labels,
        } = self;
        [repo, reference, program].into_iter().for_each(|text| text.visit(tell));
        object(same_as, tell);
        [tag, workdir, user, step].into_iter().for_each(|text| text.visit(tell));
        based_on.visit(tell);
        env.visit(tell);
        labels.visit(tell);
    }
}

impl Texts for ImageAsked {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        match self {
            Self::Same(name) => tell_of(name, Means::Object, tell),
            Self::Match(wanted) => wanted.visit(tell),
        }
    }
}

impl Texts for RunMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self {
            bind: _,
            same_as,
            name,
            image,
            state: _,
            started: _,
            command_given: _,
            program,
            mount,
            port,
            env,
            env_given,
            workdir,
            user,
            network,
            interactive: _,
            tty: _,
            detached: _,
            auto_remove: _,
            exit_code: _,
            http,
            installs: _,
            output,
            logs_read: _,
            removed: _,
        } = self;
        object(same_as, tell);
        [name, workdir, user, network].into_iter().for_each(|text| text.visit(tell));
        image.visit(tell);
        program.visit(tell);
        mount.visit(tell);
        port.visit(tell);
        env.visit(tell);
        env_given.visit(tell);
        http.visit(tell);
        output.visit(tell);
    }
}

impl Texts for MountMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { kind: _, covers, source, target, read_only: _ } = self;
        covers.visit(tell);
        source.visit(tell);
        target.visit(tell);
    }
}

impl Texts for PortAsked {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        match self {
            Self::Nothing => {}
            Self::Match(PortMatch { container: _, host: _, ip }) => ip.visit(tell),
        }
    }
}

impl Texts for AnswerOfPort {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { path, status: _, body } = self;
        path.visit(tell);
        body.visit(tell);
    }
}

impl Texts for OutputMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { line, by, read_from, seal, echoed: _, contains, regex, lines: _, empty: _ } = self;
        line.visit(tell);
        [by, read_from, seal].into_iter().for_each(|text| text.visit(tell));
        contains.visit(tell);
        regex.visit(tell);
    }
}

impl Texts for ExecMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { of, program, command, exit_code: _, output, user, interactive: _ } = self;
        match of {
            Some(ExecOf::Same(name)) => tell_of(name, Means::Object, tell),
            Some(ExecOf::Match(wanted)) => wanted.visit(tell),
            None => {}
        }
        program.visit(tell);
        command.visit(tell);
        output.visit(tell);
        user.visit(tell);
    }
}

impl Texts for VolumeMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { bind: _, name, driver, used_by, anonymous: _ } = self;
        name.visit(tell);
        driver.visit(tell);
        used_by.iter_mut().for_each(|user| object_or_text(user, tell));
    }
}

impl Texts for NetworkMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { bind: _, name, driver, members } = self;
        name.visit(tell);
        driver.visit(tell);
        members.iter_mut().for_each(|member| object_or_text(member, tell));
    }
}

impl Texts for HttpMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { url, status: _, body, served_by } = self;
        url.visit(tell);
        body.visit(tell);
        object(served_by, tell);
    }
}

impl Texts for FileMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { path, exists: _, contains, line, regex, sha256 } = self;
        path.visit(tell);
        contains.visit(tell);
        line.visit(tell);
        regex.visit(tell);
        sha256.visit(tell);
    }
}

impl Texts for DockerfileMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { path, from, has, copies, cmd_form: _, cmds: _ } = self;
        path.visit(tell);
        from.visit(tell);
        has.visit(tell);
        copies.visit(tell);
    }
}

impl Texts for GoneMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        match self {
            Self::Container(GoneContainer { name, image }) => {
                name.visit(tell);
                image.visit(tell);
            }
            Self::Image(wanted) => wanted.visit(tell),
            Self::Volume(GoneNamed { name }) | Self::Network(GoneNamed { name }) => name.visit(tell),
        }
    }
}

impl Texts for SeenMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { did, object, args, status: _, message } = self;
        did.visit(tell);
        object.iter_mut().for_each(|text| object_or_text(text, tell));
        args.visit(tell);
        message.visit(tell);
    }
}

impl Texts for AnswerMatch {
    fn visit(&mut self, tell: &mut Tell<'_>) {
        let Self { prompt, equals, regex, number: _ } = self;
        prompt.visit(tell);
        equals.visit(tell);
        regex.visit(tell);
    }
}
