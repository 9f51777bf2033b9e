//! Requests of curl commands, as browsers copy them and scripts have them.
//!
//! Options about output and connections are left out; those that change the request and are not known are reported. Start
//! at [`read`].

mod command;
mod options;
mod words;

use crate::import::curl::command::request;
use crate::import::curl::words::commands;
use crate::import::error::ImportError;
use crate::import::request::Import;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Reads the requests of all curl commands in a script. Its other commands are left out.
pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let mut import = Import { source: "curl commands", ..Import::default() };
    let commands = commands(text)
        .map_err(|why| ImportError::new(format!("cannot read the commands: {}", sanitize(&why)), None))?;
    let mut n_others = 0;
    for words in commands {
        // Documentation has a prompt before a command.
        let words = words.strip_prefix(&["$".to_owned()][..]).unwrap_or(&words);
        let Some(arguments) = words.strip_prefix(&["curl".to_owned()][..]) else {
            n_others += 1;
            continue;
        };
        for found in request(arguments, &mut import.notes) {
            match found {
                Ok(request) => import.requests.push(request),
                Err(why) => import.left_out.push(why),
            }
        }
    }
    if n_others > 0 {
        import.notes.push(format!("{} other than curl left out", units::plural(n_others, "command")));
    }
    import.notes.sort();
    import.notes.dedup();
    Ok(import)
}
