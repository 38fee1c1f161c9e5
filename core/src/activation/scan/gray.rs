//! A picture in shades of gray, and what is done to it before a code is looked for.

use std::iter;

use super::Luminance;

/// The modules, and so at least the pixels, of a side of the smallest code.
pub(super) const SMALLEST_CODE: usize = 21;
/// Parts of a shade of gray.
const FINE: u16 = 64;

/// A picture in shades of gray.
#[derive(Clone)]
pub(super) struct Gray {
    pub width: usize,
    pub height: usize,
    /// Row by row, without gaps.
    pub pixels: Vec<u8>,
}

impl Gray {
    /// A copy of a picture; `None` where its sizes do not fit together.
    pub(super) fn copy(picture: &Luminance<'_>) -> Option<Self> {
        let Luminance { width, height, stride, pixels } = *picture;
        let sides = 1..=Luminance::MAX_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) || stride < width {
            return None;
        }
        let area = width.checked_mul(height).filter(|area| *area <= Luminance::MAX_AREA)?;
        let mut copied = Vec::with_capacity(area);
        for row in pixels.chunks(stride).take(height) {
            copied.extend_from_slice(row.get(..width)?);
        }
        (copied.len() == area).then_some(Self { width, height, pixels: copied })
    }

    /// The picture made smaller by a whole number, each pixel the mean of a square. What is left of
    /// a square at the right and the bottom is cut off. `None` where no code has room in it.
    pub(super) fn reduced(&self, by: usize) -> Option<Self> {
        let (width, height) = (self.width / by, self.height / by);
        if width.min(height) < SMALLEST_CODE {
            return None;
        }
        let area = u32::try_from(by * by).unwrap_or(u32::MAX);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0_u32; width];
        for rows in self.pixels.chunks_exact(self.width * by) {
            sums.fill(0);
            for row in rows.chunks_exact(self.width) {
                for (sum, square) in sums.iter_mut().zip(row.chunks_exact(by)) {
                    *sum += square.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
                }
            }
            pixels.extend(sums.iter().map(|sum| byte(sum / area)));
        }
        Some(Self { width, height, pixels })
    }

    /// The picture at twice its size, in between bilinear.
    pub(super) fn doubled(&self) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len() * 4);
        let wide: Vec<Vec<u8>> = self.rows().map(stretched).collect();
        for (row, below) in wide.iter().zip(wide.iter().skip(1).chain(wide.last())) {
            pixels.extend_from_slice(row);
            pixels.extend(row.iter().zip(below).map(|(a, b)| a.midpoint(*b)));
        }
        Self { width: self.width * 2, height: self.height * 2, pixels }
    }

    /// White for black.
    pub(super) fn inverted(mut self) -> Self {
        for pixel in &mut self.pixels {
            *pixel = !*pixel;
        }
        self
    }

    /// With its edges brought out: each pixel is made to differ four times as much from the mean of
    /// the square around it that reaches `radius` pixels far.
    pub(super) fn sharpened(mut self, radius: usize) -> Self {
        let means = self.means(radius);
        for (pixel, mean) in self.pixels.iter_mut().zip(means) {
            let (value, mean) = (i32::from(*pixel), i32::from(mean / FINE));
            *pixel = u8::try_from((4 * value - 3 * mean).clamp(0, 255)).unwrap_or_default();
        }
        self
    }

    /// For each pixel, in [`FINE`] steps, the mean of the square around it that reaches `radius`
    /// pixels far.
    fn means(&self, radius: usize) -> Vec<u16> {
        let mut means = Vec::with_capacity(self.pixels.len());
        let mut columns = vec![0_u32; self.width];
        let mut sums = Vec::with_capacity(self.width + 1);
        let mut entering = self.rows();
        let mut leaving = self.rows();
        let mut rows = 0_u32;
        for row in entering.by_ref().take(radius) {
            change(&mut columns, row, |sum, pixel| sum + pixel);
            rows += 1;
        }
        let reach = radius.min(self.width);
        for y in 0..self.height {
            if let Some(row) = entering.next() {
                change(&mut columns, row, |sum, pixel| sum + pixel);
                rows += 1;
            }
            if y > radius
                && let Some(row) = leaving.next()
            {
                change(&mut columns, row, |sum, pixel| sum - pixel);
                rows -= 1;
            }
            // How many columns there are to the left of each place, and their sum.
            let mut total = (0_u32, 0_u32);
            sums.clear();
            sums.push(total);
            sums.extend(columns.iter().map(|sum| {
                total = (total.0 + 1, total.1.wrapping_add(*sum));
                total
            }));
            let from = iter::repeat_n(&(0, 0), reach).chain(&sums);
            let to = sums.iter().skip(reach + 1).chain(iter::repeat_n(&total, reach));
            means.extend(from.zip(to).take(self.width).map(|(from, to)| {
                let (columns, sum) = (to.0 - from.0, to.1.wrapping_sub(from.1));
                u16::try_from(u64::from(sum) * u64::from(FINE) / u64::from(columns * rows))
                    .unwrap_or(u16::MAX)
            }));
        }
        means
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.width)
    }

    /// The brightness of the pixel at a place; beyond the edges that of the edge.
    pub(super) fn near(&self, x: f32, y: f32) -> f32 {
        let place = whole(y, self.height) * self.width + whole(x, self.width);
        f32::from(self.pixels.get(place).copied().unwrap_or_default())
    }

    /// The brightness at a place, between pixels bilinear, beyond the edges that of the edge.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (whole(x, self.width), whole(y, self.height));
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let pixel = |x: usize, y: usize| {
            f32::from(self.pixels.get(y * self.width + x).copied().unwrap_or_default())
        };
        let (u, v) = (x.fract().max(0.0), y.fract().max(0.0));
        let upper = pixel(left, top) * (1.0 - u) + pixel(right, top) * u;
        let lower = pixel(left, bottom) * (1.0 - u) + pixel(right, bottom) * u;
        upper * (1.0 - v) + lower * v
    }
}

