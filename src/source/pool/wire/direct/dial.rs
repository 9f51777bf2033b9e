//! The dialer, which resolves a name, connects to one of its addresses, and performs the TLS handshake.
//!
//! If an address is slow to respond, the next one is tried in parallel (RFC 8305). So broken IPv6 costs [`STAGGER`]
//! instead of a time-out. Start at [`Dialer::dial`].

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use crate::event::outcome::Reason;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::direct::connection::{ByteStream, HttpStream};
use crate::source::pool::wire::direct::handshake::{Sniffed, handshake};
use crate::source::pool::wire::direct::host_pools::HostPool;
use crate::source::pool::wire::failure::{self, Failure};
use crate::source::pool::wire::milestones::Milestones;
use crate::source::pool::wire::tls::TlsConfigs;

/// The wait for an address before the next one is tried in parallel.
const STAGGER: Duration = Duration::from_millis(250);

/// Opens the connections of one thread.
pub(in crate::source::pool) struct Dialer {
    resolver: Resolver,
    tls: Rc<TlsConfigs>,
}

impl Dialer {
    /// Returns a dialer with the run's resolver.
    pub(in crate::source::pool) fn new(resolver: Resolver, tls: Rc<TlsConfigs>) -> Self {
        Self { resolver, tls }
    }

    /// Opens a connection, and marks its milestones.
    pub(in crate::source::pool) async fn dial(
        &self,
        host: &HostPool,
        milestones: &Milestones,
    ) -> Result<HttpStream, Failure> {
        milestones.mark_connect_started();
        let addresses = self.resolve(host, milestones).await?;
        let unreachable = |error: io::Error| failure::classify(&error, || Reason::Unreachable);
        let stream = connect(&addresses).await.map_err(unreachable)?;
        // The end of a large body must not wait for an acknowledgement.
        stream.set_nodelay(true).map_err(unreachable)?;
        let stream = if host.is_secure {
            milestones.mark_tls_started();
            let secured: Box<dyn ByteStream> = Box::new(self.secure(host, stream).await?);
            Either::Right(secured)
        } else {
            Either::Left(stream)
        };
        milestones.mark_connected();
        Ok(stream)
    }

    async fn resolve(&self, host: &HostPool, milestones: &Milestones) -> Result<Vec<SocketAddr>, Failure> {
        let with_port = |ip: IpAddr| SocketAddr::new(ip, host.port);
        let name = match &host.name {
            url::Host::Domain(name) => name,
            url::Host::Ipv4(ip) => return Ok(vec![with_port((*ip).into())]),
            url::Host::Ipv6(ip) => return Ok(vec![with_port((*ip).into())]),
        };
        let found = milestones.look_up(&self.resolver, name).await;
        let found = found.map_err(|error| failure::classify(&error, || Reason::Dns))?;
        Ok(found.iter().copied().map(with_port).collect())
    }

    async fn secure(&self, host: &HostPool, stream: TcpStream) -> Result<TlsStream<Sniffed<TcpStream>>, Failure> {
        let refused = |error: String| (Reason::Tls, error);
        let connector = self.tls.connector(&host.name.to_string()).map_err(refused)?;
        let name = match &host.name {
            url::Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name).to_owned();
                ServerName::try_from(name).map_err(|error| refused(error.to_string()))?
            }
            url::Host::Ipv4(ip) => ServerName::from(IpAddr::from(*ip)),
            url::Host::Ipv6(ip) => ServerName::from(IpAddr::from(*ip)),
        };
        handshake(&connector, name, stream).await
    }
}

/// Connects to the first of these addresses that responds.
async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    if let [address] = addresses {
        return TcpStream::connect(address).await;
    }
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let mut untried = alternate_families(addresses).into_iter();
    let mut attempts = FuturesUnordered::new();
    loop {
        attempts.extend(untried.next().map(TcpStream::connect));
        match timeout(STAGGER, attempts.next()).await {
            Ok(Some(Ok(stream))) => return Ok(stream),
            Ok(Some(Err(error))) => last = error,
            Ok(None) => return Err(last),
            Err(_) => {}
        }
    }
}

/// Reorders addresses so that IPv6 and IPv4 alternate.
///
/// If one family does not work, the second attempt uses the other.
fn alternate_families(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let is_first = |address: &&SocketAddr| addresses.first().is_some_and(|first| first.is_ipv4() == address.is_ipv4());
    let (mut first, mut second) =
        (addresses.iter().filter(is_first), addresses.iter().filter(|address| !is_first(address)));
    let mut alternated = Vec::with_capacity(addresses.len());
    for _ in addresses {
        alternated.extend(first.next().into_iter().chain(second.next()));
    }
    alternated
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer").finish_non_exhaustive()
    }
}
