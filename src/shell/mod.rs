//! The embedded shell: a PTY child, its terminal model and key encoding. The only room that names the terminal crates.
