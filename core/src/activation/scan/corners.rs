//! Which three finder patterns may be the corners of one code.

use super::{
    finder::{Finder, across},
    gray::{Dark, float, whole},
    plane::Point,
};

/// Three corners of a code, seen from its front or through its back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corners {
    /// The index of each among the finder patterns.
    pub indices: [usize; 3],
    pub top_left: Point,
    pub top_right: Point,
    pub bottom_left: Point,
    /// Modules on a side, as far as sizes and distances tell.
    pub side: f32,
    /// How much farther away the code is at the top right and at the bottom left than at the top
    /// left: 0.1 is a tenth.
    pub farther: [f32; 2],
    /// Less is better.
    score: f32,
}

/// The most that are tried.
const TRIED: usize = 32;

/// Every three that may be corners, the likeliest first.
pub(super) fn corners(picture: &Dark, finders: &[Finder]) -> Vec<Corners> {
    let mut found = Vec::new();
    let all: Vec<(usize, &Finder)> = finders.iter().enumerate().collect();
    for (i, a) in &all {
        for (j, b) in all.iter().skip(i + 1) {
            for (k, c) in all.iter().skip(j + 1) {
                let sizes = [a.module, b.module, c.module];
                let largest = sizes.into_iter().fold(0.0, f32::max);
                let smallest = sizes.into_iter().fold(f32::INFINITY, f32::min);
                if largest > smallest * 1.8 {
                    continue;
                }
                let of = [(*i, *a), (*j, *b), (*k, *c)];
                let [one, two, three] = of;
                for turned in [[one, two, three], [two, three, one], [three, one, two]] {
                    found.extend(judge(picture, turned, largest / smallest));
                }
            }
        }
    }
    found.sort_by(|left, right| left.score.total_cmp(&right.score));
    found.truncate(TRIED);
    found
}

/// Takes the first for the corner between the two others.
fn judge(
    picture: &Dark,
    [corner, one, other]: [(usize, &Finder); 3],
    sizes: f32,
) -> Option<Corners> {
    let leg = |to: &Finder| (to.x - corner.1.x, to.y - corner.1.y);
    let (a, b) = (leg(one.1), leg(other.1));
    let (long, wide) = (a.0.hypot(a.1), b.0.hypot(b.1));
    let cosine = (a.0 * b.0 + a.1 * b.1) / (long * wide);
    if !(0.35..=2.85).contains(&(long / wide)) || !(-0.7..=0.7).contains(&cosine) {
        return None;
    }
    let measured = |to: &Finder, length: f32, leg: Point| {
        let direction = (leg.0 / length, leg.1 / length);
        let module = |at: &Finder| {
            let (_, _, long) = across(picture, (at.x, at.y), direction, at.module * 20.0)?;
            Some(long / 7.0)
        };
        match (module(corner.1), module(to)) {
            // A length shrinks with the square of the distance where it points away.
            (Some(here), Some(there)) => {
                (length * 2.0 / (here + there), (here / there).sqrt() - 1.0)
            }
            (Some(one), None) | (None, Some(one)) => (length / one, 0.0),
            (None, None) => (length * 2.0 / (corner.1.module + to.module), 0.0),
        }
    };
    let (across, down) = (measured(one.1, long, a), measured(other.1, wide, b));
    let side = (across.0 + down.0) / 2.0 + 7.0;
    let uneven = (across.0 / down.0).ln().abs();
    if uneven > 0.5 || !(18.0..=185.0).contains(&side) {
        return None;
    }
    // Clockwise, so that the code is seen from its front.
    let mut ends = [(one, across.1), (other, down.1)];
    if a.0 * b.1 < a.1 * b.0 {
        ends.reverse();
    }
    let [(right, right_farther), (below, below_farther)] = ends;
    let place = |finder: &Finder| (finder.x, finder.y);
    Some(Corners {
        indices: [corner.0, right.0, below.0],
        top_left: place(corner.1),
        top_right: place(right.1),
        bottom_left: place(below.1),
        side,
        farther: [right_farther, below_farther],
        score: uneven * 2.0 + cosine.abs() + (long / wide).ln().abs() + (sizes - 1.0),
    })
}

impl Corners {
    /// How many modules a side may have, the likeliest first: 17 + 4 × version.
    pub(super) fn sides(&self, picture: &Dark) -> Vec<usize> {
        let counted = self.timing(picture);
        let near = nearest(self.side);
        let mut sides: Vec<usize> = counted.into_iter().chain([near]).collect();
        for step in [4, 8] {
            sides.extend([near.saturating_sub(step), near + step]);
        }
        sides.retain(|side| (21..=177).contains(side));
        let mut seen = Vec::new();
        sides.retain(|side| {
            let new = !seen.contains(side);
            seen.push(*side);
            new
        });
        sides
    }

    /// What the timing patterns say, which alternate from one corner to the other.
    fn timing(&self, picture: &Dark) -> Option<usize> {
        let (right, down) = self.steps(self.side);
        let changes = |from: Point, to: Point, aside: Point| {
            let from = (from.0 + 3.0 * aside.0, from.1 + 3.0 * aside.1);
            let to = (to.0 + 3.0 * aside.0, to.1 + 3.0 * aside.1);
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let steps = whole(length * 2.0, 1 << 14);
            let mut last = None;
            let mut changes = 0_usize;
            for step in 0..=steps {
                let part = float(step) / float(steps.max(1));
                let x = from.0 + (to.0 - from.0) * part;
                let y = from.1 + (to.1 - from.1) * part;
                let pixel = picture.at(whole(x, picture.width), whole(y, picture.height));
                changes += usize::from(last.is_some() && last != pixel);
                last = pixel;
            }
            changes + 13
        };
        let across = changes(self.top_left, self.top_right, down);
        let downwards = changes(self.top_left, self.bottom_left, right);
        (across == downwards && across % 4 == 1).then_some(across)
    }

    /// One module to the right and one down, in pixels, if a side has so many.
    pub(super) fn steps(&self, side: f32) -> (Point, Point) {
        let step = |to: Point| {
            ((to.0 - self.top_left.0) / (side - 7.0), (to.1 - self.top_left.1) / (side - 7.0))
        };
        (step(self.top_right), step(self.bottom_left))
    }
}

fn nearest(side: f32) -> usize {
    let version = ((side - 17.0) / 4.0).round().max(1.0);
    17 + 4 * whole(version, 41)
}
