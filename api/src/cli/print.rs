//! Printing, to whoever still reads.
//!
//! The standard library's macros panic when the program at the other end of a pipe has gone (`ballroom schema | head`).
//! These have their names and stand in their place in all commands; they end the process as the signal of a broken pipe
//! would.

use std::{
    fmt::Arguments,
    io::{self, ErrorKind, Write},
};

/// The exit code of a program that the signal of a broken pipe has ended, as shells show it.
const BROKEN_PIPE: i32 = 128 + 13;

macro_rules! print {
    ($($text:tt)*) => { $crate::cli::print::out(format_args!($($text)*)) };
}

macro_rules! println {
    () => { $crate::cli::print::out(format_args!("\n")) };
    ($($text:tt)*) => { $crate::cli::print::out(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprintln {
    ($($text:tt)*) => { $crate::cli::print::err(format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints what a command has found.
pub(super) fn out(text: Arguments<'_>) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_fmt(text).and_then(|()| out.flush()) {
        if error.kind() != ErrorKind::BrokenPipe {
            err(format_args!("ballroom: the output cannot be written: {error}\n"));
            std::process::exit(1);
        }
        std::process::exit(BROKEN_PIPE);
    }
}

/// Says something beside it; to nobody, if nobody listens.
pub(super) fn err(text: Arguments<'_>) {
    let _ = io::stderr().lock().write_fmt(text);
}
