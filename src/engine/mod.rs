//! The engine: discovery, connection, reading, watching and acting. The only room that names bollard.
