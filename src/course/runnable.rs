//! What a deck has its learners do, in order: commands, with what their slides promise of them, and tasks.

use super::commands::numbered;
use super::script::Keys;
use super::{Attributes, Block, BlockKind, Deck, Dialect, Variant};

/// A `bash` fence. Lines are the deck's own, from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Runnable {
    /// From 0.
    pub slide: usize,
    pub line: usize,
    /// As `t` types them, one after another, each with its first line.
    pub commands: Vec<(usize, String)>,
    /// How the last one may end.
    pub status: Vec<i32>,
    /// Told to the program that the last one starts.
    pub typed: Vec<Keys>,
    /// What the slide shows of its output: one text, or one for each Docker that prints another.
    pub outputs: Vec<Quoted>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Of its first line of text.
    pub line: usize,
    pub text: String,
    /// None is for every Docker that no other text is for.
    pub variant: Option<Variant>,
}

impl Runnable {
    /// What this Docker prints, where the slide says it.
    pub fn output(&self, dialect: &Dialect) -> Option<&Quoted> {
        let own = |quoted: &&Quoted| quoted.variant.as_ref().is_some_and(|variant| variant.fits(dialect));
        self.outputs.iter().find(own).or_else(|| self.outputs.iter().find(|quoted| quoted.variant.is_none()))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cue {
    Run(Runnable),
    /// Index into `Deck::tasks`.
    Task(usize),
}

/// All of them in the order of the deck. `complain` is told of a mistake in a fence: its line, what, and what to do.
pub fn cues(deck: &Deck, complain: &mut dyn FnMut(usize, String, &'static str)) -> Vec<Cue> {
    let mut found = Vec::new();
    for (slide, blocks) in deck.slides.iter().map(|s| &s.blocks).enumerate() {
        collect(blocks, slide, &mut found, complain);
    }
    found
}

fn collect(
    blocks: &[Block],
    slide: usize,
    found: &mut Vec<Cue>,
    complain: &mut dyn FnMut(usize, String, &'static str),
) {
    // Only what is quoted on the slide of its command belongs to it.
    let first = found.len();
    for block in blocks {
        match &block.kind {
            BlockKind::Code { lang, info, text } if lang == "bash" => {
                let made = Runnable { slide, line: block.line, ..read(info, text, block.line, complain) };
                found.extend((!made.commands.is_empty()).then_some(Cue::Run(made)));
            }
            BlockKind::Code { lang, info, text } if lang == "output" => {
                let variant = Variant::of(&Attributes::of(info)).unwrap_or_else(|wrong| {
                    complain(
                        block.line,
                        wrong,
                        "known are `since=29`, of the docker client, and `store=containerd`",
                    );
                    None
                });
                let quoted = Quoted { line: block.line + 1, text: text.clone(), variant };
                match found.get_mut(first..).and_then(<[Cue]>::last_mut) {
                    Some(Cue::Run(above))
                        if above.outputs.iter().all(|other| other.variant != quoted.variant) =>
                    {
                        above.outputs.push(quoted);
                    }
                    Some(Cue::Run(above)) if quoted.variant.is_some() || !above.outputs.is_empty() => {
                        complain(
                            block.line,
                            "this command has such an output already".into(),
                            "say for which Docker it is, with `since=29` or `store=containerd`",
                        )
                    }
                    _ => complain(
                        block.line,
                        "no command stands before this output".into(),
                        "put a ```bash fence before it, or leave out the word `output`: then it is not compared",
                    ),
                }
            }
            BlockKind::Task(index) => found.push(Cue::Task(*index)),
            BlockKind::Quote(inner) => collect(inner, slide, found, complain),
            BlockKind::Columns { columns, .. } => {
                columns.iter().for_each(|column| collect(column, slide, found, complain));
            }
            BlockKind::List { items, .. } => {
                items.iter().for_each(|item| collect(&item.blocks, slide, found, complain));
            }
            BlockKind::Definitions(terms) => {
                terms.iter().flat_map(|(_, bodies)| bodies).for_each(|b| collect(b, slide, found, complain));
            }
            _ => {}
        }
    }
}

fn read(
    info: &str,
    text: &str,
    line: usize,
    complain: &mut dyn FnMut(usize, String, &'static str),
) -> Runnable {
    let attributes = Attributes::of(info);
    for key in attributes.keys().filter(|key| !["status", "type"].contains(key)) {
        complain(line, format!("a command has no `{key}`"), "known are `status=1` and `type=\"exit\"`");
    }
    let status = attributes.get("status").unwrap_or("0");
    let status = status.split(',').map(str::parse).collect::<Result<Vec<i32>, _>>().unwrap_or_else(|_| {
        complain(
            line,
            format!("the status `{status}` is not a number"),
            "write for example `{.bash status=1}`, or `{.bash status=130,1}` where it differs",
        );
        vec![0]
    });
    let commands = numbered("bash", text);
    let commands: Vec<_> = commands.into_iter().map(|(at, command)| (line + 1 + at, command)).collect();
    if commands.is_empty() && !super::is_dockerfile(text) {
        complain(
            line,
            "nothing in this fence can be run".into(),
            "write a command, or leave out the word `bash`",
        );
    }
    let typed = attributes.get("type").map(|typed| typed.split(';').map(Keys::of).collect());
    Runnable { slide: 0, line, commands, status, typed: typed.unwrap_or_default(), outputs: Vec::new() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> (Vec<Runnable>, Vec<(usize, String)>) {
        let (deck, _) = super::super::deck::parse(text, Path::new("d.md"));
        let mut said = Vec::new();
        let found = cues(&deck, &mut |line, what, _| said.push((line, what)));
        let runs = found.into_iter().filter_map(|cue| match cue {
            Cue::Run(runnable) => Some(runnable),
            Cue::Task(_) => None,
        });
        (runs.collect(), said)
    }

    #[test]
    fn commands_know_what_their_slide_says_of_them() {
        let deck = "# A\n\n```bash\ndocker pull nginx\ndocker ps\n```\n\n# B\n\n* x\n\n    ```{.bash status=125 type=\"ls;^D\"}\n    docker run -it x\n    ```\n\n    ```output\n    a\n    …\n    ```\n\n```\nplain\n```\n";
        let (found, said) = read(deck);
        assert_eq!(said, []);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].slide, found[0].line, found[0].status.clone()), (0, 3, vec![0]));
        assert_eq!(found[0].commands, [(4, "docker pull nginx".to_owned()), (5, "docker ps".to_owned())]);
        assert_eq!((found[1].slide, found[1].line, found[1].status.clone()), (1, 12, vec![125]));
        assert_eq!(found[1].typed, [Keys::Line("ls".into()), Keys::Control('d')]);
        assert_eq!(found[1].outputs, [Quoted { line: 17, text: "a\n…".into(), variant: None }]);
    }

    #[test]
    fn each_docker_has_its_own_output_or_the_one_for_all() {
        let deck = "# A\n\n```{.bash status=130,1}\ndocker ps\n```\n\n```output\nold\n```\n\nSince 29:\n\n```{.output since=29}\nnew\n```\n\n```{.output store=containerd}\nstored\n```\n";
        let (found, said) = read(deck);
        assert_eq!(said, []);
        assert_eq!(found[0].status, [130, 1]);
        let shown =
            |client, containerd| found[0].output(&Dialect::new(client, containerd)).unwrap().text.as_str();
        assert_eq!(
            [shown("28.5.2", false), shown("29.1", true), shown("28.5.2", true)],
            ["old", "new", "stored"]
        );
        let twice = deck.replace("store=containerd", "since=29");
        assert_eq!(read(&twice).1.len(), 1);
        let alone = "# A\n\n```bash\nls\n```\n\n```{.output since=29}\nnew\n```\n";
        assert_eq!(read(alone).0[0].output(&Dialect::new("28", false)), None);
        assert_eq!(read(&alone.replace("since=29", "since=x")).1.len(), 1);
    }

    #[test]
    fn mistakes_in_a_fence_are_said() {
        let deck = "# A\n\n```output\nx\n```\n\n```{.bash state=1 status=x}\nls\n```\n\n```bash\n# nothing\n```\n\n# B\n\n```output\ny\n```\n";
        let (found, said) = read(deck);
        assert_eq!(found.len(), 1);
        let lines: Vec<usize> = said.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 7, 7, 11, 17], "{said:?}");
    }
}
