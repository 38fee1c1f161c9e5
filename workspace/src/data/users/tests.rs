#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    data::page::MANY,
    model::{PageRequest, UserQuery, UserSort},
    service::{ServiceError, Workspace},
    testing::{administrator, each_database, new_user, workspace},
};

/// Twenty-five users, some of whose names are the same.
async fn with_users(workspace: &Workspace) {
    for number in 0..25 {
        let mut new = new_user(number);
        new.name = format!("Name {}", number % 4);
        new.groups = vec![format!("Group {}", number % 3)];
        let user = workspace.add_user(&administrator(), &new).await.unwrap();
        if number % 5 == 0 {
            workspace.block_user(&administrator(), user.id).await.unwrap();
        }
    }
}

/// Every page's user names, from the first page to the last and back.
async fn walk(workspace: &Workspace, query: &UserQuery) -> Vec<String> {
    let turn = async |cursor| {
        let request = PageRequest { cursor, limit: 4 };
        let page = workspace.users(query, &request).await.unwrap();
        let names: Vec<_> = page.items.iter().map(|user| user.user_name.clone()).collect();
        (names, page.previous, page.next, page.total)
    };
    let (mut names, none, mut next, total) = turn(None).await;
    assert_eq!(none, None);
    let mut pages = vec![names.clone()];
    while let Some(cursor) = next {
        let page = turn(Some(cursor)).await;
        assert_eq!(page.3, total);
        names.extend(page.0.clone());
        pages.push(page.0);
        next = page.2;
        if next.is_none() {
            let mut previous = page.1;
            for expected in pages.iter().rev().skip(1) {
                let page = turn(previous).await;
                assert_eq!(page.0, *expected);
                previous = page.1;
            }
            assert_eq!(previous, None);
        }
    }
    assert_eq!(total, u64::try_from(names.len()).unwrap());
    names
}

