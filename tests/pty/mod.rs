//! The program on a real terminal: what it draws, what it sends, and how it leaves the terminal behind.

mod actions;
mod attention;
mod child;
mod clipboard;
mod colours;
mod commands;
mod demo;
mod desks;
mod doctor;
mod ends;
mod faults;
mod headless;
mod home;
mod hostile;
mod journal;
mod quiet;
mod refusals;
mod schema;
mod served;
mod session;
mod settings;
mod sizes;
mod terminal;
mod typing;
mod untouched;
