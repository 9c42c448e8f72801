//! Every verb a key can be bound to. The keymap is the only bridge from keys to these.

use serde::{Deserialize, Serialize};

/// Named in `assets/keymap.toml` and in the user's `keys.toml` in kebab-case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    // everywhere
    Quit,
    Help,
    NextPane,
    PreviousPane,
    /// From anywhere to the shell, and from the shell back to the lesson.
    ToggleShell,
    Zoom,
    GrowPane,
    ShrinkPane,
    ToggleTheme,
    Contents,
    Cancel,
    Confirm,

    // moving in whatever has the focus: a list, a text, the choices of a quiz
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    ScrollLeft,
    ScrollRight,
    Toggle,

    // the lesson
    NextStep,
    PreviousStep,
    NextSlide,
    PreviousSlide,
    FirstSlide,
    LastSlide,
    NextLesson,
    PreviousLesson,
    Overview,
    Search,
    SearchNext,
    SearchPrevious,
    Notes,
    /// Marks the slide, or takes its mark away.
    Bookmark,
    /// To the next question whose answer was not right.
    NextWrong,
    Reload,
    /// What is wrong with the course's files.
    Mistakes,
    /// Puts a slide's command on the shell's prompt without running it.
    TypeCommand,
    Answer,
    AnswerTask,
    Hint,
    Solution,
    CheckNow,
    BeginExercise,
    ResetExercise,

    // the engine pane
    NextTab,
    PreviousTab,
    OpenDetail,
    NextView,
    PreviousView,
    FollowLogs,
    /// The logs of all containers of the list, in one.
    FollowAllLogs,
    Filter,
    SendName,
    SendId,
    SendImage,
    StopContainer,
    StartContainer,
    RestartContainer,
    /// Holds the container's processes, or lets them go on.
    PauseContainer,
    /// Puts a command on the prompt that opens a shell inside the container.
    EnterContainer,
    /// All lines of the log, or only those that match.
    ToggleMatches,
    ToggleTimes,
    ToggleWrap,
    /// From when on the log is shown.
    LogSince,
    SaveLog,
    Remove,
    Copy,

    // in a class that one follows
    FollowClass,
    RaiseHand,
    /// Puts the instructor's newest command on the prompt without running it.
    TakeCommand,
    Messages,
    /// The instructor's shell in place of the engine pane, and back.
    ViewShell,
    /// The instructor may look at the learner's shell, after asking; or no more.
    ShareShell,

    // in a class that one leads
    Board,
    JoinCode,
    Presenter,
    Poll,
    OpenForAll,
    SayToAll,
    Timer,
    /// Shows the class the command that the instructor ran last.
    SendCommand,
    /// The class sees the instructor's shell, or no more.
    ShowShell,
    ClassDoor,
    SortBoard,
    LowerHand,
    SendHint,
    SendHintToAll,
    /// A hint in the instructor's own words.
    WriteHint,
    WriteHintToAll,
    /// The shell that a learner shares is looked at no more.
    CloseShell,

    // the shell pane
    ScrollShellUp,
    ScrollShellDown,
}
