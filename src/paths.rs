//! Where pilotwhale keeps its things: `PILOTWHALE_HOME`, or the user's XDG folders.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

/// The folders of one user. `PILOTWHALE_HOME` puts all of them under one roof, for tests and classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Progress, logs and the private engine's data.
    pub state: PathBuf,
    /// `keys.toml`.
    pub config: PathBuf,
    /// What is kept of the course: progress, and which scripts may run.
    pub course: PathBuf,
    /// The exercise folders in which the learner works: never in the program's own source or in a course's.
    pub work: PathBuf,
    /// Where these would be, if that were not in such a source.
    pub instead_of: Option<PathBuf>,
    /// Sockets; short, because a socket's path may have 107 bytes at most.
    pub runtime: PathBuf,
}

impl Paths {
    pub fn of_user() -> Result<Self> {
        if let Some(home) = std::env::var_os("PILOTWHALE_HOME").filter(|v| !v.is_empty()) {
            let home =
                std::path::absolute(PathBuf::from(home)).context("PILOTWHALE_HOME is not a usable path")?;
            return Ok(Self {
                course: home.join("state"),
                state: home.join("state"),
                config: home.join("config"),
                work: home.join("work"),
                instead_of: None,
                runtime: home.join("run"),
            }
            .apart());
        }
        let xdg = choose_app_strategy(AppStrategyArgs {
            top_level_domain: String::new(),
            author: String::new(),
            app_name: "pilotwhale".into(),
        })
        .context("no home folder was found; set PILOTWHALE_HOME to a folder of your choice")?;
        let state = xdg.state_dir().unwrap_or_else(|| xdg.data_dir());
        Ok(Self {
            runtime: xdg.runtime_dir().unwrap_or_else(|| state.join("run")),
            work: xdg.home_dir().join("pilotwhale"),
            instead_of: None,
            config: xdg.config_dir(),
            course: state.clone(),
            state,
        }
        .apart())
    }

    /// The same user's folders for another course: nothing that is done there mixes with this one. `key` names it.
    pub fn for_course(self, key: &str) -> Self {
        let wanted = self.instead_of.as_ref().unwrap_or(&self.work);
        let work = longer(wanted, &format!("-{key}"));
        Self { course: self.state.join("courses").join(key), work, instead_of: None, ..self }.apart()
    }

    /// Takes another folder for the learner's work where the wanted one is a source's.
    fn apart(mut self) -> Self {
        let wanted = self.work.clone();
        while let Some(top) = source_around(&self.work) {
            let all_around = self.work.parent().is_some_and(|parent| real(parent).starts_with(&top));
            let next = longer(if all_around { &top } else { &self.work }, BESIDE);
            if next.file_name() == self.work.file_name() {
                break; // the whole disk is a source
            }
            self.work = next;
        }
        // Who has moved the source away since then still has their work where they made it.
        let beside = longer(&wanted, BESIDE);
        if self.work == wanted && !wanted.exists() && beside.is_dir() && source_around(&beside).is_none() {
            self.work = beside;
        } else if self.work != wanted {
            self.instead_of = Some(wanted);
        }
        self
    }

    /// What to tell of the other folder, as long as there is nothing in it yet: what is so, and why.
    pub fn news(&self) -> Option<(String, String)> {
        let wanted = self.instead_of.as_ref().filter(|_| !self.work.exists())?;
        Some((
            format!("Your exercise folders will be in {}", self.work.display()),
            format!("{} belongs to the source of pilotwhale or of a course", wanted.display()),
        ))
    }

    /// Takes from others what older versions gave them of what is kept: 0700 for folders, 0600 for files. The private engine's data is root's and the learner's work is theirs: neither is looked at. What can't be
    /// changed stays as it is.
    pub fn keep_private(&self) {
        tighten(&self.state, 0);
        for name in ["courses", "classes", "set-up"] {
            tighten(&self.state.join(name), MOST_DEEP);
        }
    }

    pub fn progress_file(&self) -> PathBuf {
        self.course.join("progress.sqlite3")
    }

    /// What the course made on the learner's engines.
    pub fn ledger_file(&self) -> PathBuf {
        self.state.join("made.jsonl")
    }

    /// For which attempts the scripts that exercises begin with have run.
    pub fn set_up_notes(&self) -> PathBuf {
        self.course.join("set-up")
    }

    pub fn keys_file(&self) -> PathBuf {
        self.config.join("keys.toml")
    }

    /// What the host keeps of one class; `name` can be one of a file.
    pub fn class_file(&self, name: &str) -> PathBuf {
        self.state.join("classes").join(name).with_extension("sqlite3")
    }

    /// Who this learner is to classes in this course.
    pub fn class_identity_file(&self) -> PathBuf {
        self.course.join("class-identity")
    }

    /// Which remotes the learner has agreed to push their work to.
    pub fn agreed_remotes(&self) -> PathBuf {
        self.course.join("agreed-remotes")
    }

    /// The sources of pilotwhale on this machine that we know of: where this program was built, and where work was wanted.
    pub fn own_sources(&self) -> Vec<PathBuf> {
        let program = std::env::current_exe().ok();
        let around = program.iter().chain(&self.instead_of).flat_map(|path| path.ancestors());
        around.filter(|folder| is_pilotwhale(folder)).map(Path::to_owned).collect()
    }

