//! What a program of the lab works with: requests to make, an upstream to make them to, results to keep.
//!
//! It gives the program nothing that a real one would not have, and keeps books on what the program does
//! with it. Start at [`Workload::get`] and [`Workload::get_blocking`].

use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::lab::body::{Alive, Body, Level, Wrong};
use crate::lab::client::{Answer, BlockingLine, Line};
use crate::lab::connection_pool::Lines;
use crate::lab::counted::{Counted, Counts};
use crate::lab::observer::Observer;
use crate::lab::pause_gate::Hold;
use crate::model::race::{Calls, Hand};

/// How long a refused request waits where nobody says.
const IMPATIENT: Duration = Duration::from_millis(200);

/// A lane's requests, and its books. Cloning it is cheap: all clones are the same errand.
#[derive(Clone, Debug)]
pub struct Workload(Arc<Inner>);

/// What a lane is asked to do.
#[derive(Clone, Debug)]
pub struct Order {
    /// How many requests.
    pub requests: u64,
    /// The length of time that the scenario turns on, `speed` taken in.
    pub delay: Duration,
    /// Where the upstream is.
    pub address: SocketAddr,
    /// What the lane's upstream is called.
    pub host: &'static str,
    /// The path and query of a request.
    pub path: fn(u64, &Order) -> String,
}

#[derive(Debug)]
struct Inner {
    order: Order,
    limit: AtomicU32,
    hold: Arc<Hold>,
    witness: Arc<Observer>,
    counts: Arc<Counts>,
    known: Mutex<Vec<Known>>,
    bytes: Arc<Level>,
    tasks: Arc<Level>,
}

/// What the program knows of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Nothing,
    Result,
    Error,
}

impl Workload {
    /// An errand that nobody has begun.
    pub fn new(order: Order, limit: u32, hold: Arc<Hold>, witness: Arc<Observer>) -> Self {
        let known = vec![Known::Nothing; usize::try_from(order.requests).unwrap_or(0)];
        Self(Arc::new(Inner {
            order,
            limit: AtomicU32::new(limit),
            hold,
            witness,
            counts: Arc::default(),
            known: Mutex::new(known),
            bytes: Arc::default(),
            tasks: Arc::default(),
        }))
    }

    /// The numbers of all requests.
    pub fn numbers(&self) -> RangeInclusive<u64> {
        1..=self.0.order.requests
    }

    /// What was asked.
    pub fn order(&self) -> &Order {
        &self.0.order
    }

    /// The limit as of now; it may be turned.
    pub fn limit(&self) -> u32 {
        self.0.limit.load(Ordering::Relaxed)
    }

    /// Turns the limit.
    pub fn set_limit(&self, limit: u32) {
        self.0.limit.store(limit, Ordering::Relaxed);
    }

    /// Makes a request. Nothing happens until the future is awaited, and then only the task waits.
    pub fn get(&self, n: u64) -> Counted<Result<Body, Wrong>> {
        let errand = self.clone();
        Counted::new(&self.0.counts, async move {
            errand.0.hold.passed().await;
            let line = Line::open(errand.0.order.address).await;
            errand.exchange(n, line).await
        })
    }

    /// Makes a request, and makes it again for as long as it is refused, each time after the wait asked for.
    pub fn get_patiently(&self, n: u64) -> Counted<Result<Body, Wrong>> {
        let errand = self.clone();
        Counted::new(&self.0.counts, async move {
            for tries in 1.. {
                errand.0.hold.passed().await;
                let line = Line::open(errand.0.order.address).await;
                let flight = errand.0.witness.start(n, tries, &errand.target(n));
                let answer = errand.ask(n, line).await;
                let Ok(Answer { status: 429, retry_after, .. }) = answer else {
                    flight.ended(&answer);
                    return errand.judge(n, answer);
                };
                let wait = retry_after.unwrap_or(IMPATIENT);
                flight.ended_for_now(&answer, wait);
                tokio::time::sleep(wait).await;
            }
            Err(Wrong::cancelled(n))
        })
    }

