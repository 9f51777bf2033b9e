//! Facts about a watched program: at random, and in the notation.
//!
//! Start at [`fact`] and [`named_fact`].

use inflight::event::program::{BlockingLine, CodeLine, ProgramFact, StallDetails, ThreadWaits};
use inflight::event::{Fact, Micros};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::scenario::strategies::{length, text};
use crate::scenario::words::{micros, number};

/// A fact of any kind.
pub fn fact() -> impl Strategy<Value = ProgramFact> {
    prop_oneof![
        (any::<u32>(), of(any::<u32>()), text()).prop_map(|(process, parent, runtime)| ProgramFact::ProbeJoined {
            process,
            parent,
            runtime
        }),
        (of(text()), vec(text(), 0..3)).prop_map(|(hook, lacks)| ProgramFact::ProbeHooked { hook, lacks }),
        Just(ProgramFact::SteeringStarted),
        text().prop_map(|name| ProgramFact::LoopStarted { name }),
        (code(), any::<u64>()).prop_map(|(code, requests)| ProgramFact::RequestLine { code, requests }),
        (length(), length()).prop_map(|(lasted, ran)| ProgramFact::LoopRan { lasted, ran }),
        (text(), of(code())).prop_map(|(client, code)| ProgramFact::LoopWaited { client, code }),
        (any::<u32>(), code()).prop_map(|(width, code)| ProgramFact::Gathered { width, code }),
        ((any::<u32>(), any::<u16>(), any::<u16>()), text(), code(), of(code())).prop_map(
            |((width, good, running), error, code, raised)| ProgramFact::GatherRaised {
                width,
                good: good.into(),
                running: running.into(),
                error,
                code,
                raised,
            }
        ),
        (text(), of(code())).prop_map(|(coroutine, code)| ProgramFact::NeverAwaited { coroutine, code }),
        (text(), of(text()), of(code())).prop_map(|(error, coroutine, code)| ProgramFact::ErrorLost {
            error,
            coroutine,
            code
        }),
        (text(), of(code())).prop_map(|(coroutine, code)| ProgramFact::TaskUnfinished { coroutine, code }),
        any::<u32>().prop_map(|threads| ProgramFact::ThreadsExhausted { threads }),
        [length(), length(), length(), length(), length()].prop_map(|[sleeping, reading, looping, locked, running]| {
            ProgramFact::ThreadsSampled { waits: ThreadWaits { sleeping, reading, looping, locked, running } }
        }),
        length().prop_map(|used| ProgramFact::ProbeEnded { used }),
        (of(any::<i32>()), of(any::<i32>())).prop_map(|(code, signal)| ProgramFact::ProgramEnded { code, signal }),
    ]
}

/// A stall, with or without details.
pub fn stall() -> impl Strategy<Value = Fact> {
    let line =
        (code(), length(), of(length())).prop_map(|(code, lasted, computed)| BlockingLine { code, lasted, computed });
    let details = (of(any::<u64>()), length(), any::<u32>(), vec(line, 0..4))
        .prop_map(|(blocks, longest, ready, lines)| StallDetails { blocks, longest, ready, lines });
    (length(), of(text()), prop_oneof![Just(StallDetails::default()), details])
        .prop_map(|(lasted, place, details)| Fact::Stalled { lasted, place, details: Box::new(details) })
}

/// The fact that the words after `program` name, as `gathered 12`.
pub fn named_fact(words: &[&str]) -> Fact {
    let count = |i: usize| words.get(i).map_or(0, |word| number::<u32>(word));
    let code = |line| CodeLine { file: "app.py".into(), line, function: "main".into(), text: "work()".into() };
    let fact = match words[0] {
        "joined" => ProgramFact::ProbeJoined { process: 7, parent: None, runtime: "Python 3.13.0".into() },
        "steering" => ProgramFact::SteeringStarted,
        "loop" => ProgramFact::LoopStarted { name: "asyncio".into() },
        "sends" => ProgramFact::RequestLine { code: code(9), requests: count(1).into() },
        "reading" => {
            ProgramFact::ThreadsSampled { waits: ThreadWaits { reading: micros(words[1]), ..ThreadWaits::default() } }
        }
        "ran" => ProgramFact::LoopRan { lasted: Micros(100_000), ran: micros(words[1]) },
        "waited" => ProgramFact::LoopWaited { client: "requests".into(), code: Some(code(8)) },
        "gathered" => ProgramFact::Gathered { width: count(1), code: code(14) },
        "raised" => ProgramFact::GatherRaised {
            width: count(1),
            good: count(2),
            running: count(3),
            error: "ValueError".into(),
            code: code(14),
            raised: Some(code(9)),
        },
        "threads" => ProgramFact::ThreadsExhausted { threads: count(1) },
        "unawaited" => ProgramFact::NeverAwaited { coroutine: "save".into(), code: Some(code(16)) },
        "lost" => ProgramFact::ErrorLost { error: "KeyError".into(), coroutine: None, code: Some(code(10)) },
        "unfinished" => ProgramFact::TaskUnfinished { coroutine: "push".into(), code: Some(code(11)) },
        "blocked" => {
            let lasted = micros(words[1]);
            let line = BlockingLine { code: code(10), lasted, computed: Some(Micros::ZERO) };
            let details = StallDetails { blocks: Some(1), longest: Micros::ZERO, ready: count(2), lines: vec![line] };
            return Fact::Stalled { lasted, place: None, details: Box::new(details) };
        }
        other => panic!("`{other}` is no fact about a program"),
    };
    Fact::Program(Box::new(fact))
}

fn code() -> impl Strategy<Value = CodeLine> {
    (text(), any::<u32>(), text(), text()).prop_map(|(file, line, function, text)| CodeLine {
        file,
        line,
        function,
        text,
    })
}
