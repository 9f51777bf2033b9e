//! The route of a run's requests, with the files that it needs.
//!
//! Start at [`open_route`].

use crate::cli::network::NetworkArgs;
use crate::config;
use crate::error::Error;
use crate::plan::Plan;
use crate::plan::error::PlanError;
use crate::plan::request::address::PRACTICE;
use crate::source::pool::wire::route::Route;
use crate::source::pool::wire::tls::{TlsError, TlsProfiles};

/// Returns the route of a plan's requests, or what makes it unusable. It opens no connection.
pub fn open_route(plan: &Plan) -> Result<Route, Error> {
    let tls = TlsProfiles::open(&plan.network.tls, &config::variable).map_err(|error| tls_error(plan, &error))?;
    Ok(Route::new(plan.wire, &config::variable).with_local_suffix(PRACTICE).with_tls(tls))
}

fn tls_error(plan: &Plan, TlsError { key, error }: &TlsError) -> Error {
    unusable(plan, key, &error.to_string(), error.hint)
}

/// Returns the error of a plan key, of its flag or of a variable.
fn unusable(plan: &Plan, key: &str, what: &str, hint: &str) -> Error {
    if plan.line_of(key).is_some() {
        let message = format!("`{}`: {what}", key.rsplit('.').next().unwrap_or(key));
        return PlanError::new(vec![plan.mistake_at(key, message, hint)]).into();
    }
    let name = NetworkArgs::flag(key).unwrap_or(key);
    Error::Usage { message: format!("`{name}`: {what}"), hint: hint.to_owned() }
}
