//! Colours as numbers: contrast, distance, and what is left of them on a poorer terminal.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use ratatui::style::Color;

use crate::domain::settings::ColourDepth;

/// A colour of the screen, eight bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// A colour and, where its author knows better than arithmetic, which of the sixteen stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    pub rgb: Rgb,
    pub ansi: Option<u8>,
}

impl Rgb {
    /// From `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text
            .strip_prefix('#')
            .filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }

    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// The contrast of two colours as WCAG counts it, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let luminance = |colour: Self| {
            let [r, g, b] = colour.linear();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(self), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// How different two colours look: the distance in Oklab.
    pub fn distance(self, other: Self) -> f64 {
        distance(oklab(self.linear()), oklab(other.linear()))
    }

    /// How different two colours look to an eye without green cones.
    pub fn distance_deuteranopia(self, other: Self) -> f64 {
        let seen = |[r, g, b]: [f64; 3]| {
            [
                (0.367_322 * r + 0.860_646 * g - 0.227_968 * b).clamp(0.0, 1.0),
                (0.280_085 * r + 0.672_501 * g + 0.047_413 * b).clamp(0.0, 1.0),
                (-0.011_820 * r + 0.042_940 * g + 0.968_881 * b).clamp(0.0, 1.0),
            ]
        };
        distance(oklab(seen(self.linear())), oklab(seen(other.linear())))
    }

    /// Part of the way to another colour, 0 is here and 1 is there.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        let mix =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(
            mix(self.0, other.0),
            mix(self.1, other.1),
            mix(self.2, other.2),
        )
    }
}

fn oklab(linear: [f64; 3]) -> [f64; 3] {
    let weigh = |by: [f64; 3], of: [f64; 3]| by.iter().zip(of).map(|(by, of)| by * of).sum::<f64>();
    let cones = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ]
    .map(|by| weigh(by, linear).cbrt());
    [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ]
    .map(|by| weigh(by, cones))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// The sixteen as xterm draws them; terminals differ, which is why a theme may name its own.
const SIXTEEN: [Rgb; 16] = [
    Rgb(0, 0, 0),
    Rgb(205, 0, 0),
    Rgb(0, 205, 0),
    Rgb(205, 205, 0),
    Rgb(0, 0, 238),
    Rgb(205, 0, 205),
    Rgb(0, 205, 205),
    Rgb(229, 229, 229),
    Rgb(127, 127, 127),
    Rgb(255, 0, 0),
    Rgb(0, 255, 0),
    Rgb(255, 255, 0),
    Rgb(92, 92, 255),
    Rgb(255, 0, 255),
    Rgb(0, 255, 255),
    Rgb(255, 255, 255),
];

/// The colour behind an index from 16 to 255: a cube of six steps, then a ramp of greys.
fn indexed(index: u8) -> Rgb {
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return Rgb(grey, grey, grey);
    }
    let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    let cube = index - 16;
    Rgb(step(cube / 36), step(cube / 6 % 6), step(cube % 6))
}

impl Paint {
    /// What the terminal is told.
    pub fn at(self, depth: ColourDepth) -> Option<Color> {
        match depth {
            ColourDepth::None => None,
            ColourDepth::TrueColour => Some(Color::Rgb(self.rgb.0, self.rgb.1, self.rgb.2)),
            // The first sixteen are the user's own to repaint, so nothing is known of them.
            ColourDepth::Indexed256 => Some(Color::Indexed(nearest_index(self.rgb, 16..=255))),
            ColourDepth::Ansi16 => {
                let index = self.ansi.unwrap_or_else(|| nearest_index(self.rgb, 0..=15));
                Some(ANSI[usize::from(index & 15)])
            }
        }
    }
}

impl Rgb {
    /// What an indexed colour looks like; the first sixteen as xterm draws them.
    pub fn of_index(index: u8) -> Self {
        match index {
            0..16 => SIXTEEN[usize::from(index)],
            _ => indexed(index),
        }
    }
}

/// Every indexed colour in Oklab, worked out once: a theme asks for dozens of nearest ones before the first frame.
static INDEXED: LazyLock<Vec<[f64; 3]>> = LazyLock::new(|| {
    (0..=255)
        .map(|index| oklab(Rgb::of_index(index).linear()))
        .collect()
});

fn nearest_index(rgb: Rgb, among: RangeInclusive<u8>) -> u8 {
    let wanted = oklab(rgb.linear());
    let mut best = (f64::INFINITY, *among.start());
    for index in among {
        let away = distance(wanted, INDEXED[usize::from(index)]);
        if away < best.0 {
            best = (away, index);
        }
    }
    best.1
}

const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(text: &str) -> Paint {
        Paint {
            rgb: Rgb::parse(text).unwrap(),
            ansi: None,
        }
    }

    #[test]
    fn contrast_runs_from_one_to_twenty_one() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 0.01);
        assert!((white.contrast(white) - 1.0).abs() < 0.01);
        assert!((Rgb(0x76, 0x76, 0x76).contrast(white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn pure_colours_find_themselves() {
        for (text, index, ansi) in [
            ("#ff0000", 196, Color::LightRed),
            ("#ffffff", 231, Color::White),
            ("#000000", 16, Color::Black),
            ("#00ff00", 46, Color::LightGreen),
            ("#7f7f7f", 244, Color::DarkGray),
        ] {
            assert_eq!(paint(text).at(ColourDepth::Ansi16), Some(ansi));
            assert_eq!(
                paint(text).at(ColourDepth::Indexed256),
                Some(Color::Indexed(index)),
                "{text}"
            );
            assert_eq!(paint(text).at(ColourDepth::None), None);
        }
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in ["", "#", "#fff", "ff0000", "#gg0000", "#ff00000", "#ééé"] {
            assert_eq!(Rgb::parse(text), None, "{text}");
        }
    }
}
