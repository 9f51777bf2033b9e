//! A TCP socket of this machine, as far as it shows what is in flight.
//!
//! Start at [`TcpSocket`].

/// A connection of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpSocket {
    /// The inode by which processes hold it.
    pub inode: u32,
    /// Its port on this machine.
    pub port: u16,
    /// What it is for.
    pub use_: SocketUse,
}

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketUse {
    /// It accepts connections.
    Listening,
    /// It is connected.
    Connected(Activity),
}

/// When a connection was last used, as milliseconds before now, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// When it last sent data, or else was made.
    pub sent: u32,
    /// When it last received data, or else was made.
    pub received: u32,
    /// Segments with data that it has sent.
    pub n_sent: u32,
    /// Segments with data that it has received.
    pub n_received: u32,
}
