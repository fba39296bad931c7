//! Printing that tolerates a closed pipe.
//!
//! The macros of the standard library panic when the reader of a pipe has exited (`ballroom schema | head`).
//! These have the same names and replace them in all commands; they end the process as the signal of a broken pipe
//! would.

use std::{
    fmt::Arguments,
    io::{self, ErrorKind, Write},
    path::Path,
};

/// Exit status of a program that was ended by SIGPIPE, as shells show it.
pub(super) const BROKEN_PIPE: i32 = 128 + 13;

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

/// The file of an option `--out`: `-` is standard output, as is no file.
pub(super) fn file(out: Option<&Path>) -> Option<&Path> {
    out.filter(|file| file.as_os_str() != "-")
}

/// Prints to standard output.
pub(super) fn out(text: Arguments<'_>) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_fmt(text).and_then(|()| out.flush()) {
        if error.kind() != ErrorKind::BrokenPipe {
            err(format_args!("ballroom: cannot write the output: {error}\n"));
            std::process::exit(1);
        }
        std::process::exit(BROKEN_PIPE);
    }
}

/// Prints to standard error; does nothing if it is closed.
pub(super) fn err(text: Arguments<'_>) {
    let _ = io::stderr().lock().write_fmt(text);
}