    pub fn exercise_folder(&self, exercise: &str) -> PathBuf {
        self.work.join(exercise)
    }
}

/// Folders below one that is kept, at most.
const MOST_DEEP: usize = 4;

/// A folder, with those above it, for its owner alone.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
    builder.create(folder)
}

/// How a file is opened that nobody else may read.
pub fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The folder itself, its files and its folders down to `deep`. A link is left alone, and so is what it leads to.
fn tighten(folder: &Path, deep: usize) {
    if !std::fs::symlink_metadata(folder).is_ok_and(|about| about.is_dir()) {
        return;
    }
    set(folder, 0o700);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_file() {
            set(&entry.path(), 0o600);
        } else if kind.is_dir() && deep > 0 {
            tighten(&entry.path(), deep - 1);
        }
    }
}

fn set(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let now = std::fs::symlink_metadata(path).map(|about| about.permissions().mode() & 0o777);
    if now.is_ok_and(|now| now & !mode != 0) {
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
    }
}

/// What is put behind a folder's name to have another one beside it.
pub const BESIDE: &str = "-work";

fn longer(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    if !name.is_empty() {
        name.push(ending);
    }
    path.with_file_name(name)
}

/// Where a path leads to, also where the last folders are still to be made.
fn real(path: &Path) -> PathBuf {
    let found = path.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    let Some((part, real)) = found else { return path.to_owned() };
    path.strip_prefix(part).map_or_else(|_| real.clone(), |rest| real.join(rest))
}

/// The outermost folder around this one, or this one, that holds the source of pilotwhale or of a course.
fn source_around(path: &Path) -> Option<PathBuf> {
    real(path).ancestors().filter(|folder| is_source(folder)).last().map(Path::to_owned)
}

fn is_source(folder: &Path) -> bool {
    folder.join("lessons/course.yaml").is_file() || is_pilotwhale(folder)
}

fn is_pilotwhale(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|manifest| names_pilotwhale(&manifest))
}

/// Whether this is the text of pilotwhale's own Cargo.toml.
pub fn names_pilotwhale(manifest: &str) -> bool {
    let table = toml::from_str::<toml::Table>(manifest).unwrap_or_default();
    let name = table.get("package").and_then(|package| package.get("name"));
    name.and_then(toml::Value::as_str) == Some(env!("CARGO_PKG_NAME"))
}

/// The learner's PATH, and behind it this program's own folder where it is not in there, so that `pilotwhale doctor` works in a
/// shell that gets it.
pub fn path_with_us() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let activated = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    path_with(program.parent()?, &path, activated.as_deref())
}