#[tokio::test]
async fn every_list_is_whole_and_ordered_in_both_directions() {
    each_database(|workspace| async move {
        with_users(&workspace).await;
        let blocked: Vec<u32> = (0..25).filter(|number| number % 5 == 0).collect();
        let in_group: Vec<u32> = (0..25).filter(|number| number % 3 == 1).collect();
        let both: Vec<u32> =
            in_group.iter().copied().filter(|number| blocked.contains(number)).collect();
        let found: Vec<u32> = (0..25).filter(|number| number.to_string().contains('2')).collect();
        let group = workspace.groups().await.unwrap().swap_remove(1).0.id;
        let state = Some(UserState::Blocked);
        let search = Some("R2".to_owned());
        let all = UserQuery::default();
        let filters = [
            (all.clone(), (0..25).collect()),
            (UserQuery { state, ..all.clone() }, blocked),
            (UserQuery { group: Some(group), ..all.clone() }, in_group),
            (UserQuery { state, group: Some(group), ..all.clone() }, both),
            (
                UserQuery { search, ..all },
                found
                    .into_iter()
                    .filter(|number| [2, 20, 21, 22, 23, 24].contains(number))
                    .collect(),
            ),
        ];
        for (query, numbers) in filters {
            let numbers: Vec<u32> = numbers;
            for sort in UserSort::ALL {
                let mut expected = numbers.clone();
                match sort {
                    UserSort::Name => expected.sort_by_key(|number| number % 4),
                    UserSort::UserName | UserSort::UserId => expected.sort_by_key(u32::to_string),
                    UserSort::Created => {}
                }
                let mut expected: Vec<_> =
                    expected.iter().map(|number| format!("user{number}")).collect();
                let query = UserQuery { sort, ..query.clone() };
                assert_eq!(walk(&workspace, &query).await, expected, "{query:?}");
                expected.reverse();
                let query = UserQuery { descending: true, ..query };
                assert_eq!(walk(&workspace, &query).await, expected, "{query:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_list_that_no_index_counts_is_counted_as_far_as_it_is_quick() {
    let most = u32::try_from(MANY).unwrap();
    each_database(|workspace| async move {
        let mut csv = "user_id,name,email,user_name,groups\n".to_owned();
        for number in 0..=most {
            csv.push_str(&format!("{number},Name {number:05},,user{number},\n"));
        }
        workspace.import(&administrator(), csv.as_bytes()).await.unwrap();
        let query =
            |search: &str| UserQuery { search: Some(search.to_owned()), ..UserQuery::default() };
        let page = async |query: &UserQuery, cursor| {
            let request = PageRequest { cursor, limit: 2 };
            workspace.users(query, &request).await.unwrap()
        };
        let found = page(&query("er"), None).await;
        assert_eq!((found.total, found.total_is_exact), (MANY, false));
        assert_eq!(
            found.items.iter().map(|user| &user.name).collect::<Vec<_>>(),
            ["Name 00000", "Name 00001"]
        );
        let second = page(&query("er"), found.next).await;
        assert_eq!((second.total, second.total_is_exact), (MANY, false));
        assert_eq!(second.items[1].name, "Name 00003");
        let all = page(&UserQuery::default(), None).await;
        assert_eq!((all.total, all.total_is_exact), (MANY + 1, true));
        let last =
            workspace.users(&query(&format!("user{most}")), &PageRequest::default()).await.unwrap();
        workspace.remove_user(&administrator(), last.items[0].id).await.unwrap();
        let found = page(&query("er"), None).await;
        assert_eq!((found.total, found.total_is_exact), (MANY, true));
        // A page of which nothing is left knows the total all the same.
        let last = PageRequest { cursor: None, limit: 9 };
        let nine = workspace.users(&query("me 0049"), &last).await.unwrap();
        let tenth = page(&query("me 0049"), nine.next.clone()).await;
        workspace.remove_user(&administrator(), tenth.items[0].id).await.unwrap();
        let empty = page(&query("me 0049"), nine.next).await;
        assert_eq!((empty.items.len(), empty.total, empty.total_is_exact), (0, 9, true));
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_any_part_of_any_field_and_nothing_else() {
    each_database(|workspace| async move {
        with_users(&workspace).await;
        let total = async |part: &str| {
            let query = UserQuery { search: Some(part.to_owned()), ..UserQuery::default() };
            workspace.users(&query, &PageRequest::default()).await.unwrap().total
        };
        assert_eq!(total(" ID-7 ").await, 1);
        assert_eq!(total("NAME 3").await, 6);
        assert_eq!(total("user7@EXAMPLE.org").await, 1);
        assert_eq!(total("").await, 25);
        for none in ["%", "_", "\\", "'", "\0", "7\nname"] {
            assert_eq!(total(none).await, 0, "{none:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn cursors_of_other_lists_and_made_up_ones_are_refused() {
    each_database(|workspace| async move {
        with_users(&workspace).await;
        let request = PageRequest { cursor: None, limit: 3 };
        let query = UserQuery::default();
        let page = workspace.users(&query, &request).await.unwrap();
        let by_date = UserQuery { sort: UserSort::Created, ..query.clone() };
        let made_up = [
            "x",
            "!",
            "eyJsIjoidXNlcnMgbmFtZSBmYWxzZSIsImIiOmZhbHNlLCJrIjpbIngiXX0",
            "eyJsIjoidXNlcnMgbmFtZSBmYWxzZSIsImIiOmZhbHNlLCJrIjpbIngiLCJcdTAwMDAiXX0",
        ];
        for (query, cursor, limit) in [
            (&by_date, page.next.clone(), 3),
            (&query, Some(made_up[0].to_owned()), 3),
            (&query, Some(made_up[1].to_owned()), 3),
            (&query, Some(made_up[2].to_owned()), 3),
            (&query, Some(made_up[3].to_owned()), 3),
            (&query, None, 201),
        ] {
            let refused = workspace.users(query, &PageRequest { cursor, limit }).await;
            assert!(matches!(refused, Err(ServiceError::Invalid(_))), "{refused:?}");
        }
        // A number where a text is expected finds a place, or is an error: never a panic.
        let number = "eyJsIjoidXNlcnMgbmFtZSBmYWxzZSIsImIiOmZhbHNlLCJrIjpbMSwyXX0".to_owned();
        let _ = workspace.users(&query, &PageRequest { cursor: Some(number), limit: 3 }).await;
    })
    .await;
}

#[tokio::test]
async fn a_cursor_stays_good_when_its_row_is_gone() {
    let workspace = workspace().await;
    with_users(&workspace).await;
    let query = UserQuery { sort: UserSort::Created, ..UserQuery::default() };
    let request = PageRequest { cursor: None, limit: 3 };
    let page = workspace.users(&query, &request).await.unwrap();
    for user in &page.items {
        workspace.remove_user(&administrator(), user.id).await.unwrap();
    }
    let page =
        workspace.users(&query, &PageRequest { cursor: page.next, ..request }).await.unwrap();
    let names: Vec<_> = page.items.iter().map(|user| user.user_name.as_str()).collect();
    assert_eq!(names, ["user3", "user4", "user5"]);
    let page =
        workspace.users(&query, &PageRequest { cursor: page.previous, limit: 3 }).await.unwrap();
    assert_eq!((page.items.len(), page.previous), (0, None));
}
