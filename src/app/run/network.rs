//! The route of a run's requests, with the files that it needs.
//!
//! Start at [`open_route`].

use crate::cli::network::NetworkArgs;
use crate::config;
use crate::error::Error;
use crate::plan::Plan;
use crate::plan::error::PlanError;
use crate::plan::request::address::PRACTICE;
use crate::source::pool::wire::route::{Route, RouteError};

/// Returns the route of a plan's requests, or what makes it unusable. It opens no connection.
pub fn open_route(plan: &Plan) -> Result<Route, Error> {
    let route = Route::open(plan.wire, &plan.network, &config::variable).map_err(|wrong| unusable(plan, &wrong))?;
    Ok(route.with_local_suffix(PRACTICE))
}

/// Returns the error of a plan key, of its flag or of a variable.
fn unusable(plan: &Plan, RouteError { key, problem, hint }: &RouteError) -> Error {
    if plan.line_of(key).is_some() {
        let message = format!("`{}` {problem}", key.rsplit('.').next().unwrap_or(key));
        return PlanError::new(vec![plan.mistake_at(key, message, *hint)]).into();
    }
    let name = NetworkArgs::flag(key).unwrap_or(key);
    Error::Usage { message: format!("`{name}` {problem}"), hint: (*hint).to_owned() }
}
