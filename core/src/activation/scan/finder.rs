//! Finder patterns: the squares in three corners of a QR code. Along every line through the middle
//! of one dark and light alternate as 1 : 1 : 3 : 1 : 1 (ISO/IEC 18004 §6.3.3).

use super::gray::{Dark, float, whole};

/// What may be a finder pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Finder {
    /// Its middle, in pixels.
    pub x: f32,
    pub y: f32,
    /// The size of a module, in pixels.
    pub module: f32,
    /// In how many rows it was seen.
    pub seen: f32,
}

/// The most that are looked at, and that are kept.
const MOST: usize = 256;
const KEPT: usize = 40;

/// The finder patterns of a picture that are dark on their surroundings; those seen
/// most often first.
pub(super) fn finders(picture: &Dark) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    for (y, row) in picture.pixels.chunks_exact(picture.width).enumerate() {
        let mut runs = [0_usize; 5];
        let mut last = false;
        // A light pixel after the end, so that a pattern may touch the edge.
        for (x, pixel) in row.iter().copied().chain([false]).enumerate() {
            if pixel == last {
                runs[4] += 1;
                continue;
            }
            if !pixel
                && is_pattern(runs.map(float))
                && let Some(finder) = confirm(picture, x, y, runs)
            {
                add(&mut found, finder);
            }
            runs = [runs[1], runs[2], runs[3], runs[4], 1];
            last = pixel;
        }
    }
    found.sort_by(|left, right| right.seen.total_cmp(&left.seen));
    // What was seen once may be noise, and is looked at only where there is nothing better.
    let certain = found.iter().filter(|finder| finder.seen > 1.5).count();
    if certain >= 3 {
        found.truncate(certain);
    }
    found.truncate(KEPT);
    found
}

/// Runs like 1 : 1 : 3 : 1 : 1, each wrong by half a module at most, and by one in the middle.
fn is_pattern(runs: [f32; 5]) -> bool {
    let module = runs.iter().sum::<f32>() / 7.0;
    if module < 0.95 {
        return false;
    }
    let slack = module * 0.6 + 0.2;
    let [a, b, middle, c, d] = runs;
    [a, b, c, d].iter().all(|run| *run > 0.0 && (run - module).abs() < slack)
        && (middle - 3.0 * module).abs() < 3.0 * slack
}

/// Looks across what the row from `runs` before `end` shows.
fn confirm(picture: &Dark, end: usize, y: usize, runs: [usize; 5]) -> Option<Finder> {
    let x = float(end) - float(runs[4]) - float(runs[3]) - float(runs[2]) / 2.0;
    let y = float(y) + 0.5;
    let longest = float(runs.iter().sum()) * 2.0;
    let (_, dy, tall) = across(picture, (x, y), (0.0, 1.0), longest)?;
    let y = y + dy;
    let (dx, _, wide) = across(picture, (x, y), (1.0, 0.0), longest)?;
    let x = x + dx;
    // One of the two diagonals is enough where the pattern is tilted.
    if across(picture, (x, y), (1.0, 1.0), longest).is_none()
        && across(picture, (x, y), (1.0, -1.0), longest).is_none()
    {
        return None;
    }
    if wide > tall * 3.0 || tall > wide * 3.0 {
        return None;
    }
    Some(Finder { x, y, module: (wide * tall).sqrt() / 7.0, seen: 1.0 })
}

/// Follows a line both ways from inside a pattern. Gives how far off the middle the start was, and
/// how long the pattern is; `None` where it is none.
pub(super) fn across(
    picture: &Dark,
    (x, y): (f32, f32),
    (dx, dy): (f32, f32),
    longest: f32,
) -> Option<(f32, f32, f32)> {
    let steps = whole(longest, picture.width.max(picture.height));
    let walk = |sign: f32| {
        let mut runs = [0_usize; 3];
        let mut run = 0;
        for step in 0..steps {
            let along = float(step) * sign;
            let (x, y) = (x + dx * along, y + dy * along);
            let pixel = if x < 0.0 || y < 0.0 {
                None
            } else {
                picture.at(whole(x, usize::MAX), whole(y, usize::MAX))
            };
            // Beyond the edge it is light.
            let inside = pixel.unwrap_or(false);
            run = match (run, inside) {
                (0, true) | (1, false) | (2, true) => run,
                (2, false) => return Some(runs),
                _ => run + 1,
            };
            if let Some(length) = runs.get_mut(run) {
                *length += 1;
            }
        }
        None
    };
    let [middle_on, light_on, dark_on] = walk(1.0)?.map(float);
    let [middle_back, light_back, dark_back] = walk(-1.0)?.map(float);
    // The start was counted both ways.
    let middle = middle_on + middle_back - 1.0;
    if !is_pattern([dark_back, light_back, middle, light_on, dark_on]) {
        return None;
    }
    let off = (middle_on - middle_back) / 2.0;
    let length = dark_back + light_back + middle + light_on + dark_on;
    Some((off * dx, off * dy, length))
}

/// The same pattern is seen in many rows.
fn add(found: &mut Vec<Finder>, new: Finder) {
    let room = found.len() < MOST;
    let same = found.iter_mut().find(|known| {
        let near = known.module.max(new.module) * 1.5;
        (known.x - new.x).abs() < near
            && (known.y - new.y).abs() < near
            && (known.module - new.module).abs() < known.module * 0.5
    });
    match same {
        Some(known) => {
            let weight = |old: f32, new: f32| (old * known.seen + new) / (known.seen + 1.0);
            *known = Finder {
                x: weight(known.x, new.x),
                y: weight(known.y, new.y),
                module: weight(known.module, new.module),
                seen: known.seen + 1.0,
            };
        }
        None if room => found.push(new),
        None => {}
    }
}
