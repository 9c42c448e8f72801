//! The ways through an exercise that its `solution.md` shows: they are read by learners and run by the rehearsal.

use super::script::{self, Step};
use super::{Attributes, Block, BlockKind, is_dockerfile, markdown};

/// A way that is written down in `bash` fences, with the files that it needs. Lines count from 1 in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// The heading above it; empty for the solution itself.
    pub name: String,
    pub line: usize,
    /// Path and content of fences with the attribute `file`.
    pub files: Vec<(String, String)>,
    pub steps: Vec<Step>,
}

/// The solution first, if there is one: what stands before the first heading. Then a way for each heading with commands.
pub fn ways(solution: &str) -> Vec<Way> {
    let mut found = vec![Way { line: 1, ..Way::default() }];
    for block in markdown::blocks(solution) {
        take(&block, &mut found);
    }
    found.retain(|way| !way.steps.is_empty());
    found
}

fn take(block: &Block, found: &mut Vec<Way>) {
    match &block.kind {
        BlockKind::Heading { text, .. } => {
            found.push(Way { name: super::plain(text), line: block.line, ..Way::default() });
        }
        BlockKind::Code { lang, info, text } => {
            let Some(way) = found.last_mut() else { return };
            if let Some(file) = Attributes::of(info).get("file") {
                way.files.push((file.to_owned(), format!("{text}\n")));
            } else if lang == "bash" && !is_dockerfile(text) {
                let steps = script::steps(text).into_iter();
                way.steps.extend(steps.map(|step| Step { line: block.line + step.line, ..step }));
            }
        }
        BlockKind::List { items, .. } => {
            items.iter().flat_map(|item| &item.blocks).for_each(|block| take(block, found));
        }
        BlockKind::Quote(blocks) => blocks.iter().for_each(|block| take(block, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::StepKind;
    use super::*;

    #[test]
    fn the_solution_comes_before_the_first_heading() {
        let text = "Why.\n\n```{.dockerfile file=Dockerfile}\nFROM x\n```\n\n```bash\ndocker build .\n```\n\nThen:\n\n```bash\ndocker run x\n```\n\n\
                    ## Why\n\nwords\n\n```\nnot run\n```\n\n## Also right: by id\n\n```bash\ndocker run id\n```\n";
        let found = ways(text);
        let command = |text: &str| StepKind::Command(text.to_owned());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].files, [("Dockerfile".to_owned(), "FROM x\n".to_owned())]);
        let steps = |way: &Way| way.steps.iter().map(|s| (s.line, s.kind.clone())).collect::<Vec<_>>();
        assert_eq!(steps(&found[0]), [(8, command("docker build .")), (14, command("docker run x"))]);
        assert_eq!((found[1].name.as_str(), found[1].line), ("Also right: by id", 25));
        assert_eq!(steps(&found[1]), [(28, command("docker run id"))]);
    }

    #[test]
    fn a_solution_without_commands_has_no_ways() {
        assert_eq!(ways("Only words.\n\n## More\n\n```\nx\n```\n"), []);
    }
}
