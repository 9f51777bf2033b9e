//! Idle connections of hosts that limit attempts in flight: they are let go for other threads.
//!
//! Start at [`HostPools::let_go`].

use std::rc::Rc;
use std::sync::Arc;

use crate::source::pool::wire::direct::capped_hosts::CappedHost;
use crate::source::pool::wire::direct::host_pools::{HostPool, HostPools};

impl HostPools {
    /// Notes that a host limits attempts in flight. It may count idle connections, too, so they are let go.
    pub(in crate::source::pool) fn cap(&self, pool: &HostPool, host: &Arc<CappedHost>) {
        if pool.capped.set(Arc::clone(host)).is_ok() {
            self.close(pool);
        }
    }

    /// Closes as many idle connections of a host that limits attempts in flight as other threads need closed.
    pub(in crate::source::pool) fn let_go(&self, host: &Arc<CappedHost>) {
        let Some(pool) = self.by_origin.borrow().get(host.origin()).map(Rc::clone) else { return };
        self.cap(&pool, host);
        while !pool.idle.borrow().is_empty() && host.take_wanted() {
            if pool.idle.borrow_mut().pop_front().is_some() {
                self.n_idle.update(|n| n - 1);
            }
            host.report_closed();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::Instant;
    use tokio_util::either::Either;

    use crate::plan::exact::request_url::RequestUrl;
    use crate::source::pool::wire::direct::capped_hosts::CappedHosts;
    use crate::source::pool::wire::direct::connection::HttpConnection;
    use crate::source::pool::wire::direct::host_pools::HostPools;
    use crate::source::pool::wire::reach::Reach;

    /// A thread's connections, and those of the server that are idle here.
    async fn with_idle(n: usize, pools: &HostPools, listener: &TcpListener) -> Vec<TcpStream> {
        let url: RequestUrl = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let mut accepted = Vec::new();
        for _ in 0..n {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            accepted.push(listener.accept().await.unwrap().0);
            let connection = HttpConnection::over(Either::Left(stream)).await.unwrap();
            pools.keep(&pools.pool(&url), connection, Instant::now());
        }
        accepted
    }

    #[tokio::test]
    async fn a_host_that_limits_what_is_in_flight_loses_its_idle_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pools = HostPools::new(Reach::default(), 16, false);
        let accepted = with_idle(3, &pools, &listener).await;
        let url: RequestUrl = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let capped = CappedHosts::default();
        pools.cap(&pools.pool(&url), &capped.add(url.before_path()));
        for mut stream in accepted {
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the server sees that it is closed");
        }
        assert!(pools.take(&pools.pool(&url), Instant::now()).is_none());
    }

    #[tokio::test]
    async fn one_thread_closes_one_idle_connection_when_another_needs_room() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: RequestUrl = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let (capped, pools) = (CappedHosts::default(), HostPools::new(Reach::default(), 16, false));
        let (mut calls, _pool) = (capped.calls(), pools.pool(&url));
        let host = capped.add(url.before_path());
        // Without an idle connection there is nothing to wait for.
        capped.make_room(&host).await;
        pools.let_go(&calls.recv().await.unwrap());
        let accepted = with_idle(2, &pools, &listener).await;
        tokio::join!(capped.make_room(&host), async { pools.let_go(&calls.recv().await.unwrap()) });
        let mut n_open = 0;
        for mut stream in accepted {
            n_open += usize::from(stream.try_read(&mut [0]).is_err() && is_open(&mut stream).await);
        }
        assert_eq!(n_open, 1);
    }

    async fn is_open(stream: &mut TcpStream) -> bool {
        tokio::time::timeout(std::time::Duration::from_millis(200), stream.read(&mut [0])).await.is_err()
    }
}
