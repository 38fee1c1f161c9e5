//! The modules of a code, between three corners.

use rqrr::{Grid, SimpleGrid};
use zeroize::Zeroizing;

use super::{
    corners::Corners,
    gray::{self, Gray, float},
    plane::{Plane, Point},
};

/// How many places are tried for the alignment pattern near the fourth corner.
const FOURTH_CORNERS: usize = 3;
/// The share of the timing patterns that has to be right for a code to be read.
const TIMING: f32 = 0.7;
/// The share that no chance gives: there is a code, readable or not.
const SURELY: f32 = 0.9;
/// The share to begin with, where the fourth corner is not known yet.
const ROUGHLY: f32 = 0.62;

/// What came of reading.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The corners are not those of a code.
    NoCode,
    /// A code that cannot be read.
    Unreadable,
    /// What it says.
    Text(Zeroizing<String>),
}

/// Reads the code between `corners`, if it has so many modules on a `side`.
pub(super) fn read(gray: &Gray, corners: &Corners, side: usize) -> Read {
    let length = float(side);
    // From the middle of one finder pattern to the middle of the next.
    let at = [corners.top_left, corners.top_right, corners.bottom_left];
    let plane = |farther| Plane::between(at, length - 7.0, farther);
    let rough = [plane(corners.farther), plane([0.0, 0.0])];
    if rough
        .iter()
        .all(|plane| timing(gray, |(u, v)| plane.place((u - 3.5, v - 3.5)), side) < ROUGHLY)
    {
        return Read::NoCode;
    }
    let judged = |(module, place): (Point, Point)| {
        let modules = [(3.5, 3.5), (length - 3.5, 3.5), module, (3.5, length - 3.5)];
        let places = [corners.top_left, corners.top_right, place, corners.bottom_left];
        let plane = Plane::of(modules, places)?;
        Some((timing(gray, |at| plane.place(at), side), plane))
    };
    let mut planes: Vec<(f32, Plane)> =
        fourth_corners(gray, &rough, length).into_iter().filter_map(judged).collect();
    planes.sort_by(|left, right| right.0.total_cmp(&left.0));
    let mut read = Read::NoCode;
    for (timing, plane) in planes {
        if timing < TIMING {
            break;
        }
        if timing >= SURELY {
            read = Read::Unreadable;
        }
        let values = values(gray, &plane, side);
        for sharpness in [0.0, 0.25] {
            if let Some(text) = decode(&values, side, sharpness) {
                return Read::Text(text);
            }
        }
    }
    read
}

/// Where the fourth corner may be: the middle of the alignment pattern there (ISO/IEC 18004
/// §6.3.6), looked for around where it should be; and without one, where that itself is.
fn fourth_corners(gray: &Gray, rough: &[Plane; 2], side: f32) -> Vec<(Point, Point)> {
    let [_, flat] = rough;
    let plain = ((side - 3.5, side - 3.5), flat.place((side - 7.0, side - 7.0)));
    if side < 25.0 {
        return vec![plain];
    }
    let mut found: Vec<(f32, Point)> =
        rough.iter().flat_map(|plane| alignments(gray, plane, side)).collect();
    found.sort_by(|left, right| right.0.total_cmp(&left.0));
    let mut places: Vec<Point> = Vec::new();
    for (_, place) in found {
        if places.iter().all(|known| distance(*known, place) > 1.0) {
            places.push(place);
        }
    }
    places.truncate(FOURTH_CORNERS);
    let middle = side - 6.5;
    places.into_iter().map(|place| ((middle, middle), place)).chain([plain]).collect()
}

