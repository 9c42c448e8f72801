//! Writes down what has come, as far as the quotas let it, and only then answers.

use jiff::Timestamp;

use super::{Arrival, Change, Hub};

impl Hub {
    /// Everything that waits, in one transaction; then those who sent it are answered.
    pub(super) fn write_down(&mut self) {
        let waiting = std::mem::take(&mut self.arrivals);
        if waiting.is_empty() {
            return;
        }
        let (mut arrivals, answers): (Vec<Arrival>, Vec<_>) = waiting.into_iter().unzip();
        let came = Timestamp::now();
        let last: Vec<Option<(i64, Timestamp)>> =
            arrivals.iter().map(|arrival| arrival.events.last().map(|event| (event.seq, event.at))).collect();
        let bytes: Vec<u64> = arrivals.iter_mut().map(|arrival| self.leave_out(arrival)).collect();
        if let Err(error) = self.store.append(&arrivals, came) {
            // Nobody is answered, so everybody sends it again.
            return self.complain(&error);
        }
        self.complained = false;
        for (((Arrival { learner, events }, kept), last), bytes) in
            arrivals.into_iter().zip(answers).zip(last).zip(bytes)
        {
            let Some(known) = self.known.get_mut(&learner) else { continue };
            self.quota.has(&learner, bytes);
            let mut new = Vec::new();
            for event in events {
                if event.seq > known.have {
                    (known.have, known.have_at) = (event.seq, Some(event.at));
                    new.extend(event.stamped());
                }
            }
            // Also of what was left out, or it would come again without end.
            if let Some((seq, at)) = last.filter(|(seq, _)| *seq > known.have) {
                (known.have, known.have_at) = (seq, Some(at));
            }
            let _ = kept.send(known.have);
            for event in new {
                self.note_answer(&learner, &event.event);
                self.news.push(Change::Did { learner: learner.clone(), came, event });
            }
        }
    }

    /// What is more than one learner, or the class, may take. Gives the bytes of what is left.
    fn leave_out(&mut self, arrival: &mut Arrival) -> u64 {
        let Arrival { learner, events } = arrival;
        let (mut bytes, before) = (0, events.len());
        events.retain(|event| {
            let size = event.event.to_string().len() as u64;
            let fits = self.quota.may_keep(learner, bytes + size);
            bytes += if fits { size } else { 0 };
            fits
        });
        if events.len() < before {
            let name = self.known.get(learner).map_or("somebody", |known| &known.name);
            let what = format!(
                "{name} has sent more than the class keeps of one learner, or of all: the rest is left out"
            );
            self.say_once(what, "Their own progress stays with them; docs/limits.md has the numbers.");
        }
        bytes
    }
}