    /// The same over a connection of a pool.
    pub fn get_over(&self, lines: &Arc<Lines>, n: u64) -> Counted<Result<Body, Wrong>> {
        let (errand, lines) = (self.clone(), Arc::clone(lines));
        Counted::new(&self.0.counts, async move {
            errand.0.hold.passed().await;
            let mut taken = lines.take().await.map_err(|error| Wrong::of(n, &error))?;
            let (host, path) = (errand.0.order.host, errand.path(n));
            let flight = errand.0.witness.start(n, 1, &errand.target(n));
            let answer = taken.line.get(host, &path).await;
            flight.ended(&answer);
            if answer.is_ok() {
                taken.give_back();
            }
            errand.judge(n, answer)
        })
    }

    /// Makes a request and holds the whole thread until it is over.
    pub fn get_blocking(&self, n: u64) -> Result<Body, Wrong> {
        self.0.counts.call(|| {
            if !self.0.hold.passed_blocking() {
                return Err(Wrong::of(n, &io::ErrorKind::Interrupted.into()));
            }
            let line = BlockingLine::open(self.0.order.address);
            let flight = self.0.witness.start(n, 1, &self.target(n));
            let answer = line.and_then(|mut line| line.get(self.0.order.host, &self.path(n)));
            flight.ended(&answer);
            self.judge(n, answer)
        })
    }

    /// Puts the whole thread to sleep for the scenario's delay.
    pub fn sleep_blocking(&self) {
        if self.0.hold.passed_blocking() {
            std::thread::sleep(self.0.order.delay);
        }
    }

    /// Notes that the program holds a result.
    pub fn keep(&self, body: &Body) {
        self.know(body.n, Known::Result);
    }

    /// Notes that the program has read an error.
    pub fn read(&self, wrong: &Wrong) {
        self.know(wrong.n, Known::Error);
    }

    /// Keeps a result, or reads an error: whatever it is, the program knows.
    pub fn take_in(&self, outcome: &Result<Body, Wrong>) {
        match outcome {
            Ok(body) => self.keep(body),
            Err(wrong) => self.read(wrong),
        }
    }

    /// Counts a task as alive.
    pub fn alive(&self) -> Alive {
        self.0.tasks.add(1);
        Alive(Arc::clone(&self.0.tasks))
    }

    /// Who sees the requests.
    pub fn witness(&self) -> &Arc<Observer> {
        &self.0.witness
    }

    /// The calls so far.
    pub fn calls(&self) -> Calls {
        self.0.counts.calls()
    }

    /// What the program has in its hands. What is lost is known when it has ended.
    pub fn hand(&self, is_over: bool) -> Hand {
        let known = self.known();
        let of = |wanted: Known| known.iter().filter(|known| **known == wanted).count() as u64;
        let lost = (1..).zip(known.iter()).filter(|(_, known)| **known == Known::Nothing).map(|(n, _)| n);
        Hand {
            kept: of(Known::Result),
            read: of(Known::Error),
            lost: if is_over { lost.collect() } else { Vec::new() },
            bytes: self.0.bytes.most(),
            tasks: self.0.tasks.most(),
        }
    }

    async fn exchange(&self, n: u64, line: io::Result<Line>) -> Result<Body, Wrong> {
        let flight = self.0.witness.start(n, 1, &self.target(n));
        let answer = self.ask(n, line).await;
        flight.ended(&answer);
        self.judge(n, answer)
    }

    async fn ask(&self, n: u64, line: io::Result<Line>) -> io::Result<Answer> {
        line?.get(self.0.order.host, &self.path(n)).await
    }

    fn judge(&self, n: u64, answer: io::Result<Answer>) -> Result<Body, Wrong> {
        match answer {
            Ok(Answer { status: 200, body, .. }) => {
                self.0.bytes.add(body.len() as u64);
                Ok(Body { n, bytes: body, held: Arc::clone(&self.0.bytes) })
            }
            Ok(Answer { status, .. }) => Err(Wrong { n, why: format!("answered {status}") }),
            Err(error) => Err(Wrong::of(n, &error)),
        }
    }

    fn path(&self, n: u64) -> String {
        (self.0.order.path)(n, &self.0.order)
    }

    fn target(&self, n: u64) -> String {
        format!("GET practice://{}{}", self.0.order.host, self.path(n))
    }

    fn know(&self, n: u64, what: Known) {
        let at = n.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        let mut all = self.known();
        if let Some(known) = at.and_then(|at| all.get_mut(at)) {
            *known = what;
        }
    }

    fn known(&self) -> MutexGuard<'_, Vec<Known>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
