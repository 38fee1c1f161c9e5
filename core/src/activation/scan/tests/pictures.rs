//! Pictures of activation links as cameras and screens give them, each a little different and all
//! the same in each run.

use qrcode::{Color, EcLevel, QrCode};

/// "Random" numbers, the same in each run (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly between the two.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.next() >> 40) as f32 / (1 << 24) as f32)
    }

    /// Normally distributed, near enough: mean 0, deviation 1.
    pub fn normal(&mut self) -> f32 {
        (0..4).map(|_| self.between(-1.0, 1.0)).sum::<f32>() * 0.866
    }
}

/// A picture in the making: brightness from 0 to 255.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<f32>,
}

/// The dark modules of a QR code.
pub struct Code {
    pub side: i32,
    dark: Vec<bool>,
}

impl Code {
    pub fn of(text: &str) -> Self {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let side = code.width() as i32;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Self { side, dark }
    }

    /// The modules on a side.
    pub fn side(&self) -> f32 {
        self.side as f32
    }

    /// Dark, light, or beyond the quiet zone of four modules; the middle is 0, 0.
    fn at(&self, x: f32, y: f32) -> Option<bool> {
        let half = self.side() / 2.0;
        let (x, y) = ((x + half).floor() as i32, (y + half).floor() as i32);
        let inside = 0..self.side;
        if inside.contains(&x) && inside.contains(&y) {
            return Some(self.dark[(y * self.side + x) as usize]);
        }
        let around = -4..self.side + 4;
        (around.contains(&x) && around.contains(&y)).then_some(false)
    }
}

/// How a code stands before the camera.
#[derive(Clone, Copy)]
pub struct Pose {
    /// The middle of the code, in pixels.
    pub x: f32,
    pub y: f32,
    /// Pixels in a module, where it is not tilted.
    pub module: f32,
    /// Degrees: in the plane, then about its two axes.
    pub roll: f32,
    pub pitch: f32,
    pub yaw: f32,
}

impl Pose {
    /// In the middle of `picture`, give or take.
    pub fn somewhere(dice: &mut Dice, picture: &Picture, code: &Code, module: f32) -> Self {
        let room = |side: usize| {
            (side as f32 / 2.0 - (code.side() / 2.0 + 4.0) * module * 1.1).clamp(0.0, 120.0)
        };
        let (x, y) = (room(picture.width), room(picture.height));
        Self {
            x: picture.width as f32 / 2.0 + dice.between(-x, x),
            y: picture.height as f32 / 2.0 + dice.between(-y, y),
            module,
            roll: 0.0,
            pitch: 0.0,
            yaw: 0.0,
        }
    }

    /// Where in the code's plane, in modules, a pixel lies.
    fn inverse(&self, x: f32, y: f32, axes: &Axes) -> (f32, f32) {
        // A camera whose focal length is 1000 pixels.
        const FOCUS: f32 = 1000.0;
        let distance = FOCUS / self.module;
        let ray = [(x - self.x) / FOCUS, (y - self.y) / FOCUS, 1.0];
        let normal = axes.normal;
        let reach = normal[2] * distance / dot(ray, normal);
        let point = [ray[0] * reach, ray[1] * reach, ray[2] * reach - distance];
        (dot(point, axes.right), dot(point, axes.down))
    }
}

struct Axes {
    right: [f32; 3],
    down: [f32; 3],
    normal: [f32; 3],
}

impl Axes {
    fn of(pose: &Pose) -> Self {
        let turn = |v: [f32; 3]| {
            let (s, c) = pose.roll.to_radians().sin_cos();
            let v = [c * v[0] - s * v[1], s * v[0] + c * v[1], v[2]];
            let (s, c) = pose.pitch.to_radians().sin_cos();
            let v = [v[0], c * v[1] - s * v[2], s * v[1] + c * v[2]];
            let (s, c) = pose.yaw.to_radians().sin_cos();
            [c * v[0] + s * v[2], v[1], -s * v[0] + c * v[2]]
        };
        Self {
            right: turn([1.0, 0.0, 0.0]),
            down: turn([0.0, 1.0, 0.0]),
            normal: turn([0.0, 0.0, 1.0]),
        }
    }
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl Picture {
    pub fn plain(width: usize, height: usize, brightness: f32) -> Self {
        Self { width, height, pixels: vec![brightness; width * height] }
    }

    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32, brightness: f32) {
        let span = |from: f32, length: f32, end: usize| {
            let clip = |value: f32| (value.max(0.0) as usize).min(end);
            clip(from)..clip(from + length)
        };
        for row in span(y, height, self.height) {
            let columns = span(x, width, self.width);
            self.pixels[row * self.width..][columns].fill(brightness);
        }
    }

