//! `inflight`: a terminal UI that monitors the concurrency of HTTP batches, live.
//!
//! It runs a batch of HTTP requests and shows what is in flight. It answers three questions: how far is
//! it, what is slow or limited, and is it really concurrent?
//!
//! # The flow
//!
//! ```text
//!   plan ──▶ source::pool ── Event ──▶ pump ──▶ model ──▶ tui ◀── keys
//!              ▲   │                    │         │        │
//!              │   │                    │         └──────▶ │ ─▶ output: plain lines, summary
//!              │   │                    └─▶ journal        │
//!              │   └── JobResult ──▶ output: report, bodies│
//!              └──────────────── Command ──────────────────┘
//! ```
//!
//! 1. [`plan`] reads what to request, and yields one [`plan::job::Job`] after another.
//! 2. [`source::pool`] sends the requests, within limits, and emits an [`event::Event`] for every fact.
//! 3. [`pump`] applies each event to the [`model`], and writes it to the [`journal`].
//! 4. [`tui`] draws the model. A key becomes an action, and perhaps a [`control::Command`] to the source.
//! 5. [`output`] prints the summary, and writes the report and the bodies.
//!
//! A replay ([`source::replay`]) emits the recorded events instead, so the screen cannot differ.
//! Neither the screen nor the pool depends on the other.
//!
//! # The layers
//!
//! A module imports only from layers below it; `tests/tidy/layers.rs` checks that.
//!
//! | layer | modules | content |
//! | --- | --- | --- |
//! | 0 | [`event`], [`text`] | facts; text that is safe to show |
//! | 1 | [`plan`], [`control`], [`journal`], [`job_result`], [`body_file`], [`model`] | what to do, commands, recordings, results with their bodies, what the facts add up to |
//! | 2 | [`pump`], [`import`] | carries events to the model and the journal; makes plans of files of other tools |
//! | 3 | [`source`], [`watch`], [`output`], [`tui`], [`upstream`] | where events come from, results, the screen, the practice server |
//! | 4 | [`config`], [`lab`] | settings and environment; concurrency mistakes, run for real |
//! | 5 | [`error`], [`cli`], [`app`] | the program: errors, arguments, and what connects all parts |
//!
//! # Where do I find …
//!
//! | question | file |
//! | --- | --- |
//! | the flags of the command line | `cli/mod.rs` |
//! | the keys of a plan, and their defaults | `plan/read/`, `plan/defaults.rs` |
//! | how rows become jobs | `plan/rows/`, `plan/cursor/mod.rs` |
//! | which events exist | `event/mod.rs` |
//! | what starts next | `source/pool/schedule/mod.rs` |
//! | what keeps attempts within the limit | `source/pool/schedule/gate.rs` |
//! | the life of one attempt | `source/pool/run/worker.rs` |
//! | the HTTP client | `source/pool/wire/direct/` |
//! | which certificates are trusted | `source/pool/wire/tls/` |
//! | proxies, and the way to each host | `source/pool/wire/reach/` |
//! | name lookup | `source/pool/dns/` |
//! | what counts as success or failure | `source/pool/outcome/judge.rs` |
//! | when an attempt is retried | `source/pool/retry/mod.rs` |
//! | what counts as a refusal, and who waits | `source/pool/schedule/refusal/mod.rs` |
//! | when a host counts as down, and when it is tried again | `source/pool/outage/mod.rs` |
//! | what becomes of a job after an attempt | `source/pool/run/next_steps.rs` |
//! | `Retry-After`, and which answers count as throttling | `source/pool/throttle/mod.rs` |
//! | the adaptive limit | `source/pool/adapt/` |
//! | rounds, and what is up or down | `source/pool/schedule/rounds.rs` |
//! | slow jobs first | `source/slowest.rs`, `plan/priority_jobs.rs` |
//! | replay of a recording, and what is in it when | `source/replay/`, `model/moment/outline.rs` |
//! | marks, and the figures that two moments are compared by | `model/moment/mod.rs`, `tui/state/moments.rs` |
//! | how a program is watched, and its probe | `watch/session.rs`, `watch/probe/` |
//! | the file format of recordings | `journal/mod.rs` |
//! | how a killed run goes on | `app/run/resume/`, `plan/resume/`, `output/report/spool/kept_results.rs` |
//! | how events change the figures | `model/mod.rs` |
//! | the verdict | `model/verdict/` |
//! | the keys of the screen | `tui/keymap/table/` |
//! | what a key does | `tui/state/mod.rs` |
//! | how hosts and paths are hidden | `tui/privacy.rs` |
//! | how a view is drawn | `tui/view/` |
//! | colours and roles | `tui/theme/role.rs` |
//! | how the terminal is set up and restored | `tui/terminal/mod.rs` |
//! | the summary and the JSON summary | `output/summary/text.rs`, `output/summary/json.rs` |
//! | the report of all results | `output/report/mod.rs` |
//! | exit codes | `output/exit.rs`, `error.rs` |
//! | how secrets are masked | `text/secret.rs`, `text/secret_name.rs` |
//! | how text from servers is made safe | `text/sanitize.rs` |
//! | settings and environment variables | `config/settings/mod.rs` |
//! | the loop that draws and reads keys | `app/live/mod.rs` |
//! | how a batch is started and ended | `app/run/mod.rs` |
//! | the programs of the lab | `lab/programs/` |
//! | what the practice server can do | `upstream/behaviour.rs` |
//! | how the practice server refuses with 429 | `upstream/gate.rs` |
//! | rows read ahead of the schedule | `plan/reader/` |
//! | a line of a URL list, and its address | `plan/rows/list.rs`, `plan/request/address.rs`, `text/bare_address.rs` |
//! | what `import` reads and writes | `import/` |
//! | which format a plan has | `plan/load/format.rs`, `plan/load/foreign.rs` |
//! | `--color`, `NO_COLOR` and the width of the output | `text/console.rs` |
//! | what happens when a thread panics | `source/pool/run/supervision.rs`, `output/exit.rs` |
//! | the run's clock, and stops of the process | `source/pool/run_time/`, `source/pool/run/stops.rs` |
//! | who writes the recording | `app/run/recording.rs` opens it, `pump.rs` writes it |
//! | when a frame is skipped | `tui/terminal/mod.rs`, `app/live/pacing.rs` |
//! | hosts that are counted together | `model/host/table/` |
//!
//! # The vocabulary
//!
//! | word | meaning |
//! | --- | --- |
//! | **plan** | what to do: endpoints, limits, retry rules, expectations |
//! | **endpoint** | one named entry of the plan; it yields one or many jobs |
//! | **job** | one unit of work that succeeds or fails exactly once; progress counts jobs |
//! | **attempt** | one HTTP exchange for a job; in flight and latency count attempts |
//! | **outcome** | how an attempt ended: answered, redirected, throttled, timed out, failed, cancelled |
//! | **host** | scheme, name and port; limits, gaps and cooldowns belong to a host's **lane** |
//! | **limit** | how many attempts may be in flight: for the run, and per host |
//! | **slot** | the right to be in flight; there are as many as the limit |
//! | **cooldown** | a host's deadline before which nothing starts there |
//! | **wait / service / total** | from ready to slot · from slot to last byte · the whole job with retries |
//! | **event / fact** | a fact with its time and origin · what happened |
//! | **pause / freeze / hold** | no new attempt starts · the screen does not change · a replay does not move |
//! | **drain / cancel** | let attempts in flight end · end them now |
//! | **straggler** | an attempt that takes far longer than the others |
//! | **verdict** | what the numbers mean, in one sentence |
//!
//! # What always holds
//!
//! * Every started attempt ends exactly once, and every job settles exactly once.
//! * In flight ≤ limit. After a cut, running attempts end by themselves; none is killed.
//! * Events are never dropped; frames may be.
//! * Only events change the model, never keys.
//! * [`model::Model::apply`] is total: an impossible event is counted as an anomaly.
//! * Memory is bounded by endpoints and attempts in flight, not by the number of requests.
//! * Text from outside goes through [`text::sanitize::sanitize`], and secrets are masked before they become text.

pub mod app;
pub mod body_file;
pub mod cli;
pub mod config;
pub mod control;
pub mod error;
pub mod event;
pub mod import;
pub mod job_result;
pub mod journal;
pub mod lab;
pub mod model;
pub mod output;
pub mod plan;
pub mod pump;
pub mod source;
pub mod text;
pub mod tui;
pub mod upstream;
pub mod watch;
