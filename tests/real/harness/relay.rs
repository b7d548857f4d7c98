//! A way to a server that can be cut.

use std::sync::Arc;

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// Leads what comes to a port of its own to a server, as long as it is whole. It ends when it is dropped.
pub struct Relay {
    pub port: u16,
    whole: Arc<watch::Sender<bool>>,
    _serving: JoinSet<()>,
}

impl Relay {
    /// To `host:port`.
    pub async fn to(server: &str) -> Self {
        Self::on("127.0.0.1", server).await
    }

    /// The same from another address of this machine.
    pub async fn on(address: &str, server: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let whole = Arc::new(watch::Sender::new(true));
        let (server, of_relay) = (server.to_owned(), Arc::clone(&whole));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut came, _)) = listener.accept().await {
                let mut whole = of_relay.subscribe();
                let server = server.clone();
                open.spawn(async move {
                    let carried = async {
                        if let Ok(mut server) = TcpStream::connect(server).await {
                            let _ = tokio::io::copy_bidirectional(&mut came, &mut server).await;
                        }
                    };
                    tokio::select! {
                        _ = whole.wait_for(|whole| !whole) => {}
                        () = carried => {}
                    }
                });
            }
        });
        Self {
            port,
            whole,
            _serving: serving,
        }
    }

    /// Ends what is open, and lets nothing through.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}
