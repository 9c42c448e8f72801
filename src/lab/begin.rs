//! Lays the starter files of an exercise: what is there already is the learner's and stays as it is.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::LabError;
use crate::course::{Exercise, StarterFile};

/// What was done to the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Begun {
    pub laid: Vec<PathBuf>,
    /// Was there before, and was not touched.
    pub kept: Vec<PathBuf>,
}

/// Makes the folder and puts the missing starter files into it. Writes nothing else, and never over anything;
/// doing it twice is doing it once.
pub fn begin(folder: &Path, exercise: &Exercise) -> Result<Begun, LabError> {
    sound(exercise)?;
    fs::create_dir_all(folder).map_err(LabError::file(folder))?;
    let mut begun = Begun::default();
    for file in &exercise.files {
        let path = place_of(folder, file)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(LabError::file(parent))?;
        }
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut new) => {
                new.write_all(file.content.as_bytes()).map_err(LabError::file(&path))?;
                begun.laid.push(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => begun.kept.push(path),
            Err(error) => return Err(LabError::File { path, source: error }),
        }
    }
    Ok(begun)
}

/// Fails on an exercise of which not all could be read.
pub fn sound(exercise: &Exercise) -> Result<(), LabError> {
    exercise
        .faults
        .first()
        .map_or(Ok(()), |fault| Err(LabError::Faulty { exercise: exercise.id.clone(), fault: fault.short() }))
}

pub(super) fn place_of(folder: &Path, file: &StarterFile) -> Result<PathBuf, LabError> {
    let relative = Path::new(&file.path);
    let inside = relative.components().all(|c| matches!(c, Component::Normal(_)));
    if !inside || file.path.is_empty() {
        return Err(LabError::Outside(file.path.clone()));
    }
    Ok(folder.join(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exercise(files: &[(&str, &str)]) -> Exercise {
        let files = files
            .iter()
            .map(|(path, content)| StarterFile { path: (*path).into(), content: (*content).into() });
        Exercise { files: files.collect(), ..Exercise::default() }
    }

    #[test]
    fn lays_what_is_missing_and_keeps_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("work/e");
        let exercise = exercise(&[("hello.py", "new"), ("deep/er.txt", "x")]);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("hello.py"), "mine").unwrap();
        let begun = begin(&folder, &exercise).unwrap();
        assert_eq!(
            (begun.laid, begun.kept),
            (vec![folder.join("deep/er.txt")], vec![folder.join("hello.py")])
        );
        assert_eq!(fs::read_to_string(folder.join("hello.py")).unwrap(), "mine");
        assert!(begin(&folder, &exercise).unwrap().laid.is_empty());
    }

    #[test]
    fn nothing_lands_outside_of_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["../x", "/tmp/pilotwhale-x", "a/../../x", "", "."] {
            let outcome = begin(&dir.path().join("e"), &exercise(&[(path, "x")]));
            assert!(matches!(outcome, Err(LabError::Outside(_))), "{path}: {outcome:?}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_has_a_remedy() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let error = begin(&dir.path().join("file/e"), &exercise(&[])).unwrap_err();
        assert!(error.remedy().contains("PILOTWHALE_HOME"), "{error}");
    }
}
