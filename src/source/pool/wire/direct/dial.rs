//! Makes a connection: the name looked up, an address that answers, the TLS handshake.
//!
//! Where a name has several addresses, the next is tried beside the last when that takes long: of a
//! machine whose IPv6 leads nowhere that costs [`STAGGER`], not a time-out (RFC 8305). Start at
//! [`Dialer::dial`].

use std::cell::OnceCell;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use crate::event::outcome::Reason;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::direct::hosts::Host;
use crate::source::pool::wire::failure::{self, Failure};
use crate::source::pool::wire::milestones::Milestones;
use crate::source::pool::wire::secure;

/// How long an address has to itself.
const STAGGER: Duration = Duration::from_millis(250);

/// A connection, plain or by TLS.
pub(in crate::source::pool) type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// Makes one thread's connections.
pub(in crate::source::pool) struct Dialer {
    names: Resolver,
    /// Made when it is first needed: reading this machine's certificates takes milliseconds, and where
    /// there are none it fails; a plan without `https` need not care.
    tls: OnceCell<Result<TlsConnector, rustls::Error>>,
}

impl Dialer {
    /// A dialer with the run's shared names.
    pub(in crate::source::pool) fn new(names: Resolver) -> Self {
        Self { names, tls: OnceCell::new() }
    }

    /// A new connection, marked as it comes about.
    pub(in crate::source::pool) async fn dial(&self, host: &Host, mark: &Milestones) -> Result<Stream, Failure> {
        mark.connecting();
        let addresses = self.addresses(host, mark).await?;
        let unreachable = |error: io::Error| failure::reason_of(&error, || Reason::Unreachable);
        let stream = reach(&addresses).await.map_err(unreachable)?;
        // The end of a large body must not wait for its acknowledgement.
        stream.set_nodelay(true).map_err(unreachable)?;
        let stream = if host.is_secure {
            mark.securing();
            Either::Right(Box::new(self.secure(host, stream).await?))
        } else {
            Either::Left(stream)
        };
        mark.connected();
        Ok(stream)
    }

    async fn addresses(&self, host: &Host, mark: &Milestones) -> Result<Vec<SocketAddr>, Failure> {
        let addressed = |ip: IpAddr| SocketAddr::new(ip, host.port);
        let name = match &host.name {
            url::Host::Domain(name) => name,
            url::Host::Ipv4(ip) => return Ok(vec![addressed((*ip).into())]),
            url::Host::Ipv6(ip) => return Ok(vec![addressed((*ip).into())]),
        };
        let found =
            self.names.look_up(name, Some(mark)).await.map_err(|error| failure::reason_of(&error, || Reason::Dns))?;
        Ok(found.iter().copied().map(addressed).collect())
    }

    async fn secure(&self, host: &Host, stream: TcpStream) -> Result<TlsStream<TcpStream>, Failure> {
        let connector = || secure::config().map(|config| TlsConnector::from(Arc::new(config)));
        let refused = |error: &rustls::Error| (Reason::Tls, error.to_string());
        let connector = self.tls.get_or_init(connector).as_ref().map_err(refused)?;
        let name = match &host.name {
            url::Host::Domain(name) => {
                ServerName::try_from(name.clone()).map_err(|error| (Reason::Tls, error.to_string()))?
            }
            url::Host::Ipv4(ip) => ServerName::from(IpAddr::from(*ip)),
            url::Host::Ipv6(ip) => ServerName::from(IpAddr::from(*ip)),
        };
        let secured = connector.connect(name, stream).await;
        secured.map_err(|error| failure::reason_of(&error, || Reason::Tls))
    }
}

/// Connects to the first of these addresses that answers.
async fn reach(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    if let [address] = addresses {
        return TcpStream::connect(address).await;
    }
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let mut left = in_turn(addresses).into_iter();
    let mut asked = FuturesUnordered::new();
    loop {
        asked.extend(left.next().map(TcpStream::connect));
        match timeout(STAGGER, asked.next()).await {
            Ok(Some(Ok(stream))) => return Ok(stream),
            Ok(Some(Err(error))) => last = error,
            Ok(None) => return Err(last),
            Err(_) => {}
        }
    }
}

/// The addresses as they were found, but IPv6 and IPv4 in turn: if one of them leads nowhere, the
/// second attempt knows.
fn in_turn(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let is_first = |address: &&SocketAddr| addresses.first().is_some_and(|first| first.is_ipv4() == address.is_ipv4());
    let (mut first, mut second) =
        (addresses.iter().filter(is_first), addresses.iter().filter(|address| !is_first(address)));
    let mut turned = Vec::with_capacity(addresses.len());
    for _ in addresses {
        turned.extend(first.next().into_iter().chain(second.next()));
    }
    turned
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer").finish_non_exhaustive()
    }
}
