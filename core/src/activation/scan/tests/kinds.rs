//! The kinds of distortion, each with the share of pictures of it that must be read.

use std::f32::consts::TAU;

use super::pictures::{Code, Dice, Picture, Pose};

/// One kind of distortion.
pub struct Kind {
    pub name: &'static str,
    /// Of 100 pictures.
    pub floor: usize,
    /// Takes a picture of this width and height.
    pub take: fn(&mut Scene<'_>) -> Picture,
}

/// What a picture is to be of.
pub struct Scene<'a> {
    pub dice: Dice,
    pub code: &'a Code,
    pub width: usize,
    pub height: usize,
}

impl Scene<'_> {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.dice.between(low, high)
    }

    /// Somewhere on a cluttered screen, with so many pixels to a module, where all of it fits.
    fn placed(&mut self, low: f32, high: f32) -> (Picture, Pose) {
        let picture = Picture::plain(self.width, self.height, 170.0).cluttered(&mut self.dice);
        let most = self.height as f32 / (self.code.side() + 8.0);
        let module = self.between(low.min(most), high.min(most));
        let pose = Pose::somewhere(&mut self.dice, &picture, self.code, module);
        (picture, pose)
    }

    /// The same, held a little askew.
    fn held(&mut self) -> (Picture, Pose) {
        let (picture, mut pose) = self.placed(4.0, 6.0);
        pose.roll = self.between(-20.0, 20.0);
        (picture, pose)
    }

    /// A direction, as its sine and cosine.
    fn direction(&mut self) -> (f32, f32) {
        self.between(0.0, TAU).sin_cos()
    }
}

