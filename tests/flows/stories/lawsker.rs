//! Lawsker: nginx is down with a broken configuration, and the disk is full.

use super::{Ledger, Stage, each_face, minutes, opens, shows, snapshot, verified};

// row: D4
#[test]
fn a_broken_configuration_refuses_in_the_words_of_nginx() {
    let stage = Stage::of("lawsker", minutes(1));
    each_face(|face| {
        let mut flow = stage.opens(face);
        snapshot("story-lawsker-alert", face, &flow);
        let mut ledger = Ledger::of("demo");
        flow.keys("/ 'ServiceDown' enter g g F enter");
        ledger.tell(&mut flow);
        shows(&flow, face, "Bring it back", "恢复");
        snapshot("story-lawsker-flow", face, &flow);
        flow.keys("esc");
        opens(&mut flow, face, "Restart nginx", "重启 NGINX");
        assert!(!stage.answers(&mut flow), "it is not restarted");
        shows(&flow, face, "[emerg] unknown", "[emerg]");
        snapshot("story-lawsker-refused", face, &flow);
    });
}

// row: D4
#[test]
fn once_the_file_is_mended_a_restart_helps() {
    let stage = Stage::of("lawsker", minutes(41));
    each_face(|face| {
        let mut flow = stage.opens(face);
        let mut ledger = Ledger::of("demo");
        opens(&mut flow, face, "Restart nginx", "重启 NGINX");
        assert!(stage.answers(&mut flow), "{}", flow.screen());
        snapshot("story-lawsker-prompt", face, &flow);
        verified(&mut flow, "'nginx' enter");
        snapshot("story-lawsker-verified", face, &flow);
        flow.keys("esc H");
        ledger.tell(&mut flow);
        snapshot("story-lawsker-handover", face, &flow);
    });
}
