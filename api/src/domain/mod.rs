//! The domain: one file per noun, with its verbs. Each command is one transaction of rows, daily counts and events, and
//! takes the proof of the right that it needs.

pub mod access;

pub(crate) mod check;

pub(crate) mod lookup;

pub mod page;
pub mod range;

pub mod sent;

pub mod operator;
pub mod organization;
pub mod token;

pub mod identity;
pub mod member;
pub mod session;
pub mod team;

pub mod product;

pub mod feature;

pub mod release;

pub mod deployment;

pub mod iteration;

pub mod announcement;
pub mod calendar;
pub mod notification;
pub mod preparedness;

pub mod glossary;

pub mod segment;

pub mod customer;

pub mod scale;

pub mod feedback;

pub mod request;

pub mod incident;

pub mod exposure;

pub mod inbound;
pub mod webhook;

pub mod verify;
