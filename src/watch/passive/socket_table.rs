//! The TCP sockets of this machine, with the times of their last send and receive, by `sock_diag`.
//!
//! Start at [`SocketTable::read`].

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};

use crate::watch::passive::tcp_socket::{Activity, SocketUse, TcpSocket};

const BUFFER: usize = 1 << 16;
/// The kernel answers at once.
const PATIENCE: Duration = Duration::from_secs(1);
const HEADER: usize = 16;
/// `inet_diag_msg`.
const SOCKET: usize = 72;
const BY_FAMILY: u16 = 20;
const DONE: u16 = 3;
const ERROR: u16 = 2;
const ESTABLISHED: u8 = 1;
const LISTENING: u8 = 10;
/// The attribute that holds `tcp_info`, and the bit that asks for it.
const TCP_INFO: u16 = 2;
const WITH_TCP_INFO: u8 = 1 << (TCP_INFO - 1);

/// The kernel's table of TCP sockets.
#[derive(Debug)]
pub struct SocketTable {
    socket: OwnedFd,
    buffer: Vec<u8>,
}

impl SocketTable {
    /// Opens the table. Some containers refuse it.
    pub fn open() -> io::Result<Self> {
        let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, Some(SOCK_DIAG))?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        Ok(Self { socket, buffer: vec![0; BUFFER] })
    }

    /// All sockets that are connected or listen.
    pub fn read(&mut self) -> io::Result<Vec<TcpSocket>> {
        let mut found = Vec::new();
        for family in [AddressFamily::INET, AddressFamily::INET6] {
            let kernel = SocketAddrNetlink::new(0, 0);
            sendto(&self.socket, &request(family), SendFlags::empty(), &kernel)?;
            while !self.receive(&mut found)? {}
        }
        Ok(found)
    }

    /// Receives a part of an answer; returns whether it was the last.
    fn receive(&mut self, found: &mut Vec<TcpSocket>) -> io::Result<bool> {
        let (n, _) = recv(&self.socket, &mut self.buffer[..], RecvFlags::empty())?;
        let mut rest = &self.buffer[..n];
        while let (Some(length), Some(kind)) = (number(rest, 0), short(rest, 4)) {
            let length = (length as usize).clamp(HEADER, rest.len());
            match kind {
                DONE => return Ok(true),
                ERROR => return Err(io::ErrorKind::PermissionDenied.into()),
                _ => found.extend(parse(&rest[HEADER..length])),
            }
            rest = &rest[aligned(length).min(rest.len())..];
        }
        Ok(n == 0)
    }
}

/// The request for all sockets of a family.
fn request(family: AddressFamily) -> Vec<u8> {
    const TCP: u8 = 6;
    const REQUEST_DUMP: u16 = 0x301;
    let states = 1_u32 << ESTABLISHED | 1 << LISTENING;
    let body_and_header = HEADER + 56;
    let mut bytes = Vec::with_capacity(body_and_header);
    bytes.extend(u32::try_from(body_and_header).unwrap_or_default().to_ne_bytes());
    bytes.extend(BY_FAMILY.to_ne_bytes());
    bytes.extend(REQUEST_DUMP.to_ne_bytes());
    bytes.extend([0; 8]);
    bytes.extend([u8::try_from(family.as_raw()).unwrap_or_default(), TCP, WITH_TCP_INFO, 0]);
    bytes.extend(states.to_ne_bytes());
    bytes.resize(body_and_header, 0);
    bytes
}

/// A socket from an `inet_diag_msg` with its attributes.
fn parse(message: &[u8]) -> Option<TcpSocket> {
    let state = *message.get(1)?;
    let port = u16::from_be_bytes(message.get(4..6)?.try_into().ok()?);
    let inode = number(message, 68)?;
    let use_ = match state {
        LISTENING => SocketUse::Listening,
        ESTABLISHED => SocketUse::Connected(activity(message.get(SOCKET..)?)?),
        _ => return None,
    };
    Some(TcpSocket { inode, port, use_ })
}

/// The times in the attribute `tcp_info`.
fn activity(mut attributes: &[u8]) -> Option<Activity> {
    while let (Some(length), Some(kind)) = (short(attributes, 0), short(attributes, 2)) {
        let length = usize::from(length).clamp(4, attributes.len());
        if kind == TCP_INFO {
            let info = &attributes[4..length];
            let (sent, received) = (number(info, 44)?, number(info, 52)?);
            return Some(Activity { sent, received, n_sent: number(info, 156)?, n_received: number(info, 152)? });
        }
        attributes = &attributes[aligned(length).min(attributes.len())..];
    }
    None
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// The length with its padding.
fn aligned(length: usize) -> usize {
    length.div_ceil(4) * 4
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::{Activity, SocketTable, SocketUse};

    #[test]
    fn a_connection_is_found_with_what_it_did_last() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let Ok(mut table) = SocketTable::open() else { return };
        let port = client.local_addr().unwrap().port();
        let mut find = || {
            let all = table.read().unwrap();
            let listens = listener.local_addr().unwrap().port();
            assert!(all.iter().any(|one| one.port == listens && one.use_ == SocketUse::Listening));
            let found = all.into_iter().find(|one| one.port == port).unwrap();
            let SocketUse::Connected(activity) = found.use_ else { panic!("{found:?}") };
            activity
        };
        let counts = |activity: Activity| (activity.n_sent, activity.n_received);
        assert_eq!(counts(find()), (0, 0));
        client.write_all(b"x").unwrap();
        server.read_exact(&mut [0]).unwrap();
        assert_eq!(counts(find()), (1, 0));
        server.write_all(b"y").unwrap();
        client.read_exact(&mut [0]).unwrap();
        assert_eq!(counts(find()), (1, 1));
    }
}
