//! In place of the table of TCP sockets on systems that have none.
//!
//! Start at [`NoSocketTable::open`].

use std::io;

use crate::watch::passive::tcp_socket::TcpSocket;

/// No table.
#[derive(Debug)]
pub struct NoSocketTable;

impl NoSocketTable {
    /// Fails.
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Nothing.
    pub fn read(&mut self) -> io::Result<Vec<TcpSocket>> {
        Ok(Vec::new())
    }
}
