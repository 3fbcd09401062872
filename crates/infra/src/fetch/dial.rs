//! Connects to an address that was looked at before, with TLS or without.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use countersign_guard::is_public;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

use super::{FetchFault, Private};

/// Either kind of connection.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Wire for S {}

/// TLS 1.2 and 1.3 with the authorities that the operating system trusts.
fn tls() -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has the suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// A connection to one of the URL's addresses, all of which were looked at (F2).
pub(super) async fn dial(
    url: &Url,
    private: Private,
    tls: &OnceLock<TlsConnector>,
) -> Result<Pin<Box<dyn Wire>>, FetchFault> {
    let (name, addresses) = addresses(url, private).await?;
    let unreachable =
        |error: std::io::Error| FetchFault::Unreachable(name.clone(), error.to_string());
    let stream = TcpStream::connect(addresses.as_slice()).await.map_err(unreachable)?;
    if url.scheme() == "http" {
        return Ok(Box::pin(stream));
    }
    let server = ServerName::try_from(name.clone()).map_err(|_| FetchFault::Url)?;
    let stream = tls.get_or_init(self::tls).connect(server, stream).await.map_err(unreachable)?;
    Ok(Box::pin(stream))
}

/// The host without brackets, and every address that it has now, if all of them may be asked (F2).
pub(super) async fn addresses(
    url: &Url,
    private: Private,
) -> Result<(String, Vec<SocketAddr>), FetchFault> {
    let (name, addresses) = resolved(url).await?;
    let may_be_asked =
        |address: &SocketAddr| private == Private::Allowed || is_public(address.ip());
    if addresses.iter().all(may_be_asked) {
        Ok((name, addresses))
    } else {
        Err(FetchFault::Private(name))
    }
}

async fn resolved(url: &Url) -> Result<(String, Vec<SocketAddr>), FetchFault> {
    let port = url.port_or_known_default().ok_or(FetchFault::Url)?;
    let one = |address: IpAddr| (address.to_string(), vec![SocketAddr::new(address, port)]);
    match url.host().ok_or(FetchFault::Url)? {
        Host::Ipv4(address) => Ok(one(address.into())),
        Host::Ipv6(address) => Ok(one(address.into())),
        Host::Domain(name) => {
            let unknown = || FetchFault::Name(name.to_owned());
            let found = tokio::net::lookup_host((name, port)).await.map_err(|_| unknown())?;
            let found: Vec<_> = found.collect();
            if found.is_empty() { Err(unknown()) } else { Ok((name.to_owned(), found)) }
        }
    }
}
