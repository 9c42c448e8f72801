//! Makes bash and zsh tell where a command starts and ends, without changing how their prompts look.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::{fs, io};

const BASH: &str = include_str!("../../assets/shell/bashrc");
const ZSH: &str = include_str!("../../assets/shell/zshenv");

/// What to add to a shell's start so that it sends marks.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Integration {
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    /// The sender of its marks, so that those of a shell inside a container don't count.
    pub(super) aid: Option<String>,
}

/// Nothing for a shell that can't be made to, or that was given arguments of its own.
pub(super) fn integrate(
    argv: &[String],
    folder: &Path,
    own_zdotdir: Option<String>,
) -> io::Result<Integration> {
    let [program] = argv else { return Ok(Integration::default()) };
    let aid = format!("{:016x}", RandomState::new().build_hasher().finish());
    let mut env = vec![("PILOTWHALE_MARK".to_owned(), aid.clone())];
    let mut args = Vec::new();
    match Path::new(program).file_name().and_then(|name| name.to_str()) {
        Some("bash") => {
            let file = folder.join("bashrc");
            write(&file, BASH)?;
            args = vec!["--rcfile".to_owned(), text(&file)?];
        }
        Some("zsh") => {
            let shim = folder.join("zsh");
            write(&shim.join(".zshenv"), ZSH)?;
            env.push(("ZDOTDIR".to_owned(), text(&shim)?));
            if let Some(own) = own_zdotdir {
                env.push(("PILOTWHALE_ZDOTDIR".to_owned(), own));
            }
        }
        _ => return Ok(Integration::default()),
    }
    Ok(Integration { args, env, aid: Some(aid) })
}

fn text(path: &Path) -> io::Result<String> {
    let text = path.to_str().ok_or_else(|| io::Error::other("the folder's name is not plain text"))?;
    Ok(text.to_owned())
}

/// Replaced in one step, since another shell may be reading it now.
fn write(path: &Path, content: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&draft, content)?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_bash_or_zsh_is_integrated() {
        let folder = tempfile::tempdir().unwrap();
        let ask = |argv: &[&str]| {
            let argv: Vec<String> = argv.iter().map(|&arg| arg.to_owned()).collect();
            integrate(&argv, folder.path(), Some("/own".to_owned())).unwrap()
        };
        let bash = ask(&["/usr/bin/bash"]);
        assert_eq!(bash.args[0], "--rcfile");
        assert_eq!(fs::read_to_string(&bash.args[1]).unwrap(), BASH);
        let zsh = ask(&["zsh"]);
        assert!(zsh.args.is_empty());
        assert!(zsh.env.contains(&("PILOTWHALE_ZDOTDIR".to_owned(), "/own".to_owned())));
        assert_ne!(bash.aid, zsh.aid);
        for argv in [&["bash", "-l"] as &[&str], &["fish"], &["sh"], &["vim"]] {
            assert_eq!(ask(argv), Integration::default());
        }
    }
}