    /// Windows, buttons and lines of something like text.
    pub fn cluttered(mut self, dice: &mut Dice) -> Self {
        let (width, height) = (self.width as f32, self.height as f32);
        for _ in 0..14 {
            let (x, y) = (dice.between(-50.0, width), dice.between(-50.0, height));
            let (w, h) = (dice.between(30.0, width / 3.0), dice.between(20.0, height / 3.0));
            let paper = dice.between(0.0, 255.0);
            let ink =
                if paper > 128.0 { dice.between(0.0, 90.0) } else { dice.between(170.0, 255.0) };
            self.rectangle(x, y, w, h, paper);
            let letter = dice.between(1.0, 4.0).floor();
            let mut line = y + 6.0;
            while line + letter * 6.0 < y + h {
                let mut place = x + 6.0;
                while place + letter * 4.0 < x + w {
                    for stroke in 0..3 {
                        let height = letter * dice.between(1.0, 6.0).floor();
                        self.rectangle(
                            place + stroke as f32 * letter,
                            line,
                            letter * dice.between(0.0, 2.0).floor(),
                            height,
                            ink,
                        );
                    }
                    place += letter * 4.0;
                }
                line += letter * 9.0;
            }
        }
        self
    }

    /// With a code in it: dark on its own light card.
    pub fn with(mut self, code: &Code, pose: Pose, dark: f32, light: f32) -> Self {
        let axes = Axes::of(&pose);
        let reach = (code.side() / 2.0 + 4.0) * pose.module * 1.9;
        let within = |middle: f32, end: usize| {
            let clip = |value: f32| (value.max(0.0) as usize).min(end);
            clip(middle - reach)..clip(middle + reach)
        };
        for y in within(pose.y, self.height) {
            for x in within(pose.x, self.width) {
                let pixel = &mut self.pixels[y * self.width + x];
                let mut sum = 0.0;
                for (dx, dy) in [
                    (0.17, 0.17),
                    (0.5, 0.17),
                    (0.83, 0.17),
                    (0.17, 0.5),
                    (0.5, 0.5),
                    (0.83, 0.5),
                    (0.17, 0.83),
                    (0.5, 0.83),
                    (0.83, 0.83),
                ] {
                    let (u, v) = pose.inverse(x as f32 + dx, y as f32 + dy, &axes);
                    sum += match code.at(u, v) {
                        Some(true) => dark,
                        Some(false) => light,
                        None => *pixel,
                    };
                }
                *pixel = sum / 9.0;
            }
        }
        self
    }

    /// Every pixel changed by where it is and what it was.
    pub fn each(mut self, mut change: impl FnMut(f32, f32, f32) -> f32) -> Self {
        for (y, row) in self.pixels.chunks_mut(self.width).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = change(x as f32, y as f32, *pixel);
            }
        }
        self
    }

    /// Out of focus, with this deviation in pixels.
    pub fn blurred(self, deviation: f32) -> Self {
        let reach = (deviation * 2.5).ceil() as i32;
        let weights: Vec<f32> = (-reach..=reach)
            .map(|i| (-(i * i) as f32 / (2.0 * deviation * deviation)).exp())
            .collect();
        self.swept(1, 0, &weights).swept(0, 1, &weights)
    }

    /// Moved during the exposure, to the right by so many pixels.
    pub fn moved(self, pixels: f32) -> Self {
        self.swept(1, 0, &vec![1.0; pixels.round() as usize | 1])
    }

    fn swept(&self, dx: i32, dy: i32, weights: &[f32]) -> Self {
        let reach = weights.len() as i32 / 2;
        let total: f32 = weights.iter().sum();
        let mut swept = self.clone();
        for y in 0..self.height as i32 {
            for x in 0..self.width as i32 {
                let mut sum = 0.0;
                for (i, weight) in weights.iter().enumerate() {
                    let step = i as i32 - reach;
                    let x = (x + dx * step).clamp(0, self.width as i32 - 1);
                    let y = (y + dy * step).clamp(0, self.height as i32 - 1);
                    sum += weight * self.pixels[(y * self.width as i32 + x) as usize];
                }
                swept.pixels[(y * self.width as i32 + x) as usize] = sum / total;
            }
        }
        swept
    }

    /// Grainy, with this deviation in brightness.
    pub fn grainy(self, dice: &mut Dice, deviation: f32) -> Self {
        self.each(|_, _, pixel| pixel + dice.normal() * deviation)
    }

    /// As a camera gives it.
    pub fn bytes(&self) -> Vec<u8> {
        self.pixels.iter().map(|pixel| pixel.round().clamp(0.0, 255.0) as u8).collect()
    }
}
