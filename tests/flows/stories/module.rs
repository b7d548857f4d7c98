//! Module: a new version fails, the banner asks for a rollback, and the wizard leads through it.

use super::{Ledger, Stage, each_face, holds, minutes, opens, presses, shows, snapshot, verified};

// row: B9
#[test]
fn a_bad_version_is_rolled_back_by_the_wizard() {
    let stage = Stage::of("module", minutes(1));
    each_face(|face| {
        let mut flow = stage.opens(face);
        shows(&flow, face, "roll back?", "回滚触发条件");
        snapshot("story-module-banner", face, &flow);
        let mut ledger = Ledger::of("demo");
        flow.keys("1 g g F enter");
        ledger.tell(&mut flow);
        shows(&flow, face, "The error log", "查看错误日志");
        snapshot("story-module-flow", face, &flow);
        flow.keys("esc");
        flow.keys("F");
        for _ in 0..20 {
            let screen = flow.screen();
            if screen.contains("▌▸ Roll back ") || screen.contains("▌▸ 回滚 ") {
                break;
            }
            flow.keys("j");
        }
        flow.keys("enter");
        ledger.tell(&mut flow);
        shows(&flow, face, "Roll back or mend", "决策：回滚 or 修复");
        snapshot("story-module-wizard", face, &flow);
        flow.keys("esc esc");
        opens(&mut flow, face, "Deploy the previous", "重新部署上一版本");
        presses(&mut flow, "'v1.3.2' enter");
        assert!(stage.answers(&mut flow), "{}", flow.screen());
        snapshot("story-module-prompt", face, &flow);
        verified(&mut flow, "'app-example' tab '4' enter");
        snapshot("story-module-verified", face, &flow);
        flow.keys("esc esc 1 g g O enter enter");
        ledger.tell(&mut flow);
        shows(
            &flow,
            face,
            "-01 · more than 5 % of requests fail",
            "-01 · 错误率 > 5%",
        );
        snapshot("story-module-incident", face, &flow);
        flow.keys("esc esc H");
        let screen = flow.screen();
        assert!(screen.contains("-01 Critical"), "{screen}");
        snapshot("story-module-handover", face, &flow);
        holds(
            &mut flow,
            face,
            &[
                "handed over by: demo",
                "roll back?: RED",
                "5xx: RED",
                "flow More than 5 % of requests fail, since 11-21 14:32, demo",
                "flow Roll back, since 11-21 14:32, demo",
                "ErrorRate (Critical), since 11-21 14:10",
                "backups: overdue, 11-21 03:00",
                "Deploy the previous version (unit/prod/app-example)",
            ],
            &[
                "交接人: demo",
                "回滚触发条件：红",
                "错误率（5xx）：红",
                "流程 ErrorRate：错误率 > 5%，始于 11-21 14:32，demo",
                "流程 回滚，始于 11-21 14:32，demo",
                "ErrorRate（Critical），始于 11-21 14:10",
                "备份检查：逾期，11-21 03:00",
                "重新部署上一版本（unit/prod/app-example）",
            ],
        );
    });
}
