//! After-sales: the primary of the database is lost (7.1, 7.2, 7.3).

use super::{
    Ledger, Stage, agrees, each_face, holds, minutes, opens, presses, shows, snapshot, verified,
};

// row: A20
#[test]
fn the_primary_is_lost_and_two_persons_fail_over() {
    let stage = Stage::of("after-sales", minutes(1));
    each_face(|face| {
        let mut flow = stage.opens(face);
        snapshot("story-after-sales-alert", face, &flow);
        let mut ledger = Ledger::of("demo");
        flow.keys("1 g g F enter");
        ledger.tell(&mut flow);
        shows(&flow, face, "Confirm the fault", "确认故障");
        snapshot("story-after-sales-flow", face, &flow);
        flow.keys("esc");
        opens(&mut flow, face, "Fail over to postgres", "主库故障切换");
        presses(&mut flow, "enter enter");
        assert!(stage.answers(&mut flow), "{}", flow.screen());
        agrees(&mut flow, "wang");
        snapshot("story-after-sales-prompt", face, &flow);
        verified(&mut flow, "'postgres' tab '6' enter");
        snapshot("story-after-sales-verified", face, &flow);
        flow.keys("esc H");
        ledger.tell(&mut flow);
        shows(&flow, face, "no abnormal alert", "监控指标无异常告警");
        snapshot("story-after-sales-handover", face, &flow);
        holds(
            &mut flow,
            face,
            &[
                "From: demo",
                "[ ] all services are normal",
                "[?] no major event in 24 hours",
                "flow The service is down (P0), since 11-21 14:32, demo",
                "alert HighErrorRate (Critical / P0), since 11-21 14:23",
                "11-21 14:32 Fail over to postgres-1 (statefulset/postgres)",
            ],
            &[
                "交接人: demo",
                "[ ] 所有服务正常运行",
                "[?] 最近24小时无重大事件",
                "流程 服务完全不可用 (P0)，始于 11-21 14:32，demo",
                "告警 HighErrorRate（Critical / P0），始于 11-21 14:23",
                "11-21 14:32 主库故障切换到 postgres-1（statefulset/postgres）",
            ],
        );
    });
}

// row: A21
#[test]
fn a_redis_that_answers_noauth_is_not_deleted() {
    let stage = Stage::of("after-sales", minutes(1));
    each_face(|face| {
        let mut flow = stage.opens(face);
        opens(&mut flow, face, "Delete redis-0", "删除 redis-0");
        stage.answers(&mut flow);
        shows(&flow, face, "NOAUTH", "NOAUTH");
        snapshot("story-after-sales-noauth", face, &flow);
    });
}