/// `uvx` puts the environment that it has made for us at the front, where its python would hide the learner's own. One that the
/// learner has activated stays where it is.
fn path_with(folder: &Path, path: &OsStr, activated: Option<&Path>) -> Option<String> {
    let around = folder.parent().filter(|around| around.join("pyvenv.cfg").is_file());
    let is_lent =
        around.is_some_and(|around| activated.is_none_or(|activated| real(activated) != real(around)));
    let mut folders: Vec<PathBuf> =
        std::env::split_paths(path).filter(|f| !(is_lent && real(f) == real(folder))).collect();
    if !folders.iter().any(|f| f == folder) {
        folders.push(folder.to_owned());
    }
    std::env::join_paths(folders).ok()?.into_string().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [(&str, &str); 3] = [
        ("Cargo.toml", "[package]\nname = \"pilotwhale\" # a fork\nversion = \"9.0.0\"\n"),
        ("Cargo.toml", "package.name = 'pilotwhale'\n"),
        ("lessons/course.yaml", "id: other\n"),
    ];

    fn put(folder: &Path, (name, text): (&str, &str)) {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn for_work(work: &Path) -> Paths {
        let other = work.parent().unwrap().to_owned();
        Paths {
            state: other.clone(),
            config: other.clone(),
            course: other.clone(),
            runtime: other,
            work: work.to_owned(),
            instead_of: None,
        }
        .apart()
    }

    #[test]
    fn what_is_kept_is_for_its_owner_alone_also_what_an_older_version_left() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join("state").join(path);
        let loose =
            |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        for folder in ["courses/x/set-up", "classes", "private/data"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        let outside = home.path().join("outside");
        std::fs::write(&outside, "").unwrap();
        loose(&outside, 0o644);
        symlink(&outside, at("link")).unwrap();
        let files = [
            "progress.sqlite3",
            "pilotwhale.log",
            "courses/x/class-identity",
            "classes/a.sqlite3",
            "private/data/theirs",
        ];
        for file in files {
            std::fs::write(at(file), "").unwrap();
            loose(&at(file), 0o644);
        }
        ["", "courses", "courses/x", "classes", "private"]
            .iter()
            .for_each(|folder| loose(&at(folder), 0o755));
        let paths = Paths {
            state: home.path().join("state"),
            config: home.path().join("config"),
            course: home.path().join("state/courses/x"),
            work: home.path().join("work"),
            instead_of: None,
            runtime: home.path().join("run"),
        };
        paths.keep_private();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for folder in ["", "courses", "courses/x", "classes"] {
            assert_eq!(mode(&at(folder)), 0o700, "{folder}");
        }
        files[..4].iter().for_each(|file| assert_eq!(mode(&at(file)), 0o600, "{file}"));
        // the engine's own data, and what a link leads to
        assert_eq!((mode(&at(files[4])), mode(&at("private")), mode(&outside)), (0o644, 0o755, 0o644));
        drop(private().create(true).append(true).open(at("new")).unwrap());
        assert_eq!(mode(&at("new")), 0o600);
    }

    #[test]
    fn a_shell_gets_the_path_that_the_learner_has() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        put(home.path(), ("env/pyvenv.cfg", ""));
        std::fs::create_dir_all(at("env/bin")).unwrap();
        let join = |folders: &[PathBuf]| std::env::join_paths(folders).unwrap().into_string().unwrap();
        let (own, env, cargo) = (at("own"), at("env/bin"), at("cargo/bin"));
        let all = [env.clone(), own.clone(), cargo.clone()];
        let of = |folder: &Path, path: &[PathBuf], activated: Option<&Path>| {
            path_with(folder, OsStr::new(&join(path)), activated).unwrap()
        };
        // an environment that is lent comes last, also through a link; one that was activated stays first
        assert_eq!(of(&env, &all, None), join(&[own.clone(), cargo.clone(), env.clone()]));
        assert_eq!(of(&env, &all, Some(&at("other"))), join(&[own.clone(), cargo.clone(), env.clone()]));
        assert_eq!(of(&env, &all, Some(&at("env"))), join(&all));
        std::os::unix::fs::symlink(at("env"), at("link")).unwrap();
        let linked = [at("link/bin"), own.clone()];
        assert_eq!(of(&env, &linked, None), join(&[own.clone(), env.clone()]));
        // a folder of programs stays where the learner has put it, and is added where it is not
        assert_eq!(of(&cargo, &[cargo.clone(), own.clone()], None), join(&[cargo.clone(), own.clone()]));
        assert_eq!(of(&cargo, std::slice::from_ref(&own), None), join(&[own, cargo]));
    }

    #[test]
    fn work_is_never_in_a_source() {
        for source in SOURCES {
            let home = tempfile::tempdir().unwrap();
            let home = home.path().canonicalize().unwrap();
            let wanted = home.join("pilotwhale");
            assert_eq!(for_work(&wanted).work, wanted);
            put(&wanted, source);
            let paths = for_work(&wanted);
            assert_eq!(
                (&paths.work, &paths.instead_of),
                (&home.join("pilotwhale-work"), &Some(wanted.clone()))
            );
            let (what, why) = paths.news().unwrap();
            assert!(
                what.contains("pilotwhale-work") && why.contains(wanted.to_str().unwrap()),
                "{what}: {why}"
            );
            // another course's work is a folder of its own name, and stays where it was wanted
            let other = paths.for_course("docker");
            assert_eq!((other.work, other.instead_of), (home.join("pilotwhale-docker"), None));
            // the other folder is one, too
            put(&home.join("pilotwhale-work"), source);
            assert_eq!(for_work(&wanted).work, home.join("pilotwhale-work-work"));
            // a home inside of a source, whatever that is called and however one comes there
            let inside = wanted.join("a/home/work");
            assert_eq!(for_work(&inside).work, home.join("pilotwhale-work-work"));
            std::os::unix::fs::symlink(wanted.join("docs"), home.join("link")).unwrap();
            std::fs::create_dir(wanted.join("docs")).unwrap();
            assert_eq!(for_work(&home.join("link")).work, home.join("link-work"));
            // a source in a source: beside the outer one
            put(&wanted.join("inner"), source);
            assert_eq!(for_work(&wanted.join("inner/work")).work, home.join("pilotwhale-work-work"));
        }
    }

    #[test]
    fn what_only_looks_like_a_source_is_left() {
        for other in [
            ("Cargo.toml", "[package]\nname = \"mine\"\n[dependencies]\npilotwhale = \"1\"\n"),
            ("Cargo.toml", "not toml: name = \"pilotwhale\""),
            ("course.yaml", "id: x\n"),
            ("pilotwhale/Cargo.toml", "[package]\nname = \"pilotwhale\"\n"),
        ] {
            let home = tempfile::tempdir().unwrap();
            let work = home.path().join("work");
            put(&work, other);
            let paths = for_work(&work);
            assert_eq!((&paths.work, &paths.instead_of), (&work, &None), "{other:?}");
            assert_eq!(paths.news(), None);
        }
    }

    #[test]
    fn work_is_found_again_when_the_source_has_moved_away() {
        let home = tempfile::tempdir().unwrap();
        let wanted = home.path().join("pilotwhale");
        let beside = home.path().join("pilotwhale-work");
        std::fs::create_dir(&beside).unwrap();
        assert_eq!(for_work(&wanted).work, beside);
        std::fs::create_dir(&wanted).unwrap();
        assert_eq!(for_work(&wanted).work, wanted);
    }
}
