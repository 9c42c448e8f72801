//! What the help says below the options, and which version this is.

/// The package's version; in a release build with the commit.
pub(super) const VERSION: &str = env!("PILOTWHALE_VERSION");

/// The heading of the options that say how the app and its engine are to be.
pub(super) const SCREEN: &str = "Screen and engine";

/// The heading of the options that say which course is meant.
pub(super) const COURSE: &str = "Another course";

pub(super) const BELOW: &str = "\
Examples:
  pilotwhale                        open the course where you left it
  pilotwhale list                   all lessons and exercises, and what is done
  pilotwhale slides talk.md         open any patat or pandoc deck
  pilotwhale begin run-python       begin an exercise without the screen
  pilotwhale grade run-python       judge it
  pilotwhale doctor                 what is missing on this machine, and what helps

Variables:
  PILOTWHALE_HOME                   keep progress, settings and exercise folders in this folder
  PILOTWHALE_THEME                  dark, light or plain, where --theme is not given
  PILOTWHALE_LOG                    what goes to pilotwhale.log, for example debug
  NO_COLOR                          no colours
  DOCKER_HOST, DOCKER_CONTEXT, …    which engine, as the docker command reads them

Exit codes:
  0  all passed, or done
  1  not yet
  2  wrong usage, or a mistake in the course
  3  could not: no engine answers, there is no terminal, a file can't be written";