/// What may be the alignment pattern, with how well it looks.
fn alignments(gray: &Gray, plane: &Plane, side: f32) -> Vec<(f32, Point)> {
    let expected = (side - 10.0, side - 10.0);
    let score = |at: Point, exact: bool| {
        let place = plane.place(at);
        let inside = (0.0..float(gray.width)).contains(&place.0)
            && (0.0..float(gray.height)).contains(&place.1);
        inside.then(|| {
            alignment(|u, v| {
                let (x, y) = plane.place((at.0 + u, at.1 + v));
                if exact { gray.at(x, y) } else { gray.near(x, y) }
            })
        })
    };
    let mut best: Vec<(f32, Point)> = Vec::new();
    for at in around(expected, (side / 8.0).clamp(3.0, 16.0), 1.0) {
        // The nearer, the likelier.
        let Some(score) = score(at, false) else { continue };
        let score = score - 2.0 * distance(at, expected);
        if best.len() < FOURTH_CORNERS || best.last().is_some_and(|last| last.0 < score) {
            match best.iter_mut().find(|(_, near)| distance(*near, at) < 2.0) {
                Some(near) if near.0 < score => *near = (score, at),
                Some(_) => {}
                None => best.push((score, at)),
            }
            best.sort_by(|left, right| right.0.total_cmp(&left.0));
            best.truncate(FOURTH_CORNERS);
        }
    }
    best.into_iter()
        .filter_map(|(_, rough)| {
            around(rough, 0.75, 0.25)
                .filter_map(|at| Some((score(at, true)?, plane.place(at))))
                .max_by(|left, right| left.0.total_cmp(&right.0))
        })
        .collect()
}

/// Places in a square around `middle`.
fn around(middle: Point, reach: f32, step: f32) -> impl Iterator<Item = Point> {
    let steps = gray::whole(reach / step, 100);
    let along = move || (0..=2 * steps).map(move |i| (float(i) - float(steps)) * step);
    along().flat_map(move |v| along().map(move |u| (middle.0 + u, middle.1 + v)))
}

fn distance(a: Point, b: Point) -> f32 {
    (a.0 - b.0).abs().max((a.1 - b.1).abs())
}

/// How much lighter the ring of what may be an alignment pattern is than its middle and its rim.
fn alignment(value: impl Fn(f32, f32) -> f32) -> f32 {
    let ring = |reach: i8| {
        let side = f32::from(reach);
        (-reach..reach)
            .map(f32::from)
            .map(|i| value(i, -side) + value(side, i) + value(-i, side) + value(-side, -i))
            .sum::<f32>()
            / (8.0 * side)
    };
    ring(1) - (value(0.0, 0.0) + ring(2)) / 2.0
}

/// The share of the modules of the two timing patterns that differ from their neighbours as they
/// should.
fn timing(gray: &Gray, place: impl Fn(Point) -> Point, side: usize) -> f32 {
    let mut right = 0.0;
    let mut count = 0.0;
    for swap in [false, true] {
        let value = |along: usize| {
            let along = float(along) + 0.5;
            let (x, y) = place(if swap { (6.5, along) } else { (along, 6.5) });
            gray.at(x, y)
        };
        for along in 8..side.saturating_sub(8) {
            let lighter = value(along) - (value(along - 1) + value(along + 1)) / 2.0;
            right += f32::from(u8::from((lighter > 0.0) == (along % 2 == 1)));
            count += 1.0;
        }
    }
    right / count
}

/// The brightness of each module, row by row.
fn values(gray: &Gray, plane: &Plane, side: usize) -> Vec<f32> {
    const PARTS: [f32; 3] = [0.3, 0.5, 0.7];
    let mut values = Vec::with_capacity(side * side);
    for v in 0..side {
        for u in 0..side {
            let (u, v) = (float(u), float(v));
            let mut sum = 0.0;
            for dv in PARTS {
                for du in PARTS {
                    let (x, y) = plane.place((u + du, v + dv));
                    sum += gray.at(x, y);
                }
            }
            values.push(sum / 9.0);
        }
    }
    values
}

/// Tells dark modules from light ones, by their surroundings, and reads them.
fn decode(values: &[f32], side: usize, sharpness: f32) -> Option<Zeroizing<String>> {
    let value = |u: usize, v: usize| {
        let (u, v) = (u.min(side - 1), v.min(side - 1));
        values.get(v * side + u).copied().unwrap_or_default()
    };
    let dark = |u: usize, v: usize| {
        let (mut sum, mut count) = (0.0, 0.0);
        for v in v.saturating_sub(4)..=(v + 4).min(side - 1) {
            for u in u.saturating_sub(4)..=(u + 4).min(side - 1) {
                sum += value(u, v);
                count += 1.0;
            }
        }
        let beside = value(u.saturating_sub(1), v)
            + value(u + 1, v)
            + value(u, v.saturating_sub(1))
            + value(u, v + 1);
        let sharp = value(u, v) * (1.0 + 4.0 * sharpness) - beside * sharpness;
        sharp < sum / count
    };
    let grid = Grid::new(SimpleGrid::from_func(side, dark));
    grid.decode().ok().map(|(_, text)| Zeroizing::new(text))
}
