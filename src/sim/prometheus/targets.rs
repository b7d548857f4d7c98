//! The exporters that are scraped, up or down.

use serde_json::{Value, json};

use crate::sim::shared::SharedWorld;

/// `/api/v1/targets`
pub fn targets(world: &SharedWorld) -> Value {
    let (world, _) = world.present();
    let scraped = world.last_step().to_string();
    let active: Vec<_> = world
        .model()
        .sources
        .iter()
        .map(|(job, slot)| {
            let up = world.slot(*slot) > 0.0;
            let address = format!("{job}-exporter.observability.svc:9100");
            json!({
                "discoveredLabels": { "__address__": address },
                "labels": { "job": job, "instance": address },
                "scrapePool": job,
                "scrapeUrl": format!("http://{address}/metrics"),
                "lastError": if up { "" } else { "connection refused" },
                "lastScrape": scraped,
                "lastScrapeDuration": 0.004,
                "health": if up { "up" } else { "down" },
            })
        })
        .collect();
    json!({ "activeTargets": active, "droppedTargets": [] })
}
