#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use crate::{
    model::ImportLine,
    service::FieldError,
    testing::{administrator, each_database, user, workspace},
};

const HEADER: &str = "user_id,name,email,user_name,groups\n";

fn with_header(lines: &str) -> Vec<u8> {
    format!("{HEADER}{lines}").into_bytes()
}

async fn preview(workspace: &Workspace, file: &[u8]) -> Vec<ImportPlan> {
    let preview = workspace.preview_import(file).await.unwrap();
    preview.lines.into_iter().map(|ImportLine { plan, .. }| plan).collect()
}

async fn refusal(workspace: &Workspace, file: &[u8]) -> String {
    match workspace.preview_import(file).await {
        Err(ServiceError::Invalid(errors)) => match errors.as_slice() {
            [FieldError { field: "file", message }] => message.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn change(fields: &[&str]) -> ImportPlan {
    ImportPlan::Change { fields: fields.iter().map(|field| (*field).to_owned()).collect() }
}

fn error(reason: &str) -> ImportPlan {
    ImportPlan::Error { reasons: vec![reason.to_owned()] }
}

#[tokio::test]
async fn each_line_does_what_its_preview_says() {
    each_database(|workspace| async move {
        let there = user(&workspace, 1).await;
        user(&workspace, 2).await;
        let file = with_header(
            "id-1,User Number 1,user1@example.org,user1,\n\
             ID-2,Another Name,,user2,Staff; Berlin\n\
             id-3,User Number 3,user3@example.org,user3,staff\n\
             id-4,,no address,user4,\n\
             id-5,User Number 5,,USER1,\n\
             id-3,User Number 6,,user6,\n\
             id-7,User Number 7,,User3,\n\
             id-8,User Number 8\n",
        );
        let plans = preview(&workspace, &file).await;
        let wrong = ImportPlan::Error {
            reasons: vec![
                "name: this is needed".to_owned(),
                "email: this is no e-mail address: it should be like name@example.org".to_owned(),
            ],
        };
        let taken = ImportPlan::Error {
            reasons: vec![
                "user_name: line 2 has the same".to_owned(),
                "user_name: another user has this user name".to_owned(),
            ],
        };
        let expected = [
            ImportPlan::Unchanged,
            change(&["user_id", "name", "email", "groups"]),
            ImportPlan::Add,
            wrong,
            taken,
            error("user_id: line 4 has the same"),
            error("user_name: line 4 has the same"),
            error("this line has 2 fields, and the first line names 5"),
        ];
        assert_eq!(plans, expected);
        let report = workspace.import(&administrator(), &file).await.unwrap();
        assert_eq!((report.added, report.changed, report.unchanged), (1, 1, 1));
        let left_out: Vec<_> = report.left_out.iter().map(|line| line.number).collect();
        assert_eq!(left_out, [5, 6, 7, 8, 9]);
        assert_eq!(workspace.user(there.id).await.unwrap(), there);
        let groups = workspace.groups().await.unwrap();
        let groups: Vec<_> =
            groups.iter().map(|(group, members)| (group.name.as_str(), *members)).collect();
        assert_eq!(groups, [("Berlin", 1), ("Staff", 2)]);
        assert_eq!(workspace.import(&administrator(), &file).await.unwrap().unchanged, 3);
        assert!(workspace.verify_log().await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_column_that_is_missing_changes_nothing() {
    let workspace = workspace().await;
    user(&workspace, 1).await;
    let file = b"user_id,name,user_name\nid-1,User Number 1,user1\n";
    assert_eq!(preview(&workspace, file).await, [ImportPlan::Unchanged]);
}

#[tokio::test]
async fn headers_are_known_whatever_their_case_order_and_separator() {
    let workspace = workspace().await;
    user(&workspace, 1).await;
    for file in [
        "\u{feff}User Name;User ID;Full name;E-Mail;Department\r\n\
         user1;id-1;User Number 1;user1@example.org;x\r\n",
        "USERNAME\tNAME\tUSER-ID\nuser1\t\"User Number 1\"\tid-1",
        "\"user_id\",\"name\",\"user_name\"\n\n  id-1 , User Number 1,user1\n,,\n",
    ] {
        assert_eq!(preview(&workspace, file.as_bytes()).await, [ImportPlan::Unchanged], "{file}");
    }
}

#[tokio::test]
async fn what_is_no_such_file_is_told_apart() {
    let workspace = workspace().await;
    let many = format!("{HEADER}{}", "a,b,c,d,e\n".repeat(MAX_IMPORT_LINES + 1));
    for (file, expected) in [
        (b"".to_vec(), "the file is empty"),
        (HEADER.into(), "the file has a header and nothing else"),
        (b"\xff\xfeu\0s\0".to_vec(), "not in UTF-8"),
        (b"user_id,name\na,b\n".to_vec(), "none is user_name"),
        (b"user_id,name,user_name,UserId\n".to_vec(), "two columns are user_id"),
        (vec![b'a'; MAX_IMPORT_SIZE + 1], "larger than 8 MiB"),
        (many.into_bytes(), "more than 50000 lines"),
    ] {
        let message = refusal(&workspace, &file).await;
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn what_was_exported_can_be_imported_and_no_field_is_a_formula() {
    each_database(|workspace| async move {
        let names = [
            "=1+1",
            "+49",
            "-5",
            "@x",
            "'=quoted",
            "'plain",
            "\u{ff1d}1",
            "a,b;\"c\"",
            "\u{e4}\u{f6}",
        ];
        for (number, name) in (1..).zip(names) {
            let mut new = crate::testing::new_user(number);
            name.clone_into(&mut new.name);
            new.groups = vec!["=Sum".to_owned(), "Staff".to_owned()];
            workspace.add_user(&administrator(), &new).await.unwrap();
        }
        let query = UserQuery::default();
        let file = workspace.export_users(&administrator(), &query).await.unwrap();
        let mut reader = csv::Reader::from_reader(file.as_slice());
        let mut users = 0;
        for record in reader.records() {
            users += 1;
            for field in &record.unwrap() {
                assert!(!field.starts_with(['=', '+', '-', '@', '\u{ff1d}']), "{field}");
            }
        }
        assert_eq!(users, names.len());
        let plans = preview(&workspace, &file).await;
        assert_eq!(plans, vec![ImportPlan::Unchanged; names.len()]);
    })
    .await;
}
