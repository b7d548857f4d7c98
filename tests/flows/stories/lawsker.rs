//! Lawsker: nginx is down with a broken configuration, and the disk is full.

use super::{Ledger, Stage, each_face, holds, minutes, opens, shows, snapshot, verified};

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
        holds(
            &mut flow,
            face,
            &[
                "handed over by: demo",
                "to follow up: none",
                "[ ] no alert is open",
                "availability: RED",
                "disk: RED",
                "lawsker.com answers: RED",
                "SiteDown (P0), since 11-21 13:44",
                "DiskSpaceLow (P1), since 11-21 13:15",
                "ServiceDown (P1), since 11-21 13:43",
                "11-21 14:32 Restart nginx",
                "verified, li",
            ],
            &[
                "交接人: demo",
                "需跟进事项: 无",
                "[ ] 无未处理告警",
                "可用性：红",
                "磁盘使用率：红",
                "lawsker.com 可访问：红",
                "SiteDown（P0），始于 11-21 13:44",
                "DiskSpaceLow（P1），始于 11-21 13:15",
                "ServiceDown（P1），始于 11-21 13:43",
                "11-21 14:32 重启 NGINX",
                "已验证，li",
            ],
        );
    });
}
