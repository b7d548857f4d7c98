//! Tuheg: the connection pool is exhausted (8.1), the gateway is restarted, the incident is led.

use super::{Ledger, Stage, each_face, holds, minutes, opens, shows, snapshot, verified};

// row: E8
#[test]
fn the_pool_is_exhausted_and_a_restart_makes_it_anew() {
    let stage = Stage::of("tuheg", minutes(1));
    each_face(|face| {
        let mut flow = stage.opens(face);
        snapshot("story-tuheg-alert", face, &flow);
        let mut ledger = Ledger::of("demo");
        flow.keys("/ 'DatabaseConnections' enter g g F enter");
        ledger.tell(&mut flow);
        shows(&flow, face, "Make the pool new", "处置");
        snapshot("story-tuheg-flow", face, &flow);
        flow.keys("esc");
        opens(
            &mut flow,
            face,
            "Restart backend-gateway",
            "重启 backend-gateway",
        );
        assert!(stage.answers(&mut flow), "{}", flow.screen());
        snapshot("story-tuheg-prompt", face, &flow);
        verified(&mut flow, "right enter");
        snapshot("story-tuheg-verified", face, &flow);
        flow.keys("esc O enter enter");
        ledger.tell(&mut flow);
        shows(&flow, face, "INC-20261121-001", "INC-20261121-001");
        snapshot("story-tuheg-incident", face, &flow);
        flow.keys("esc esc H");
        snapshot("story-tuheg-handover", face, &flow);
        holds(
            &mut flow,
            face,
            &[
                "handed over by: demo",
                "slower than yesterday: RED",
                "INC-20261121-001 P1 major database connections fail",
                "flow Database connections fail, since 11-21 06:32, demo",
                "DatabaseConnections (P1 major), since 11-21 06:14",
                "HighErrorRate (P1 major), since 11-21 06:16",
                "ServiceTimeout (P1 major), since 11-21 06:18",
                "Restart backend-gateway (deployment/backend-gateway)",
            ],
            &[
                "交接人: demo",
                "性能下降（较昨日）：红",
                "INC-20261121-001 P1 重要 数据库连接故障：调查中",
                "流程 数据库连接故障，始于 11-21 06:32，demo",
                "DatabaseConnections（P1",
                "HighErrorRate（P1",
                "ServiceTimeout（P1",
                "重启 backend-gateway（deployment/backend-gateway）",
            ],
        );
    });
}
