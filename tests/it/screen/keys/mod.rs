//! Keys that ask, recall or move in time: what each does, and what the screen shows after it.

mod asking;
mod replay;
