//! Where the modules of a code lie in a picture: perspective.

/// A place.
pub(super) type Point = (f32, f32);

/// Maps the code's plane, in modules, to the picture, in pixels: a projective map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane([[f32; 3]; 3]);

impl Plane {
    /// The map that takes each of four points to its place; no three may lie on a line.
    pub(super) fn of(modules: [Point; 4], places: [Point; 4]) -> Option<Self> {
        let (to, from) = (from_square(places)?, adjugate(from_square(modules)?));
        let product = to.map(|row| {
            [0, 1, 2].map(|column| {
                row.iter().zip(from).map(|(left, right)| left * pick(right, column)).sum()
            })
        });
        Some(Self(product))
    }

    /// The map that takes the origin, and points `length` to the right of it and below it, to these
    /// places, where the latter two are farther away by these parts.
    pub(super) fn between(
        [origin, right, below]: [Point; 3],
        length: f32,
        farther: [f32; 2],
    ) -> Self {
        let [g, h] = farther;
        let row = |o: f32, r: f32, b: f32| {
            [(r * (1.0 + g) - o) / length, (b * (1.0 + h) - o) / length, o]
        };
        Self([
            row(origin.0, right.0, below.0),
            row(origin.1, right.1, below.1),
            [g / length, h / length, 1.0],
        ])
    }

    /// The place of a point of the code.
    pub(super) fn place(&self, (u, v): Point) -> Point {
        let [x, y, w] = self.0.map(|[a, b, c]| a * u + b * v + c);
        (x / w, y / w)
    }
}

fn pick(row: [f32; 3], column: usize) -> f32 {
    row.get(column).copied().unwrap_or_default()
}

/// Takes the corners of the unit square, in turn, to these places (Heckbert 1989, §2.2).
fn from_square(corners: [Point; 4]) -> Option<[[f32; 3]; 3]> {
    let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = corners;
    let (dx1, dy1, dx2, dy2) = (x1 - x2, y1 - y2, x3 - x2, y3 - y2);
    let (dx3, dy3) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
    let area = dx1 * dy2 - dx2 * dy1;
    if area.abs() < 1e-3 {
        return None;
    }
    let g = (dx3 * dy2 - dx2 * dy3) / area;
    let h = (dx1 * dy3 - dx3 * dy1) / area;
    Some([
        [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
        [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
        [g, h, 1.0],
    ])
}

/// The inverse, but for a factor.
fn adjugate([[a, b, c], [d, e, f], [g, h, i]]: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
}