/// The whole part of a coordinate, inside a side of `end` pixels.
#[expect(clippy::as_conversions, reason = "saturates, and there is no other way from a float")]
pub(super) fn whole(value: f32, end: usize) -> usize {
    (value as usize).min(end.saturating_sub(1))
}

/// A number of pixels or modules; they are no more than [`Luminance::MAX_SIDE`].
pub(super) fn float(value: usize) -> f32 {
    f32::from(u16::try_from(value).unwrap_or(u16::MAX))
}

/// A row at twice its length.
fn stretched(row: &[u8]) -> Vec<u8> {
    row.iter()
        .zip(row.iter().skip(1).chain(row.last()))
        .flat_map(|(a, b)| [*a, a.midpoint(*b)])
        .collect()
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// Which pixels of a picture are dark beside their surroundings.
pub(super) struct Dark {
    pub width: usize,
    pub height: usize,
    /// Row by row, without gaps.
    pub pixels: Vec<bool>,
}

impl Dark {
    /// Compares each pixel with the mean of the square around it that reaches `radius` pixels far.
    /// One that is darker by `bias` 64ths of it counts as dark.
    pub(super) fn of(gray: &Gray, radius: usize, bias: u32) -> Self {
        let means = gray.means(radius);
        let dark = |(pixel, mean): (&u8, &u16)| {
            (u32::from(*pixel) + 1) * u32::from(FINE) * 64 <= u32::from(*mean) * (64 - bias)
        };
        let pixels = gray.pixels.iter().zip(&means).map(dark).collect();
        Self { width: gray.width, height: gray.height, pixels }
    }

    pub(super) fn at(&self, x: usize, y: usize) -> Option<bool> {
        if x >= self.width {
            return None;
        }
        self.pixels.get(y * self.width + x).copied()
    }
}

fn change(columns: &mut [u32], row: &[u8], by: impl Fn(u32, u32) -> u32) {
    for (sum, pixel) in columns.iter_mut().zip(row) {
        *sum = by(*sum, u32::from(*pixel));
    }
}
