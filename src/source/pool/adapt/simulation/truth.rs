//! What a simulated upstream truly allows. Start at [`Truth`].

use crate::source::pool::adapt::simulation::upstream::Limiter;

/// What an upstream truly allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Truth {
    Nothing,
    Rate(f64),
    AtOnce(u32),
}

impl Limiter {
    /// What it truly allows.
    pub fn truth(&self) -> Truth {
        match self {
            Self::Free | Self::Chance(..) | Self::Each { .. } => Truth::Nothing,
            Self::Bucket { rate, .. } => Truth::Rate(*rate),
            Self::AtOnce { limit, queue, .. } => Truth::AtOnce(limit + queue),
            Self::Window { quota, length, .. } => Truth::Rate(f64::from(*quota) / length),
            Self::Sliding { quota, length, .. } => Truth::Rate(quota / length),
            Self::Both(one, other) => match (one.truth(), other.truth()) {
                (Truth::Rate(one), Truth::Rate(other)) => Truth::Rate(one.min(other)),
                (one, _) => one,
            },
        }
    }
}
