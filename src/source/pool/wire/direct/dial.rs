//! The dialer, which resolves a name, connects to one of its addresses, and performs the TLS handshake.
//!
//! If an address is slow to respond, the next one is tried in parallel (RFC 8305). So broken IPv6 costs [`STAGGER`]
//! instead of a time-out. Start at [`Dialer::dial`].

use std::cell::Cell;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::either::Either;

use crate::event::outcome::Reason;
use crate::plan::network::destination::{has_zone, parse_address};
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::direct::byte_stream::{ByteStream, HttpStream};
use crate::source::pool::wire::direct::handshake::handshake;
use crate::source::pool::wire::direct::host_pools::HostPool;
use crate::source::pool::wire::direct::tunnel::{Destination, open_http_tunnel, open_socks_tunnel};
use crate::source::pool::wire::failure::{self, Failure};
use crate::source::pool::wire::milestones::Milestones;
use crate::source::pool::wire::reach::HostPath;
use crate::source::pool::wire::reach::proxy_server::{ProxyProtocol, ProxyServer};
use crate::source::pool::wire::tls::TlsConfigs;
use crate::text::io_error::IoErrorText;

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
        let stream = self.reach(host, milestones).await?;
        let stream = if host.is_secure {
            milestones.mark_tls_started();
            let name = server_name(&host.name)?;
            let host_name = host.name.to_string();
            match stream {
                Either::Left(tcp) => Either::Right(self.secure(&host_name, name, tcp).await?),
                Either::Right(other) => Either::Right(self.secure(&host_name, name, other).await?),
            }
        } else {
            stream
        };
        milestones.mark_connected();
        Ok(stream)
    }

    /// Opens a stream to a host, without TLS.
    async fn reach(&self, host: &HostPool, milestones: &Milestones) -> Result<HttpStream, Failure> {
        let HostPath { proxy, host: name, port, addresses, unix_socket } = &host.path;
        if let Some(socket) = unix_socket {
            return open_unix(socket).await.map(Either::Right);
        }
        let Some(proxy) = proxy else {
            let addresses = match addresses {
                Some(addresses) => addresses.clone(),
                None => self.resolve(name, *port, milestones).await?,
            };
            return connect(&addresses, &host.last_address).await.map(Either::Left);
        };
        let failed = |failure| proxy_failure(proxy, failure);
        let of_proxy = self.resolve(&proxy.host, proxy.port, milestones).await.map_err(failed)?;
        let tcp = connect(&of_proxy, &host.last_address).await.map_err(failed)?;
        let refused = |what: String| (Reason::Proxy, proxy_text(proxy, &what));
        let mut stream: HttpStream = match proxy.protocol {
            ProxyProtocol::Https => {
                let name = ServerName::try_from(proxy.host.clone());
                let name = name.map_err(|error| refused(format!("has a wrong name: {error}")))?;
                Either::Right(self.secure(&proxy.host, name, tcp).await.map_err(failed)?)
            }
            ProxyProtocol::Http | ProxyProtocol::Socks5 | ProxyProtocol::Socks5h => Either::Left(tcp),
        };
        match proxy.protocol {
            ProxyProtocol::Http | ProxyProtocol::Https if host.is_secure => {
                let authorization = proxy.authorization.as_ref();
                open_http_tunnel(&mut stream, &host.authority, authorization).await.map_err(refused)?;
            }
            // It gets whole URLs.
            ProxyProtocol::Http | ProxyProtocol::Https => {}
            ProxyProtocol::Socks5 | ProxyProtocol::Socks5h => {
                let given = addresses.as_ref().and_then(|found| found.first().copied());
                let destination = match given.or_else(|| parse_address(name, *port)) {
                    Some(address) => Destination::Address(address),
                    None if proxy.resolves_locally() => {
                        let found = self.resolve(name, *port, milestones).await?;
                        let first = found.first().ok_or((Reason::Dns, "the name has no address".to_owned()))?;
                        Destination::Address(*first)
                    }
                    None => Destination::Name(name.clone(), *port),
                };
                open_socks_tunnel(&mut stream, &destination, proxy.credentials.as_ref()).await.map_err(refused)?;
            }
        }
        Ok(stream)
    }

    async fn resolve(&self, name: &str, port: u16, milestones: &Milestones) -> Result<Vec<SocketAddr>, Failure> {
        if let Some(address) = parse_address(name, port) {
            return Ok(vec![address]);
        }
        if has_zone(name) {
            return Err((Reason::Unreachable, format!("this machine has no network interface for `{name}`")));
        }
        let found = milestones.look_up(&self.resolver, name).await;
        let found = found.map_err(|error| failure::classify(&error, || Reason::Dns))?;
        Ok(found.iter().map(|&ip| SocketAddr::new(ip, port)).collect())
    }

    /// Performs the TLS handshake with a host.
    async fn secure<S: ByteStream + 'static>(
        &self,
        host: &str,
        name: ServerName<'static>,
        stream: S,
    ) -> Result<Box<dyn ByteStream>, Failure> {
        let connector = self.tls.connector(host).map_err(|error| (Reason::Tls, error))?;
        Ok(Box::new(handshake(&connector, name, stream).await?))
    }
}

