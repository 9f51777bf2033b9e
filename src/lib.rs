//! `inflight`: a terminal UI live concurrency monitor for HTTP batches.
//!
//! It runs a batch of HTTP requests and shows, live, what is in flight: how far is it, what is slow
//! or limited, and is it really concurrent?
//!
//! # The flow
//!
//! ```text
//!          ┌───────────── Command ──────────────┐
//!          ▼                                    │
//!  source::pool ── Event ──▶ pump ── Model ──▶ tui ◀── keys
//!       │                     │       └──────▶ output: plain lines, summary
//!       │                     └─ every Event ─▶ journal
//!       └─────── JobResult ──────────────────▶ output: report, bodies
//! ```
//!
//! Facts flow to the right, wishes to the left. The screen does not know that HTTP exists; the pool
//! does not know that anyone is watching.
//!
//! # The rows
//!
//! Who reads the tree has read the flow. A row imports only rows above it; `tests/tidy.rs` holds it
//! to that.
//!
//! | row | modules | what they are |
//! | --- | --- | --- |
//! | 0 | [`event`], [`text`] | facts, and how text and numbers may be shown |
//! | 1 | [`plan`], [`control`], [`journal`], [`job_result`], [`model`] | what was asked, wished, recorded, brought home, and what it adds up to |
//! | 2 | [`pump`] | carries events to model and journal |
//! | 3 | [`source`], [`output`], [`tui`], [`upstream`] | where events come from, what is left behind, the screen, the practice server |
//! | 4 | [`config`], [`lab`] | the only reader of the environment; the mistakes, run for real |
//! | 5 | [`error`], [`cli`], [`app`] | puts the parts together |
//!
//! # The words
//!
//! | word | meaning |
//! | --- | --- |
//! | **plan** | what was asked: endpoints, limits, retry rules, expectations |
//! | **endpoint** | one named row of the plan; it yields one or many jobs |
//! | **job** | one thing that must end well or badly, exactly once; progress counts jobs |
//! | **attempt** | one HTTP exchange for a job; in flight and latency count attempts |
//! | **outcome** | how an attempt ended: answered, redirected, throttled, timed out, failed, cancelled |
//! | **host** | scheme, name and port; limits, gaps and cooldowns belong to a host's **lane** |
//! | **limit** | how many attempts may be in flight: for the run, and per host |
//! | **cooldown** | a host's deadline before which nothing starts there; a point in time, never a length |
//! | **wait / service / total** | from ready to slot · from slot to last byte · of the whole job, retries included |
//! | **pause / freeze / hold** | no new attempt starts · the picture stands still, work goes on · a replay stands still |
//! | **drain / cancel** | let what is in flight end · end it now |
//!
//! # What always holds
//!
//! * Every started attempt ends exactly once, every job settles exactly once.
//! * In flight ≤ limit, except that after a cut it drains down; nothing that runs is killed for it.
//! * Events are never dropped; pictures may be.
//! * The model changes only when a fact comes back, never when a key is pressed.
//! * [`model::Model::apply`] is total: what cannot be is counted as an anomaly.
//! * Memory is bounded by endpoints and by what is in flight, not by requests done or still to come.
//! * Foreign text goes through [`text::sanitize::sanitize`] before anybody sees it, and secrets never become text.

pub mod app;
pub mod cli;
pub mod config;
pub mod control;
pub mod error;
pub mod event;
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
