//! Gives the terminal back before a panic is reported, and keeps other threads' panics off the screen.
//!
//! Only a panic of the thread that draws ends the interface. Another thread's message would be
//! written over the picture: it is kept until the terminal has been left. Start at [`guard`].

use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread;

use crate::tui::terminal::lease::Lease;

/// The terminal that is in use, if any: a process draws on one at most.
static IN_USE: Mutex<Weak<Lease>> = Mutex::new(Weak::new());

/// From here on panics know this terminal.
pub(super) fn guard(lease: &Arc<Lease>) {
    static HOOK: Once = Once::new();
    *IN_USE.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(lease);
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if is_for_everyone(info) {
                report(info);
            }
        }));
    });
}

/// Whether the message may be shown now.
fn is_for_everyone(info: &PanicHookInfo<'_>) -> bool {
    let lease = IN_USE.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
    let Some(lease) = lease else { return true };
    if thread::current().id() == lease.thread {
        lease.end();
        return true;
    }
    if !lease.is_inside() {
        return true;
    }
    let thread = thread::current();
    let name = thread.name().unwrap_or("without a name");
    lease.postpone(format!("thread `{name}`: {info}"));
    false
}
