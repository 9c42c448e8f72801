//! CPU and memory of the containers that are on the screen, and of no others.

use std::collections::HashMap;
use std::time::Duration;

use bollard::models::ContainerStatsResponse;
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::{StreamExt, stream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{Engine, EngineError};
use crate::facts::Sample;

const EVERY: Duration = Duration::from_secs(2);
/// The first percentage needs two readings; the second comes sooner than usual.
const SOON: Duration = Duration::from_millis(700);
/// All that fit on a screen: answers that come together cost one wake-up, and not one each.
const AT_ONCE: usize = 64;
const SILENCE: Duration = Duration::from_millis(1400);

/// One reading of the counters that percentages are made from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Reading {
    cpu: u64,
    system: u64,
    cores: u32,
    memory: u64,
    limit: u64,
}

/// Samples until it is dropped. With no ids asked for there is no timer and no call.
#[derive(Debug)]
pub struct Sampler {
    ids: watch::Sender<Vec<String>>,
    task: JoinHandle<()>,
}

impl Sampler {
    /// The ids of the running containers whose figures are on the screen now.
    pub fn set_visible(&self, mut ids: Vec<String>) {
        ids.sort();
        ids.dedup();
        self.ids.send_if_modified(|old| {
            let changed = *old != ids;
            *old = ids;
            changed
        });
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An empty round says that the engine does not answer for longer than it usually takes.
pub fn sampler(engine: Engine, samples: mpsc::Sender<Vec<(String, Sample)>>) -> Sampler {
    let (ids, asked) = watch::channel(Vec::new());
    Sampler { ids, task: tokio::spawn(keep_sampling(engine, asked, samples)) }
}

async fn keep_sampling(
    engine: Engine,
    mut asked: watch::Receiver<Vec<String>>,
    samples: mpsc::Sender<Vec<(String, Sample)>>,
) {
    let mut before: HashMap<String, Reading> = HashMap::new();
    loop {
        let ids = asked.borrow_and_update().clone();
        if ids.is_empty() {
            before.clear();
            if asked.changed().await.is_err() {
                return;
            }
            continue;
        }
        before.retain(|id, _| ids.contains(id));
        let young = ids.iter().any(|id| !before.contains_key(id));
        let mut answers = stream::iter(ids)
            .map(|id| async {
                let reading = engine.reading(&id).await;
                (id, reading)
            })
            .buffer_unordered(AT_ONCE);
        let mut read: Vec<(String, Result<Reading, EngineError>)> = Vec::new();
        let mut silent = false;
        loop {
            match timeout(SILENCE, answers.next()).await {
                Ok(Some(answer)) => read.push(answer),
                Ok(None) => break,
                Err(_) if silent => {}
                Err(_) => {
                    silent = true;
                    if samples.send(Vec::new()).await.is_err() {
                        return;
                    }
                }
            }
        }
        let mut round = Vec::new();
        for (id, reading) in read {
            let Ok(reading) = reading else { continue };
            if let Some(sample) = reading.since(before.get(&id)) {
                round.push((id.clone(), sample));
            }
            before.insert(id, reading);
        }
        round.sort_by(|a, b| a.0.cmp(&b.0));
        if !round.is_empty() && samples.send(round).await.is_err() {
            return;
        }
        tokio::select! {
            changed = asked.changed() => if changed.is_err() { return },
            () = sleep(if young { SOON } else { EVERY }) => {}
        }
    }
}

impl Engine {
    pub(super) async fn reading(&self, id: &str) -> Result<Reading, EngineError> {
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let mut stream = self.docker.stats(id, Some(options));
        let answer = async {
            match stream.next().await {
                Some(answer) => answer.map(Some),
                None => Ok(None),
            }
        };
        let stats = self.ask("stats", Duration::from_secs(5), answer).await?;
        Ok(Reading::of(&stats.unwrap_or_default()))
    }
}

impl Reading {
    fn of(stats: &ContainerStatsResponse) -> Self {
        let cpu = stats.cpu_stats.clone().unwrap_or_default();
        let usage = cpu.cpu_usage.unwrap_or_default();
        let memory = stats.memory_stats.clone().unwrap_or_default();
        let used = memory.usage.unwrap_or(0);
        let details = memory.stats.unwrap_or_default();
        // The page cache that the kernel drops first: cgroup v1's name, then v2's.
        let cache = details.get("total_inactive_file").or(details.get("inactive_file")).copied().unwrap_or(0);
        let cores = cpu.online_cpus.filter(|n| *n > 0);
        Self {
            cpu: usage.total_usage.unwrap_or(0),
            system: cpu.system_cpu_usage.unwrap_or(0),
            cores: cores.unwrap_or_else(|| {
                usage.percpu_usage.and_then(|all| u32::try_from(all.len()).ok()).unwrap_or(0).max(1)
            }),
            memory: if cache < used { used - cache } else { used },
            limit: memory.limit.unwrap_or(0),
        }
    }

    /// None for a container that has stopped: its counters are all zero.
    fn since(&self, before: Option<&Self>) -> Option<Sample> {
        if self.cpu == 0 && self.memory == 0 {
            return None;
        }
        let cpu_percent = match before {
            Some(b) if self.system > b.system && self.cpu >= b.cpu => {
                #[expect(clippy::cast_precision_loss, reason = "a percentage has few digits")]
                let share = (self.cpu - b.cpu) as f64 / (self.system - b.system) as f64;
                share * f64::from(self.cores) * 100.0
            }
            Some(_) => 0.0,
            // One reading has no percentage yet, but its memory is true.
            None => 0.0,
        };
        Some(Sample { cpu_percent, memory: self.memory, memory_limit: self.limit })
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::{ContainerCpuStats, ContainerCpuUsage, ContainerMemoryStats};

    use super::*;

    fn reading(cpu: u64, system: u64) -> Reading {
        Reading { cpu, system, cores: 4, memory: 1, limit: 2 }
    }

    #[test]
    fn cpu_is_counted_as_docker_stats_does() {
        let percent = |a: Reading, b: Reading| b.since(Some(&a)).map(|s| s.cpu_percent);
        // One of four cores busy all the time.
        assert_eq!(percent(reading(100, 1000), reading(350, 2000)), Some(100.0));
        assert_eq!(percent(reading(100, 1000), reading(1100, 2000)), Some(400.0));
        assert_eq!(percent(reading(100, 1000), reading(100, 2000)), Some(0.0));
        // Restarted in between, or read twice at once.
        assert_eq!(percent(reading(500, 1000), reading(10, 2000)), Some(0.0));
        assert_eq!(percent(reading(100, 1000), reading(100, 1000)), Some(0.0));
        assert_eq!(Reading::default().since(None), None);
    }

    #[test]
    fn memory_without_the_cache() {
        let stats = |name: &str, cache: u64| ContainerStatsResponse {
            cpu_stats: Some(ContainerCpuStats {
                cpu_usage: Some(ContainerCpuUsage { percpu_usage: Some(vec![1, 2]), ..Default::default() }),
                ..Default::default()
            }),
            memory_stats: Some(ContainerMemoryStats {
                usage: Some(100),
                limit: Some(1000),
                stats: Some(HashMap::from([(name.to_string(), cache)])),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert_eq!(Reading::of(&stats("inactive_file", 30)).memory, 70);
        assert_eq!(Reading::of(&stats("total_inactive_file", 30)).memory, 70);
        assert_eq!(Reading::of(&stats("inactive_file", 300)).memory, 100);
        assert_eq!(Reading::of(&stats("x", 1)).cores, 2);
    }
}
