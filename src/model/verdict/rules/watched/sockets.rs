//! What the sockets of a program without a probe show: one after the other, waves, and a few that are waited for.
//!
//! Only the number in flight is known, so no line is named. Start at [`serial`].

use crate::event::program::ThreadWaits;
use crate::event::reasons::RunEnd;
use crate::model::Stage;
use crate::model::verdict::evidence::level_shape::LevelShape;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::waves::is_wave;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

const HOW: &str = "TCP sockets that have sent and wait for an answer, every 20 ms";

/// The shape, if nothing else is known.
fn shape<'m>(figures: &RunFigures<'m>) -> Option<&'m LevelShape> {
    let model = figures.model;
    Some(&model.evidence.levels).filter(|shape| shape.n > 0 && model.totals.started == 0)
}

/// Never more than one in flight, and hardly a time with none.
pub fn serial(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let shape = shape(figures)?;
    let span = shape.span();
    let is_busy = shape.busy.0 as f64 >= (1.0 - t::SERIAL_GAP) * span.0 as f64;
    if shape.peak != 1 || shape.n < t::SERIAL_LEAST || span < t::SERIAL_SPAN || !is_busy {
        return None;
    }
    let took = units::length(span);
    let waits = figures.model.evidence.program.thread_waits;
    let sentence = VerdictSentence::new(
        format!("{} one after the other, in {took}", units::plural(shape.n, "exchange")),
        format!("1 socket in flight at most{}", main_thread(waits).map(|how| format!("; {how}")).unwrap_or_default()),
        "if they are independent, start several at once".to_owned(),
    )
    .or_brief("1 socket in flight at most".to_owned(), "fine if they depend");
    let explanation = Explanation {
        observed: format!("in flight for {} of {took}; {HOW}", units::length(shape.busy)),
        formula: format!("never more than 1, for at least {} of the time", percent(1.0 - t::SERIAL_GAP)),
        refuted: "requests that need the answer of the one before",
        causes: &["a synchronous client", "an await in a loop", "a lock or a pool of one"],
        press: None,
    };
    Some((Gravity::Note, sentence, explanation))
}

/// What the main threads did for more than half of the time.
fn main_thread(waits: ThreadWaits) -> Option<&'static str> {
    let ThreadWaits { sleeping, reading, looping, locked, running } = waits;
    let sum = sleeping + reading + looping + locked + running;
    let parts = [
        (reading, "the main thread blocks in a read"),
        (looping, "the main thread waits in an event loop"),
        (sleeping, "the main thread sleeps"),
        (locked, "the main thread waits for another one"),
        (running, "the main thread runs"),
    ];
    parts.into_iter().find(|(part, _)| part.0 > sum.0 / 2).map(|(_, how)| how)
}

/// Exchanges start in batches, and each batch waits for its slowest.
pub fn waves(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let shape = shape(figures)?;
    let size = shape.peak;
    let kept = shape.waves.all().count() as u64;
    let n = shape.waves.all().filter(|wave| is_wave(wave, size)).count() as u64;
    let covered: u64 = shape.waves.all().filter(|wave| is_wave(wave, size)).map(|wave| wave.n).sum();
    let total: u64 = shape.waves.all().map(|wave| wave.n).sum();
    if size < t::CROWD || n < t::WAVES_LEAST || (covered as f64) < t::WAVES_COVER * total as f64 {
        return None;
    }
    let (n_all, was) = shape.waves.totals();
    let n = if n_all > kept { n_all * n / kept } else { n };
    let ideal = shape.service.0 as f64 / f64::from(size);
    if ideal > t::GAIN * was.0 as f64 || (was.0 as f64) < t::GAIN * shape.span().0 as f64 {
        return None;
    }
    let idle = 1.0 - ideal / was.0.max(1) as f64;
    let waits = by_tense(figures.model, "waits", "waited");
    let sentence = VerdictSentence::new(
        format!("{n} waves of {size}, slots {} idle", percent(idle)),
        format!("each wave {waits} for its slowest exchange"),
        "start one whenever one ends".to_owned(),
    )
    .or_number(format!("{} idle in {n} waves", percent(idle)))
    .or_brief(format!("{waits} for the slowest"), "start one when one ends");
    let explanation = Explanation {
        observed: format!("{} in waves; {HOW}", units::length(was)),
        formula: "periods between two moments with nothing in flight, whose exchanges start together".to_owned(),
        refuted: "requests that need the answers of a whole wave",
        causes: &["a join on fixed batches", "a barrier between pages"],
        press: None,
    };
    Some((Gravity::Slow, sentence, explanation))
}

/// A few are still in flight when all others are done.
pub fn stragglers(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let shape = shape(figures)?;
    let is_over = matches!(figures.model.stage, Stage::Ended(RunEnd::Finished));
    let (tail, span) = (shape.last.since(shape.tail), shape.span());
    let (left, begun) = shape.in_tail;
    let is_long = tail >= t::TAIL_SPAN && tail.0 as f64 >= t::TAIL_SHARE * span.0 as f64;
    if !is_over || shape.peak < t::CROWD || left == 0 || begun > 0 || !is_long || waves(figures).is_some() {
        return None;
    }
    let sentence = VerdictSentence::new(
        format!("last {} of {}", units::length(tail), units::length(span)),
        format!("waiting for {}", units::plural(left.into(), "socket")),
        "start the slowest first, or give them a shorter time-out".to_owned(),
    )
    .or_brief(format!("waiting for {}", units::plural(left.into(), "socket")), "start the slowest first");
    let explanation = Explanation {
        observed: format!("{} in flight at most; {HOW}", shape.peak),
        formula: "time with less than half of the peak in flight at the end ÷ wall time".to_owned(),
        refuted: "the same tail when these start first",
        causes: &["the slowest requests started last", "a time-out far above the usual latency"],
        press: None,
    };
    // With one round, some are slow by chance, and no order would help.
    let gravity = if shape.n >= t::TAIL_ROUNDS * u64::from(shape.peak) { Gravity::Slow } else { Gravity::Note };
    Some((gravity, sentence, explanation))
}