pub const KINDS: &[Kind] = &[
    Kind {
        name: "upright",
        floor: 100,
        take: |scene| {
            let (picture, pose) = scene.placed(3.0, 6.5);
            picture.with(scene.code, pose, 10.0, 245.0)
        },
    },
    Kind {
        name: "rotated",
        floor: 100,
        take: |scene| {
            let (picture, mut pose) = scene.placed(2.5, 4.0);
            pose.roll = scene.between(0.0, 360.0);
            picture.with(scene.code, pose, 10.0, 245.0)
        },
    },
    Kind {
        name: "tilted by 20° to 40°",
        floor: 100,
        take: |scene| {
            let (picture, mut pose) = scene.placed(4.0, 6.0);
            pose.roll = scene.between(-15.0, 15.0);
            pose.pitch = scene.between(20.0, 40.0) * scene.between(-1.0, 1.0).signum();
            pose.yaw = scene.between(-20.0, 20.0);
            picture.with(scene.code, pose, 10.0, 245.0)
        },
    },
    Kind {
        name: "tilted by 40° to 55°",
        floor: 90,
        take: |scene| {
            let (picture, mut pose) = scene.placed(4.5, 6.0);
            pose.roll = scene.between(-15.0, 15.0);
            pose.pitch = scene.between(40.0, 55.0) * scene.between(-1.0, 1.0).signum();
            picture.with(scene.code, pose, 10.0, 245.0)
        },
    },
    Kind {
        name: "blurred by 0.3 to 0.5 modules",
        floor: 100,
        take: |scene| {
            let (picture, pose) = scene.held();
            let deviation = scene.between(0.3, 0.5) * pose.module;
            picture.with(scene.code, pose, 20.0, 235.0).blurred(deviation)
        },
    },
    Kind {
        name: "blurred by 0.5 to 0.7 modules",
        floor: 90,
        take: |scene| {
            let (picture, pose) = scene.held();
            let deviation = scene.between(0.5, 0.7) * pose.module;
            picture.with(scene.code, pose, 20.0, 235.0).blurred(deviation)
        },
    },
    Kind {
        name: "moved by a module",
        floor: 100,
        take: |scene| {
            let (picture, pose) = scene.held();
            picture.with(scene.code, pose, 20.0, 235.0).moved(pose.module)
        },
    },
    Kind {
        name: "grainy",
        floor: 100,
        take: |scene| {
            let (picture, pose) = scene.held();
            let deviation = scene.between(20.0, 40.0);
            picture.with(scene.code, pose, 30.0, 225.0).grainy(&mut scene.dice, deviation)
        },
    },
    Kind {
        name: "very grainy",
        floor: 60,
        take: |scene| {
            let (picture, pose) = scene.held();
            let deviation = scene.between(40.0, 60.0);
            picture.with(scene.code, pose, 30.0, 225.0).grainy(&mut scene.dice, deviation)
        },
    },
    Kind {
        name: "dim",
        floor: 100,
        take: |scene| {
            let (picture, pose) = scene.held();
            let picture = picture.with(scene.code, pose, 10.0, 245.0);
            picture.each(|_, _, value| 6.0 + value * 0.1).grainy(&mut scene.dice, 2.0)
        },
    },
    Kind {
        name: "pale",
        floor: 100,
        take: |scene| {
            let (picture, pose) = scene.held();
            let picture = picture.with(scene.code, pose, 10.0, 245.0);
            picture.each(|_, _, value| 110.0 + value * 0.14).grainy(&mut scene.dice, 3.0)
        },
    },
    Kind {
        name: "partly in shadow",
        floor: 90,
        take: |scene| {
            let (picture, pose) = scene.held();
            let ((sine, cosine), shade) = (scene.direction(), scene.between(0.25, 0.5));
            picture
                .with(scene.code, pose, 20.0, 235.0)
                .each(|x, y, value| {
                    let side = (x - pose.x) * cosine + (y - pose.y) * sine;
                    value * if side > 0.0 { 1.0 } else { shade }
                })
                .blurred(0.8)
                .grainy(&mut scene.dice, 4.0)
        },
    },
    Kind {
        name: "lit from one side",
        floor: 90,
        take: |scene| {
            let (picture, pose) = scene.held();
            let (sine, cosine) = scene.direction();
            let reach = scene.code.side() * pose.module;
            picture
                .with(scene.code, pose, 20.0, 235.0)
                .each(|x, y, value| {
                    let side = ((x - pose.x) * cosine + (y - pose.y) * sine) / reach;
                    value * (0.55 + side * 0.8).clamp(0.1, 1.0)
                })
                .grainy(&mut scene.dice, 4.0)
        },
    },
    Kind {
        name: "with glare",
        floor: 90,
        take: |scene| {
            let (picture, pose) = scene.held();
            let reach = scene.code.side() * pose.module;
            let x0 = pose.x + scene.between(-0.1, 0.1) * reach;
            let y0 = pose.y + scene.between(-0.1, 0.1) * reach;
            let size = scene.between(0.06, 0.1) * reach;
            picture.with(scene.code, pose, 20.0, 235.0).each(|x, y, value| {
                let far = (x - x0).hypot(y - y0) / size;
                value + 255.0 * (1.6 - far).clamp(0.0, 1.0)
            })
        },
    },
    Kind {
        name: "light on dark",
        floor: 90,
        take: |scene| {
            let (picture, pose) = scene.held();
            picture.with(scene.code, pose, 235.0, 20.0)
        },
    },
    Kind {
        name: "2 to 3 pixels a module",
        floor: 100,
        take: |scene| {
            let (picture, pose) = scene.placed(2.0, 3.0);
            picture.with(scene.code, pose, 10.0, 245.0)
        },
    },
    Kind {
        name: "1.5 to 2 pixels a module",
        floor: 90,
        take: |scene| {
            let (picture, pose) = scene.placed(1.5, 2.0);
            picture.with(scene.code, pose, 10.0, 245.0)
        },
    },
    Kind {
        name: "filling the picture",
        floor: 100,
        take: |scene| {
            let (picture, mut pose) = scene.placed(f32::MAX, f32::MAX);
            pose.roll = scene.between(-3.0, 3.0);
            picture.with(scene.code, pose, 10.0, 245.0)
        },
    },
    Kind {
        name: "of a screen, with moiré",
        floor: 90,
        take: |scene| {
            let (picture, mut pose) = scene.placed(4.0, 6.0);
            pose.roll = scene.between(-10.0, 10.0);
            pose.pitch = scene.between(-20.0, 20.0);
            let (a, b) = (scene.between(1.7, 3.0), scene.between(-0.3, 0.3));
            picture
                .with(scene.code, pose, 30.0, 200.0)
                .each(|x, y, value| value + 25.0 * (x * a + y * b).sin() * (y * a * 0.97).cos())
                .grainy(&mut scene.dice, 6.0)
        },
    },
    Kind {
        name: "all at once, by hand",
        floor: 90,
        take: |scene| {
            let (picture, mut pose) = scene.placed(3.0, 4.0);
            pose.roll = scene.between(0.0, 360.0);
            pose.pitch = scene.between(-25.0, 25.0);
            pose.yaw = scene.between(-25.0, 25.0);
            let (sine, cosine) = scene.direction();
            let deviation = scene.between(0.15, 0.35) * pose.module;
            picture
                .with(scene.code, pose, 40.0, 200.0)
                .each(|x, y, value| {
                    let side = (x - pose.x) * cosine + (y - pose.y) * sine;
                    value * if side > 0.0 { 0.8 } else { 0.5 }
                })
                .blurred(deviation)
                .grainy(&mut scene.dice, 8.0)
        },
    },
];