/// Returns the name that a certificate must have.
fn server_name(host: &url::Host) -> Result<ServerName<'static>, Failure> {
    match host {
        url::Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name).to_owned();
            ServerName::try_from(name).map_err(|error| (Reason::Tls, error.to_string()))
        }
        url::Host::Ipv4(ip) => Ok(ServerName::from(IpAddr::from(*ip))),
        url::Host::Ipv6(ip) => Ok(ServerName::from(IpAddr::from(*ip))),
    }
}

/// Returns a failure of a proxy, which is not one of the host.
fn proxy_failure(proxy: &ProxyServer, (reason, detail): Failure) -> Failure {
    match reason {
        Reason::Local => (reason, detail),
        Reason::Dns => (Reason::Proxy, proxy_text(proxy, &format!("has no address: {detail}"))),
        _ => (Reason::Proxy, proxy_text(proxy, &format!("cannot be reached: {detail}"))),
    }
}

/// Returns a text about a proxy, with its source and without its password.
pub(super) fn proxy_text(proxy: &ProxyServer, what: &str) -> String {
    format!("the proxy {proxy} (from {}) {what}", proxy.source)
}

/// Connects to a Unix socket.
#[cfg(unix)]
async fn open_unix(path: &Path) -> Result<Box<dyn ByteStream>, Failure> {
    match tokio::net::UnixStream::connect(path).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => {
            let (reason, _) = failure::classify(&error, || Reason::Unreachable);
            Err((reason, format!("the socket `{}` cannot be used: {}", path.display(), IoErrorText(error))))
        }
    }
}

/// Other systems have no such sockets.
#[cfg(not(unix))]
async fn open_unix(path: &Path) -> Result<Box<dyn ByteStream>, Failure> {
    Err((Reason::Unreachable, format!("the socket `{}` cannot be used on this system", path.display())))
}

/// Connects to one of these addresses, the one that worked last first, and remembers it.
async fn connect(addresses: &[SocketAddr], last: &Cell<Option<IpAddr>>) -> Result<TcpStream, Failure> {
    let unreachable = |error: io::Error| failure::classify(&error, || Reason::Unreachable);
    let connected = match last.get().filter(|_| addresses.len() > 1) {
        None => race(addresses).await,
        Some(ip) => {
            let mut ordered = addresses.to_vec();
            ordered.sort_by_key(|address| address.ip() != ip);
            race(&ordered).await
        }
    };
    let stream = connected.map_err(unreachable)?;
    last.set(stream.peer_addr().ok().map(|address| address.ip()));
    // The end of a large body must not wait for an acknowledgement.
    stream.set_nodelay(true).map_err(unreachable)?;
    Ok(stream)
}

/// Connects to the first of these addresses that responds.
async fn race(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
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
