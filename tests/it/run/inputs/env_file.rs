//! Variables of a plan from a file.

use crate::run::program::Folder;

const PLAN: &str = "[[endpoint]]\nurl = \"http://127.0.0.1:1/${PLACE}\"\nheaders = { x-a = \"${TOKEN}\" }\n";

#[test]
fn variables_come_from_the_file_and_the_environment_wins() {
    let env = "# no\nexport PLACE=there\nTOKEN='canary #1'\n";
    let folder = Folder::new().with("plan.toml", PLAN).with(".env", env);
    folder.inflight("check plan.toml").run().exits(3);
    let ended = folder.inflight("check plan.toml --env-file .env").run().exits(0);
    assert!(!ended.out().contains("canary") && ended.out().contains("plan.toml:3 with ${TOKEN}"), "{}", ended.out());
    let ended =
        folder.inflight("run plan.toml --env-file .env --tries 1 --report r.csv").var("PLACE", "x").run().exits(5);
    assert!(!ended.out().contains("canary") && !ended.err().contains("canary"));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_without_its_content() {
    let folder = Folder::new().with("plan.toml", PLAN).with("bad", "canary canary\n");
    for (file, why) in
        [("bad", "a line is not `NAME=value`"), ("none", "no such file or folder"), (".", "it is a folder")]
    {
        let ended = folder.inflight("check plan.toml --env-file").arg(file).run().exits(3);
        assert!(ended.err().contains(why) && !ended.err().contains("canary"), "{}", ended.err());
    }
}

#[test]
fn a_list_and_urls_have_no_variables() {
    let folder = Folder::new().with("urls.txt", "http://127.0.0.1:1/\n").with(".env", "A=b\nINFLIGHT_PASSWORD=p\n");
    for target in ["urls.txt", "http://127.0.0.1:1/"] {
        for command in ["check", "run"] {
            let ended = folder.inflight(command).arg(target).args(["--env-file", ".env"]).run().exits(2);
            assert!(
                ended.err().contains("`--env-file` has the variables of a plan, and there is no plan"),
                "{}",
                ended.err()
            );
        }
        // The password is one of them.
        folder.inflight("check -u ann --env-file .env").arg(target).run().exits(0);
    }
    let plan = "[[endpoint]]\nurl = \"http://127.0.0.1:1/\"\n";
    Folder::new()
        .with("plan.toml", plan)
        .with(".env", "A=b\n")
        .inflight("check plan.toml --env-file .env")
        .run()
        .exits(0);
}
