//! The run's resolver as reqwest needs it.
//!
//! It runs in the task of the attempt, and marks how long that waits. Start at [`MarkingResolver`].

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::milestones;

/// The run's resolver for reqwest, which marks the wait of the attempt.
pub(super) struct MarkingResolver(pub(super) Resolver);

impl Resolve for MarkingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.0.clone();
        let milestones = milestones::current();
        Box::pin(async move {
            let found = match milestones {
                Some(milestones) => milestones.look_up(&resolver, name.as_str()).await,
                None => resolver.look_up(name.as_str()).await,
            };
            let addresses: Vec<SocketAddr> = found?.iter().map(|&ip| SocketAddr::new(ip, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
