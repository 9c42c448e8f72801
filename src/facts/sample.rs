//! One reading of what a container uses.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// 100 is one core, as `docker stats` counts.
    pub cpu_percent: f64,
    /// Bytes, without the page cache that the kernel can drop.
    pub memory: u64,
    /// Bytes; the machine's memory where the container has no limit of its own.
    pub memory_limit: u64,
}
