//! The domain: one file per noun, with its verbs. Each command is one transaction of rows, daily counts and events, and
//! takes the proof of the right that it needs.

pub mod access;

pub(crate) mod check;

mod links;

pub(crate) mod lookup;

pub mod page;
pub mod privacy;
pub mod range;

pub mod sent;

pub mod operator;
pub mod organization;
pub mod token;

pub mod identity;
pub mod member;
mod secret;
pub mod session;
mod standing;
pub mod team;

pub mod product;

pub mod feature;

pub mod release;

pub mod deployment;

pub mod iteration;

pub mod announcement;
pub mod calendar;
pub mod digest;
pub mod notification;
pub mod preparedness;

pub mod article;
pub mod known_error;
pub mod situation;
pub mod stored_report;
pub mod suggestion;

pub mod glossary;
pub mod schedule;

pub mod segment;

pub mod customer;

pub mod scale;

pub mod feedback;

pub mod cause;
pub mod delivery;
pub mod follow_up;
pub mod request;

pub mod import;
pub mod incident;
pub mod kept_forecast;
pub mod notice;
pub mod public_view;
pub mod watch;

pub mod exposure;

pub mod inbound;
pub mod webhook;

pub mod verify;
