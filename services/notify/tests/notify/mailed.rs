//! Mail: one for each receiver, again after a failure, not after a refusal.

use crate::smtp::Server;
use crate::world::{World, until};

fn config(server: &Server) -> String {
    format!(
        r#"
[[channel]]
id = "mail"
kind = "mail"
server = "{}"
tls = "none"
from = "明镜 <mingjing@mj.example>"
[[audience]]
id = "duty"
mail = ["li@sfj.example", "wang@sfj.example"]
[[route]]
id = "cards"
channel = "mail"
to = ["duty"]
"#,
        server.address
    )
}

#[tokio::test]
async fn each_receiver_gets_a_mail_of_his_own_again_after_a_failure_and_not_after_a_refusal() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    server.refuses("li@sfj.example", Some("451 later"));
    server.refuses("wang@sfj.example", Some("550 no such person"));
    let now = "2026-11-27T10:00:00+08:00";
    let mut world = World::begin(folder.path(), &config(&server), now).await;
    world.issue(&["red"]).await;
    let dead = world.until_dead(1).await;
    assert_eq!(
        (dead[0].reason.as_str(), dead[0].delivery.to.as_deref()),
        ("smtp_5xx", Some("wang@sfj.example"))
    );
    assert_eq!(dead[0].detail, "SMTP 550");

    server.refuses("li@sfj.example", None);
    // Whichever attempt is under way, the next one is due by then.
    let mails = until("a mail", || {
        world.move_clock(1);
        Some(server.mails()).filter(|mails| !mails.is_empty())
    })
    .await;
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "li@sfj.example"));
    let text = &mails[0].text;
    for part in [
        "From: =?utf-8?b?",
        "Subject: =?utf-8?b?",
        "@mj.example>",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains("wang"),
        "nobody sees who else is told: {text}"
    );
}
