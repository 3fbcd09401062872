//! Links the bells of several nodes through Redis or Valkey.

use std::time::Duration;

use countersign_base::Fault;
use futures_util::StreamExt as _;
use redis::AsyncCommands as _;

use super::Bell;

/// Where nodes ring each other; the message says nothing.
const CHANNEL: &str = "countersign:news";
/// How long a link that broke waits before it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Links `bell` with those of the other nodes, until the process ends.
///
/// Fails when the server cannot be reached at first; later breaks are logged and mended.
pub async fn link(url: &str, bell: Bell) -> Result<(), Fault> {
    let client = redis::Client::open(url).map_err(|_| {
        Fault::Store("the Redis URL cannot be read; it looks like redis://host:6379".into())
    })?;
    let unreachable = |error: redis::RedisError| {
        Fault::Store(format!("Redis cannot be reached: {}", error.category()))
    };
    client.get_multiplexed_async_connection().await.map_err(unreachable)?;
    tokio::spawn(async move {
        loop {
            if let Err(error) = carry(&client, &bell).await {
                tracing::warn!(error = error.category(), "the link to the other nodes broke");
            }
            // What was said while the link was down is in the event table.
            bell.echo();
            tokio::time::sleep(PAUSE).await;
        }
    });
    Ok(())
}

async fn carry(client: &redis::Client, bell: &Bell) -> redis::RedisResult<()> {
    let mut own = bell.own.subscribe();
    let mut out = client.get_multiplexed_async_connection().await?;
    let mut heard = client.get_async_pubsub().await?;
    heard.subscribe(CHANNEL).await?;
    let mut heard = heard.into_on_message();
    loop {
        tokio::select! {
            rang = own.changed() => match rang {
                Ok(()) => out.publish::<_, _, ()>(CHANNEL, "").await?,
                Err(_) => return Ok(()),
            },
            message = heard.next() => match message {
                Some(_) => bell.echo(),
                None => return Ok(()),
            },
        }
    }
}
