//! Requests of curl commands, as browsers copy them and scripts have them.
//!
//! An option that a plan cannot express is reported by its name. Start at [`read`].

mod cmd_words;
mod command;
mod form_part;
mod given;
mod given_headers;
mod option_notes;
mod options;
#[cfg(test)]
mod tests;
mod url_glob;
mod words;

use crate::import::curl::command::request;
use crate::import::curl::option_notes::OptionNotes;
use crate::import::curl::words::commands;
use crate::import::error::ImportError;
use crate::import::request::Import;
use crate::import::secrets::variable_name;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Reads the requests of all curl commands in a script. Its other commands are left out.
pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let mut import = Import { source: "curl commands", ..Import::default() };
    let commands = if cmd_words::is_cmd(text) { cmd_words::commands(text) } else { commands(text) };
    let commands =
        commands.map_err(|why| ImportError::new(format!("cannot read the commands: {}", sanitize(&why)), None))?;
    let mut n_others = 0;
    let mut notes = OptionNotes::default();
    for words in commands {
        let Some(arguments) = arguments(&words) else {
            n_others += 1;
            continue;
        };
        for found in request(arguments, &mut notes) {
            match found {
                Ok(request) => import.requests.push(request),
                Err(why) => import.left_out.push(why),
            }
        }
    }
    import.notes.extend(notes.finish());
    if n_others > 0 {
        import.notes.push(format!("{} other than curl left out", units::plural(n_others, "command")));
    }
    Ok(import)
}

/// The arguments of a curl command.
fn arguments(words: &[String]) -> Option<&[String]> {
    // Documentation has a prompt before a command, and scripts have variables.
    let is_assignment = |word: &str| word.split_once('=').is_some_and(|(name, _)| variable_name(name) == name);
    let at = words
        .iter()
        .position(|word| !is_assignment(word) && !["$", ">", "%", "#", "time", "sudo"].contains(&&**word))?;
    let program = words[at].rsplit(['/', '\\']).next().unwrap_or_default();
    ["curl", "curl.exe"].contains(&program).then_some(&words[at + 1..])
}
