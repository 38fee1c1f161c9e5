use super::ELSEWHERE;

/// What a Mac does is told in two places.
#[test]
fn the_readme_of_the_swift_package_has_the_same_recipe_for_a_mac() {
    let readme = include_str!("../../../ios/README.md");
    let (_, recipe) = readme.split_once("```sh\n").unwrap();
    let (recipe, _) = recipe.split_once("```").unwrap();
    let indented: String = recipe.lines().map(|line| format!("    {line}\n")).collect();
    assert!(ELSEWHERE.contains(&indented), "{indented}");
}
