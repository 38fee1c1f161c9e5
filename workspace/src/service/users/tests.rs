#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::testing::{administrator, each_database, new_user, user};

#[tokio::test]
async fn a_user_is_added_and_found_again() {
    each_database(|workspace| async move {
        let mut new = new_user(1);
        new.groups = vec!["Staff".to_owned(), "berlin".to_owned()];
        let added = workspace.add_user(&administrator(), &new).await.unwrap();
        assert_eq!(workspace.user(added.id).await.unwrap(), added);
        let names: Vec<_> = added.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["berlin", "Staff"]);
        let page = workspace.users(&UserQuery::default(), &PageRequest::default()).await.unwrap();
        assert_eq!((page.items, page.total), (vec![added], 1));
    })
    .await;
}

#[tokio::test]
async fn user_id_and_user_name_are_taken_whatever_their_case() {
    each_database(|workspace| async move {
        user(&workspace, 1).await;
        let mut new = new_user(1);
        new.user_id.make_ascii_uppercase();
        new.user_name = "\u{dc}ser".to_owned();
        let Err(ServiceError::Invalid(errors)) = workspace.add_user(&administrator(), &new).await
        else {
            panic!("the user ID is taken")
        };
        assert_eq!(errors, [user_id_taken()]);
        new.user_id = "2".to_owned();
        workspace.add_user(&administrator(), &new).await.unwrap();
        new.user_id = "3".to_owned();
        new.user_name = "\u{fc}SER".to_owned();
        let Err(ServiceError::Invalid(errors)) = workspace.add_user(&administrator(), &new).await
        else {
            panic!("the user name is taken")
        };
        assert_eq!(errors, [user_name_taken()]);
    })
    .await;
}
