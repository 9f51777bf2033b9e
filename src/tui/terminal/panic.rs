//! A panic hook that restores the terminal before a panic is reported, and the way to do so before another end.
//!
//! Only a panic on the drawing thread ends the interface. A message from another thread would overwrite the
//! screen, so it is kept until the terminal is restored. Start at [`install_hook`].

use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread;

use crate::tui::terminal::session::Session;

/// The session in progress, if any: a process has at most one.
static IN_USE: Mutex<Weak<Session>> = Mutex::new(Weak::new());

/// Makes the panic hook restore this session.
pub(super) fn install_hook(session: &Arc<Session>) {
    static HOOK: Once = Once::new();
    *IN_USE.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(session);
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if may_report(info) {
                report(info);
            }
        }));
    });
}

/// Restores the terminal for good, if this process has taken it.
pub fn restore() {
    let session = IN_USE.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
    if let Some(session) = session {
        session.end();
    }
}

/// Whether the message may be shown now.
fn may_report(info: &PanicHookInfo<'_>) -> bool {
    let session = IN_USE.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
    let Some(session) = session else { return true };
    if thread::current().id() == session.thread {
        session.end();
        return true;
    }
    if !session.is_inside() {
        return true;
    }
    let thread = thread::current();
    let name = thread.name().unwrap_or("without a name");
    session.postpone(format!("thread `{name}`: {info}"));
    false
}
